/*
 * The judge: a stage 1 walk of VMSAv8-64 tables, written from the Arm pseudocode (DDI 0487,
 * AArch64.S1Walk, AArch64.S1DirectBasePermissions, D8.3 for the descriptors) and from
 * nothing of mmu/. 48-bit output addresses, no FEAT_LPA2, hardware update of AF off.
 *
 * Two answers: what the machine does (a fault, or an address and attributes), and `breach`,
 * what no correct table holds although the machine might let it pass (RES0 bits, reserved values).
 */
#ifndef TESTS_HOST_JUDGE_H
#define TESTS_HOST_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

struct judge_rules;

struct judge_regime {
    const struct judge_rules *rules; /* of another format than VMSAv8-64 stage 1, which is NULL */
    unsigned granule_bits;           /* 12, 14 or 16 */
    unsigned va_bits;                /* 64 - TnSZ */
    unsigned pa_bits;                /* TCR.IPS */
    bool high;                       /* TTBR1's half */
    bool wxn;                        /* SCTLR.WXN */
    uint64_t ttbr;                   /* BADDR */
    uint64_t mair;
    uint64_t (*read)(void *context, uint64_t pa);
    bool (*is_table)(void *context, uint64_t pa); /* false: the walk meets an external abort */
    void *context;
};

enum judge_fault { JUDGE_NONE, JUDGE_TRANSLATION, JUDGE_ADDRESS_SIZE, JUDGE_ACCESS_FLAG, JUDGE_EXTERNAL };

enum { JUDGE_R = 1, JUDGE_W = 2, JUDGE_X = 4 };

struct judge_leaf {
    enum judge_fault fault;
    const char *breach; /* NULL: nothing to object to */
    int level;          /* of the last descriptor read */
    uint64_t descriptor;
    uint64_t pa, size; /* of the byte asked for; of its page or block */
    unsigned index, mair, sh, ap;
    bool uxn, pxn, ng, af, contiguous;
    unsigned el1, el0; /* JUDGE_R|W|X that each level is granted */
};

enum judge_kind { JUDGE_IS_INVALID, JUDGE_IS_TABLE, JUDGE_IS_LEAF };

/* What one descriptor says at one level. */
struct judge_entry {
    enum judge_kind kind;
    uint64_t pa;        /* of the next table, or of the page or block */
    const char *breach; /* as above */
};

/* What the calls below do for a format that is not VMSAv8-64 stage 1; each in a file of its own. */
struct judge_rules {
    uint64_t mair;         /* what the runtime of such a machine sets */
    unsigned address_bits; /* of a virtual address */
    unsigned slot_bytes;   /* 4: descriptors are read by judge_short_widen; otherwise 8 */
    int (*start_level)(const struct judge_regime *regime);
    unsigned (*level_shift)(const struct judge_regime *regime, int level);
    unsigned (*group)(const struct judge_regime *regime, int level);
    bool (*in_half)(const struct judge_regime *regime, uint64_t va);
    uint64_t (*slot)(const struct judge_regime *regime, uint64_t table, int level, uint64_t va);
    struct judge_entry (*decode)(const struct judge_regime *regime, int level, uint64_t descriptor);
    struct judge_leaf (*leaf)(const struct judge_regime *regime, int level, uint64_t descriptor, uint64_t va);
};
extern const struct judge_rules judge_lpae, judge_stage2, judge_short, judge_short_pxn, judge_wide;

/* What every other call takes for a descriptor: of the slot `index` of a first- or second-level table of judge_short */
uint64_t judge_short_widen(bool first, uint64_t index, uint32_t descriptor);

int judge_start_level(const struct judge_regime *regime);
unsigned judge_level_shift(const struct judge_regime *regime, int level);
/* How many entries form a group when the contiguous bit is set at this level. */
unsigned judge_group(const struct judge_regime *regime, int level);
/* The lowest address of the half */
uint64_t judge_base(const struct judge_regime *regime);
bool judge_in_half(const struct judge_regime *regime, uint64_t va);
/* The physical address of the descriptor for va in a table of this level. */
uint64_t judge_slot(const struct judge_regime *regime, uint64_t table, int level, uint64_t va);
struct judge_entry judge_decode(const struct judge_regime *regime, int level, uint64_t descriptor);
/* Everything a leaf descriptor grants and says, faults included; va picks the byte. */
struct judge_leaf judge_leaf(const struct judge_regime *regime, int level, uint64_t descriptor, uint64_t va);

/* Of *leaf, from its descriptor, what all long descriptors of stage 1 have in one place: index to contiguous, but pa */
void judge_fields(const struct judge_regime *regime, struct judge_leaf *leaf);

/* What AP, PXN, UXN and the regime grant, of VMSAv8-64 stage 1: el1 and el0 of *leaf */
void judge_grant(const struct judge_regime *regime, struct judge_leaf *leaf);

struct judge_leaf judge_walk(const struct judge_regime *regime, uint64_t va);

#endif
