/* AArch64's registers in a report. */
#include "startup/exception.h"
#include "startup/print.h"
#include "startup/stacks.h"

void report_print_syndrome(const struct exception *e, const struct syndrome *s)
{
    uint64_t level;

    __asm__("mrs %0, CurrentEL" : "=r"(level));
    print("  ESR %08lx: class %02x, taken to EL%u, %s", e->syndrome, s->class, (unsigned)(level >> 2 & 3),
          syndrome_class_name(s->class));
}

void report_print_addresses(const struct exception *e, const struct syndrome *s)
{
    print("\n  FAR %016lx%s  ELR %016lx  SPSR %08lx\n", e->va, s->far_valid ? "" : " (not valid)", e->pc, e->pstate);
}

void report_print_registers(const struct exception *e)
{
    for (unsigned i = 0; i < 31; i++)
        print("%s x%u%s %016lx%s", i % 4 ? "" : " ", i, i < 10 ? " " : "", e->x[i], i % 4 == 3 ? "\n" : " ");
    print("\n  sp  %016lx: %s\n", e->sp, stack_name(e->sp));
}

const char *report_at_name(const struct syndrome *s)
{
    static const char *const names[2][2] = {{"AT S1E1R", "AT S1E1W"}, {"AT S1E0R", "AT S1E0W"}};

    return names[s->user][s->write];
}
