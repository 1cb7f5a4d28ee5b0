#include "tests/target/el0.h"

bool el0_keeps_the_callers(const struct el0_task *task)
{
    register double d8 __asm__("d8") = 1.5;
    register double d15 __asm__("d15") = 2.5;
    register uint32_t r4 __asm__("r4") = 4;
    register uint32_t r10 __asm__("r10") = 10;
    struct el0_exit out;

    __asm__ volatile("" : "+w"(d8), "+w"(d15), "+r"(r4), "+r"(r10));
    el0_begin(task, el0_keep, 0x55, &out);
    __asm__ volatile("" : "+w"(d8), "+w"(d15), "+r"(r4), "+r"(r10));
    return d8 == 1.5 && d15 == 2.5 && r4 == 4 && r10 == 10;
}
