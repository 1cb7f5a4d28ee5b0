#include "boards/pm.h"

enum { RSTC = 0x1c, RSTS = 0x20, WDOG = 0x24 };
enum { RSTC_FULL_RESET = 0x20 };
enum { TICKS = 1 << 10 }; /* of 1/65536 s: what the console has not sent yet gets out */

/* Every write carries it. */
#define PASSWORD      UINT32_C(0x5A000000)
#define PASSWORD_MASK UINT32_C(0xFF000000)

#define RSTC_CONFIG_MASK UINT32_C(0x30)

/* The partition to boot from, in every other bit of RSTS up to 10; 63 tells the firmware to halt. */
#define PARTITION_MASK UINT32_C(0x555)
#define PARTITION_HALT UINT32_C(0x555)

static volatile uint32_t *reg(uintptr_t base, unsigned offset)
{
    return (volatile uint32_t *)(base + offset);
}

static void reset_with(uintptr_t base, uint32_t partition)
{
    uint32_t status = *reg(base, RSTS) & ~(PARTITION_MASK | PASSWORD_MASK);
    uint32_t control = *reg(base, RSTC) & ~(RSTC_CONFIG_MASK | PASSWORD_MASK);

    *reg(base, RSTS) = PASSWORD | status | partition;
    *reg(base, WDOG) = PASSWORD | TICKS;
    *reg(base, RSTC) = PASSWORD | control | RSTC_FULL_RESET;
}

void pm_reset(uintptr_t base)
{
    reset_with(base, 0);
}

void pm_turn_off(uintptr_t base)
{
    reset_with(base, PARTITION_HALT);
}
