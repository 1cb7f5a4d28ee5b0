/* AArch32 has spaces for tasks, but no way into PL0 yet. */
#include "startup/runtime.h"

int el0_run(struct IOAddressSpace *task, uint64_t entry, uint64_t stack, uint64_t arg, struct el0_exit *out)
{
    (void)task;
    (void)entry;
    (void)stack;
    (void)arg;
    (void)out;
    return EL0_UNSUPPORTED;
}

int el0_copy_in(struct IOAddressSpace *task, void *to, uint64_t from, size_t size)
{
    (void)task;
    (void)to;
    (void)from;
    (void)size;
    return EL0_UNSUPPORTED;
}

int el0_copy_out(struct IOAddressSpace *task, uint64_t to, const void *from, size_t size)
{
    return el0_copy_in(task, (void *)(uintptr_t)from, to, size);
}

void el0_stop(void)
{
}
