#include "startup/el0.h"

enum { MODE_USR = 0x10, THUMB = 1 << 5 };
enum { CALL_REGISTER = 7 };

/*
 * CPSR is User mode's, nothing masked. As BX has it: an odd entry is Thumb's, one that is neither odd nor a word's is
 * nobody's. SP_usr is SP_sys: the caller's is in the landing meanwhile.
 */
bool el0_frame_begin(struct exception *frame, uint64_t entry, uint64_t stack, uint64_t arg)
{
    if ((entry | stack) >> 32 || (entry & 3) == 2)
        return false;
    *frame = (struct exception){.pc = (uint32_t)entry & ~1u, .sp = (uint32_t)stack, .pstate = MODE_USR};
    frame->pstate |= entry & 1 ? THUMB : 0;
    frame->x[0] = (uint32_t)arg;
    return true;
}

/* No register tells the immediate. Without the instruction, that another core has unmapped just now: 0. */
static uint32_t immediate_of(const struct exception *frame, struct IOAddressSpace *task)
{
    uint32_t instruction = 0;

    if (frame->pstate & THUMB)
        el0_copy_in(task, &instruction, frame->pc - 2, 1);
    else
        el0_copy_in(task, &instruction, frame->pc - 4, 3);
    return instruction;
}

void el0_frame_call(const struct exception *frame, struct IOAddressSpace *task, struct el0_exit *out)
{
    uint32_t immediate = immediate_of(frame, task);

    out->number = immediate ? immediate : frame->x[CALL_REGISTER];
    for (unsigned i = 0; i < 6; i++)
        out->args[i] = frame->x[i];
}

uintptr_t el0_pointer(void)
{
    uintptr_t pointer;

    __asm__ volatile("mrc p15, 0, %0, c13, c0, 2" : "=r"(pointer)); /* TPIDRURW */
    return pointer;
}

void el0_set_pointer(uintptr_t pointer)
{
    __asm__ volatile("mcr p15, 0, %0, c13, c0, 2" : : "r"(pointer));
}
