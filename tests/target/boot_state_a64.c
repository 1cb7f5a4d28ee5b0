#include "tests/target/boot_state.h"

#include "startup/runtime.h"
#include "tests/target/home.h"
#include "tests/target/registers_a64.h"
#include "tests/target/tap.h"

static void boot__ends_at_its_level_with_a_stack_of_its_own_for_exceptions(void)
{
    CHECK_EQ(READ_REGISTER("CurrentEL") >> 2, home_level);
    CHECK_EQ(READ_REGISTER("SPSel"), 0);
}

static void boot__sets_the_memory_types(void)
{
    CHECK_EQ(READ_REGISTER("mair_el1"), 0x0C0804FF00BB44FF);
}

/* SCTLR_EL1: M, C, I, WXN and the stack alignment checks on; A, EE, E0E and UMA off. */
static void boot__sets_the_system_control_register(void)
{
    uint64_t sctlr = READ_REGISTER("sctlr_el1");

    CHECK_EQ(sctlr >> 0 & 1, 1);
    CHECK_EQ(sctlr >> 1 & 1, 0);
    CHECK_EQ(sctlr >> 2 & 1, 1);
    CHECK_EQ(sctlr >> 3 & 1, 1);
    CHECK_EQ(sctlr >> 12 & 1, 1);
    CHECK_EQ(sctlr >> 19 & 1, 1);
    CHECK_EQ(sctlr >> 24 & 3, 0);
}

static void boot__sets_the_translation_control_register(void)
{
    uint64_t tcr = READ_REGISTER("tcr_el1");
    uint64_t mmfr0 = READ_REGISTER("id_aa64mmfr0_el1");
    uint64_t pa_range = mmfr0 & 0xf;

    CHECK_EQ(tcr & 0x3f, 25);
    CHECK_EQ(tcr >> 16 & 0x3f, 25);
    CHECK_EQ(tcr >> 8 & 0x3f, 0x35); /* walks: write-back, allocating, inner shareable */
    CHECK_EQ(tcr >> 24 & 0x3f, 0x35);
    CHECK_EQ(tcr >> 14 & 3, 0); /* 4K, spelled differently in each half */
    CHECK_EQ(tcr >> 30 & 3, 2);
    CHECK_EQ(tcr >> 32 & 7, pa_range < 5 ? pa_range : 5); /* 48 bits at most without FEAT_LPA2 */
    CHECK_EQ(tcr >> 36 & 1, (mmfr0 >> 4 & 0xf) == 2);     /* 16-bit ASIDs where there are any */
    CHECK_EQ(tcr >> 37 & 3, 0);                           /* no tagged addresses */
    CHECK_EQ(tcr >> 39 & 3, 0);                           /* no hardware updates of entries */
}

static void clobber_and_fault(void *unused)
{
    (void)unused;
    __asm__ volatile("fmov d8, #3.0\n\tfmov d15, #3.0\n\tmov x19, #3\n\tmov x28, #3\n\tmov x0, #0\n\tldr x0, [x0]" ::
                         : "x0", "x19", "x28", "d8", "d15", "memory");
}

static void fault_try__restores_callee_saved_registers_and_masks(void)
{
    register double d8 __asm__("d8") = 1.5;
    register double d15 __asm__("d15") = 2.5;
    register uint64_t x19 __asm__("x19") = 19;
    register uint64_t x28 __asm__("x28") = 28;
    uint64_t daif = READ_REGISTER("daif");

    __asm__ volatile("" : "+w"(d8), "+w"(d15), "+r"(x19), "+r"(x28));
    bool ran = fault_try(clobber_and_fault, NULL, NULL);
    __asm__ volatile("" : "+w"(d8), "+w"(d15), "+r"(x19), "+r"(x28));
    bool kept = d8 == 1.5 && d15 == 2.5 && x19 == 19 && x28 == 28;
    CHECK(!ran);
    CHECK(kept);
    CHECK_EQ(READ_REGISTER("daif"), daif);
    CHECK_EQ(READ_REGISTER("SPSel"), 0);
}

unsigned boot_state_level(void)
{
    return READ_REGISTER("CurrentEL") >> 2 & 3;
}

uint64_t boot_state_vectors(void)
{
    return READ_REGISTER("vbar_el1");
}

void boot_state_stacks(uint64_t *runtime, uint64_t *exceptions)
{
    __asm__ volatile("mov %0, sp" : "=r"(*runtime));
    __asm__ volatile("msr daifset, #0xf\n\tmsr spsel, #1\n\tmov %0, sp\n\tmsr spsel, #0" : "=r"(*exceptions));
}

unsigned boot_state_pa_bits(void)
{
    static const uint8_t bits[] = {32, 36, 40, 42, 44, 48, 48, 48};

    return bits[READ_REGISTER("id_aa64mmfr0_el1") & 7];
}

uint64_t boot_state_block(void)
{
    return 2 << 20;
}

bool boot_state_has_gib_blocks(void)
{
    return true;
}

bool boot_state_keeps_el0_code_from_el1(uint64_t leaf_size)
{
    (void)leaf_size;
    return true;
}

bool boot_state_has_address_size_faults(void)
{
    return boot_state_pa_bits() < 48;
}

uint64_t boot_state_timer(void)
{
    return READ_REGISTER("cntvct_el0");
}

uint64_t boot_state_timer_frequency(void)
{
    return READ_REGISTER("cntfrq_el0");
}

void boot_state_run(void)
{
    TAP_RUN(boot__ends_at_its_level_with_a_stack_of_its_own_for_exceptions);
    TAP_RUN(boot__sets_the_memory_types);
    TAP_RUN(boot__sets_the_system_control_register);
    TAP_RUN(boot__sets_the_translation_control_register);
    TAP_RUN(fault_try__restores_callee_saved_registers_and_masks);
}
