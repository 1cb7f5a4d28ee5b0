/* Exceptions. struct exception is what the vectors saved and what resuming restores. */
#ifndef STARTUP_EXCEPTION_H
#define STARTUP_EXCEPTION_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/exception.h"
#include "iomem/port.h"
#include "startup/runtime.h"

/* vector: 0..15 in the order of VBAR_EL1's table (Arm ARM D1.3), 16 = the exception stack overflowed. */
enum { VECTOR_OVERFLOW = 16 };
void exception_handle(struct exception *e, unsigned vector);

/* What an IRQ is handed to from now on. Until then it ends the run with a report. */
void exception_set_interrupt_handler(void (*serve)(void));

/* ESR_EL1 taken apart (its description in the Arm ARM). On AArch32 syndrome_v7.c makes the same of what there is. */
enum {
    EC_UNKNOWN = 0,
    EC_FP = 7,
    EC_SVC32 = 0x11,
    EC_SVC = 0x15,
    EC_INSTRUCTION_LOWER = 0x20,
    EC_INSTRUCTION = 0x21,
    EC_PC_ALIGNMENT = 0x22
};
enum {
    EC_DATA_LOWER = 0x24,
    EC_DATA = 0x25,
    EC_SP_ALIGNMENT = 0x26,
    EC_SERROR = 0x2f,
    EC_BKPT = 0x38,
    EC_BREAK = 0x3c
};

struct syndrome {
    unsigned class, status; /* EC; DFSC or IFSC */
    bool abort, instruction, write, far_valid;
    bool user;                 /* with EL0's rights: from EL0, or by LDTR and STTR */
    enum port_refusal refusal; /* what the abort handler said, when it was asked */
};

/* e->syndrome in parts. Reads the instruction that faulted, if EL1 can. */
void syndrome_decode(struct syndrome *out, const struct exception *e);
const char *syndrome_class_name(unsigned class);
const char *syndrome_status_name(unsigned status);

/* Faults that may be mended, by their status; bits outside STATUS_KIND are the level. */
enum { STATUS_KIND = 0x3c, STATUS_TRANSLATION = 0x04, STATUS_PERMISSION = 0x0c, STATUS_CONFLICT = 0x30 };

static inline bool syndrome_is_translation(const struct syndrome *s)
{
    return s->abort && (s->status & STATUS_KIND) == STATUS_TRANSLATION;
}

static inline bool syndrome_is_permission(const struct syndrome *s)
{
    return s->abort && (s->status & STATUS_KIND) == STATUS_PERMISSION;
}

/* Two TLB entries for one address. */
static inline bool syndrome_is_conflict(const struct syndrome *s)
{
    return s->abort && s->status == STATUS_CONFLICT;
}

/* What the tables and the CPU's own translator say about a virtual address now. */
struct view {
    bool table_allows, at_allows;
    uint64_t par; /* PAR_EL1, or PAR in its 64-bit form */
};
void view_take(struct view *view, const struct exception *e, const struct syndrome *s);
void view_print_walk(uint64_t va);

/* Is the instruction there a load or store with EL0's rights? The syndrome does not tell. */
bool view_is_unprivileged(uint64_t pc);

/* The lines of a report that name registers. */
void report_print_syndrome(const struct exception *e, const struct syndrome *s);
void report_print_addresses(const struct exception *e, const struct syndrome *s);
void report_print_registers(const struct exception *e);
const char *report_at_name(const struct syndrome *s); /* the instruction that view_take translated with */

int fault_verdict(const struct syndrome *s, const struct view *view);
void fault_report(const struct exception *e, unsigned vector, enum port_refusal refusal) __attribute__((noreturn));

#endif
