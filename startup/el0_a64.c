#include "startup/el0.h"

enum { CALL_REGISTER = 8 };

/* PSTATE 0 is EL0, nothing masked. */
bool el0_frame_begin(struct exception *frame, uint64_t entry, uint64_t stack, uint64_t arg)
{
    *frame = (struct exception){.pc = entry, .sp = stack};
    frame->x[0] = arg;
    return true;
}

void el0_frame_call(const struct exception *frame, struct el0_exit *out)
{
    unsigned immediate = frame->syndrome & 0xffff;

    out->number = immediate ? immediate : frame->x[CALL_REGISTER];
    for (unsigned i = 0; i < 6; i++)
        out->args[i] = frame->x[i];
}

uintptr_t el0_pointer(void)
{
    uintptr_t pointer;

    __asm__ volatile("mrs %0, tpidr_el0" : "=r"(pointer));
    return pointer;
}

void el0_set_pointer(uintptr_t pointer)
{
    __asm__ volatile("msr tpidr_el0, %0" : : "r"(pointer));
}
