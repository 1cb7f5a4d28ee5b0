#include "tests/target/el0.h"

bool el0_keeps_the_callers(const struct el0_task *task)
{
    register double d8 __asm__("d8") = 1.5;
    register double d15 __asm__("d15") = 2.5;
    register uint64_t x19 __asm__("x19") = 19;
    register uint64_t x28 __asm__("x28") = 28;
    struct el0_exit out;

    __asm__ volatile("" : "+w"(d8), "+w"(d15), "+r"(x19), "+r"(x28));
    el0_begin(task, el0_keep, 0x55, &out);
    __asm__ volatile("" : "+w"(d8), "+w"(d15), "+r"(x19), "+r"(x28));
    return d8 == 1.5 && d15 == 2.5 && x19 == 19 && x28 == 28;
}
