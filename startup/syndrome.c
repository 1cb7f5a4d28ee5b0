/* ESR_EL1 in words (its description in the Arm ARM). */
#include "startup/exception.h"

void syndrome_decode(struct syndrome *out, const struct exception *e)
{
    *out = (struct syndrome){.class = (e->syndrome >> 26) & 0x3f, .status = e->syndrome & 0x3f};
    out->instruction = out->class == EC_INSTRUCTION || out->class == EC_INSTRUCTION_LOWER;
    out->abort = out->instruction || out->class == EC_DATA || out->class == EC_DATA_LOWER;
    out->user = (e->pstate & 0xf) == 0 || (out->class == EC_DATA && view_is_unprivileged(e->pc));
    out->write = out->abort && !out->instruction && (e->syndrome >> 6 & 1) && !(e->syndrome >> 8 & 1); /* WnR, not CM */
    out->far_valid = out->class == EC_PC_ALIGNMENT || (out->abort && !(e->syndrome >> 10 & 1));        /* FnV */
}

const char *syndrome_class_name(unsigned class)
{
    static const char *const names[64] = {
        [EC_UNKNOWN] = "undefined instruction",
        [0x01] = "trapped WFI or WFE",
        [EC_FP] = "FP or SIMD not enabled",
        [0x0e] = "illegal execution state",
        [EC_SVC32] = "SVC",
        [EC_SVC] = "SVC",
        [0x16] = "HVC",
        [0x17] = "SMC",
        [0x18] = "trapped system register or instruction",
        [0x19] = "SVE not enabled",
        [0x1d] = "SME not enabled",
        [EC_INSTRUCTION_LOWER] = "instruction abort from EL0",
        [EC_INSTRUCTION] = "instruction abort",
        [EC_PC_ALIGNMENT] = "misaligned PC",
        [EC_DATA_LOWER] = "data abort from EL0",
        [EC_DATA] = "data abort",
        [EC_SP_ALIGNMENT] = "misaligned SP",
        [0x2c] = "floating-point exception",
        [EC_SERROR] = "SError",
        [0x30] = "breakpoint",
        [0x31] = "breakpoint",
        [0x32] = "software step",
        [0x33] = "software step",
        [0x34] = "watchpoint",
        [0x35] = "watchpoint",
        [EC_BKPT] = "BKPT",
        [EC_BREAK] = "BRK",
    };

    return class < 64 && names[class] ? names[class] : "exception class unknown";
}

const char *syndrome_status_name(unsigned status)
{
    switch (status & 0x3c) {
    case 0x00:
        return "address size fault";
    case 0x04:
        return "translation fault";
    case 0x08:
        return "access flag fault";
    case 0x0c:
        return "permission fault";
    case 0x14:
        return "external abort on a table walk";
    }
    switch (status) {
    case 0x10:
        return "external abort";
    case 0x11:
        return "tag check fault";
    case 0x21:
        return "alignment fault";
    case STATUS_CONFLICT:
        return "TLB conflict";
    case 0x34:
        return "lockdown";
    case 0x35:
        return "unsupported exclusive or atomic access";
    default:
        return "fault status unknown";
    }
}

int fault_verdict(const struct syndrome *s, const struct view *view)
{
    if (s->refusal != PORT_REFUSED)
        return s->refusal == PORT_NO_MEMORY ? FAULT_NO_MEMORY : FAULT_BLOCKED;
    if (!s->abort)
        return FAULT_OTHER;
    if (syndrome_is_conflict(s))
        return FAULT_STALE_TLB; /* two entries for one address: one of them should not be there */
    if (s->status == 0x21)
        return FAULT_ALIGNMENT;
    if (s->status == 0x10 || (s->status & 0x3c) == 0x14)
        return FAULT_EXTERNAL;
    switch (s->status & 0x3c) {
    case 0x00:
        return FAULT_ADDRESS_SIZE;
    case 0x04:
        return view->table_allows || view->at_allows ? FAULT_STALE_TLB : FAULT_UNMAPPED;
    case 0x08:
        return view->table_allows || view->at_allows ? FAULT_STALE_TLB : FAULT_ACCESS_FLAG;
    case 0x0c:
        return view->table_allows || (view->at_allows && !s->instruction) ? FAULT_STALE_TLB : FAULT_PERMISSION;
    default:
        return FAULT_OTHER;
    }
}
