/* AArch32's registers in a report. */
#include <inttypes.h>

#include "startup/exception.h"
#include "startup/print.h"
#include "startup/stacks.h"

void report_print_syndrome(const struct exception *e, const struct syndrome *s)
{
    print("  FSR as HSR %08" PRIx32 ": class %02x, %s", e->syndrome, s->class, syndrome_class_name(s->class));
}

void report_print_addresses(const struct exception *e, const struct syndrome *s)
{
    print("\n  FAR %08" PRIx32 "%s  PC %08" PRIx32 "  CPSR %08" PRIx32 "\n", e->va, s->far_valid ? "" : " (not valid)",
          e->pc, e->pstate);
}

void report_print_registers(const struct exception *e)
{
    for (unsigned i = 0; i < 13; i++)
        print("%s r%u%s %08" PRIx32 "%s", i % 4 ? "" : " ", i, i < 10 ? " " : "", e->x[i], i % 4 == 3 ? "\n" : " ");
    print(" lr  %08" PRIx32 "\n  sp  %08" PRIx32 ": %s\n", e->lr, e->sp, stack_name(e->sp));
}

const char *report_at_name(const struct syndrome *s)
{
    static const char *const names[2][2] = {{"ATS1CPR", "ATS1CPW"}, {"ATS1CUR", "ATS1CUW"}};

    return names[s->user][s->write];
}
