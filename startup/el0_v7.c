#include "arch/user_access.h"
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

struct call {
    uint32_t pc, immediate;
    bool thumb;
};

static void read_immediate(void *context)
{
    struct call *call = context;

    call->immediate = call->thumb ? user_load_byte(call->pc - 2) : user_load(call->pc - 4) & 0xffffff;
}

/* No register tells the immediate. Without the instruction, which another core has unmapped just now, it is 0. */
void el0_frame_call(const struct exception *frame, struct el0_exit *out)
{
    struct call call = {.pc = frame->pc, .thumb = frame->pstate & THUMB};

    fault_try(read_immediate, &call, NULL);
    out->number = call.immediate ? call.immediate : frame->x[CALL_REGISTER];
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
