/* The last words of a run that a fault ended. */
#include <inttypes.h>

#include "startup/console.h"
#include "startup/core.h"
#include "startup/end.h"
#include "startup/exception.h"
#include "startup/print.h"
#include "startup/stacks.h"

static const char *const verdicts[] = {
    [FAULT_UNMAPPED] = "unmapped: no translation for this address",
    [FAULT_PERMISSION] = "permission: mapped, but not for this kind of access",
    [FAULT_ACCESS_FLAG] = "access flag: the entry's AF bit is clear",
    [FAULT_ADDRESS_SIZE] = "address size: an entry or a table register holds a physical address that is too large",
    [FAULT_ALIGNMENT] = "alignment: an exclusive or atomic access must be aligned on any memory",
    [FAULT_EXTERNAL] = "external abort: the bus refused the physical address",
    [FAULT_STALE_TLB] = "stale TLB: the tables and AT do not agree with the access that was refused",
    [FAULT_OTHER] = "not a fault of translation",
    [FAULT_NO_MEMORY] = "no memory: none is left for a page that comes when it is touched",
    [FAULT_BLOCKED] = "blocked: the page is to come back, but nobody could have ended the wait",
};

static const char *origin(unsigned vector)
{
    static const char *const names[] = {"in the runtime", "in an exception handler", "at EL0", "at EL0 in AArch32"};

    return vector / 4 < 4 ? names[vector / 4] : "on an exception stack that is full";
}

static const char *kind(unsigned vector, const struct syndrome *s)
{
    static const char *const names[] = {"", "unexpected IRQ", "unexpected FIQ", "SError"};

    return vector % 4 ? names[vector % 4] : syndrome_class_name(s->class);
}

static bool is_interrupt(unsigned vector)
{
    return vector % 4 == 1 || vector % 4 == 2;
}

static void print_syndrome(const struct exception *e, unsigned vector, const struct syndrome *s)
{
    print("\nfault on core %u: %s, %s\n", core_this()->number, kind(vector, s), origin(vector));
    if (!is_interrupt(vector))
        report_print_syndrome(e, s);
    if (s->abort) {
        print("; %s, %s", s->instruction ? "fetch" : s->write ? "write" : "read", syndrome_status_name(s->status));
        if ((s->status & 0x30) == 0 || (s->status & 0x3c) == 0x14)
            print(", level %u", s->status & 3);
    }
    report_print_addresses(e, s);
}

static void print_stack_overflow(const struct exception *e, unsigned vector, const struct syndrome *s)
{
    unsigned number;
    const char *stack = s->abort && s->far_valid ? stack_guard_name(e->va, &number) : NULL;

    if (vector == VECTOR_OVERFLOW) {
        stack = "exception stack";
        number = core_this()->number;
    }
    if (stack)
        print("  stack overflow of core %u's %s\n", number, stack);
}

static void print_view(const struct exception *e, const struct syndrome *s, const struct view *view)
{
    if (!s->abort || !s->far_valid)
        return;
    view_print_walk(e->va);
    print("  %s: PAR %016" PRIx64 ", ", report_at_name(s), view->par);
    if (view->at_allows)
        print("translates to %" PRIx64 ", MAIR byte %02x, SH %u\n", (view->par & 0xfffffffff000) | (e->va & 0xfff),
              (unsigned)(view->par >> 56), (unsigned)(view->par >> 7 & 3));
    else
        print("%s, level %u\n", syndrome_status_name(view->par >> 1 & 0x3f), (unsigned)(view->par >> 1 & 3));
}

/* PAR_EL1.ATTR is a MAIR byte: 0000xxxx is Device. */
static const char *verdict_name(int verdict, const struct view *view)
{
    if (verdict == FAULT_ALIGNMENT && view->at_allows && view->par >> 60 == 0)
        return "alignment: unaligned access to Device memory (Normal memory takes it)";
    return verdicts[verdict];
}

void fault_report(const struct exception *e, unsigned vector, enum port_refusal refusal)
{
    struct syndrome s;
    struct view view;

    console_acquire(); /* for good: another core's report would begin in the middle of this one */
    if (core_this()->reports++) {
        print("\nand a fault in the report itself");
        report_print_addresses(e, &(struct syndrome){.far_valid = true});
        end_run(STATUS_FAULT);
    }
    syndrome_decode(&s, e);
    s.refusal = refusal;
    if (is_interrupt(vector)) /* ESR and FAR are some earlier exception's */
        s = (struct syndrome){0};
    print_syndrome(e, vector, &s);
    report_print_registers(e);
    print_stack_overflow(e, vector, &s);
    view_take(&view, e, &s);
    print_view(e, &s, &view);
    print("  verdict: %s\n", verdict_name(vector % 4 ? FAULT_OTHER : fault_verdict(&s, &view), &view));
    end_run(STATUS_FAULT);
}
