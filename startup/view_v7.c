#include "startup/exception.h"
#include "startup/view.h"

/* LDRT, STRT and their byte and halfword forms, in ARM state (Arm ARM A5.3 and A5.2.9): post-indexed with W set. */
bool view_is_unprivileged(uint64_t pc)
{
    const struct syndrome read = {.abort = true};
    uint32_t instruction;

    if (view_translate(pc, &read) & 1)
        return false;
    instruction = *(const volatile uint32_t *)(uintptr_t)(pc & ~UINT64_C(3));
    if ((instruction & 0x0d200000) == 0x04200000)
        return (instruction & 0x02000010) != 0x02000010; /* else it is a media instruction */
    return (instruction & 0x0f200090) == 0x00200090 && (instruction & 0x60);
}
