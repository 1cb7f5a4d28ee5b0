/*
 * The tables that TTBR1_EL1 holds, read as the CPU reads them and by nothing of mmu/: every leaf of
 * the high half with what it permits, hierarchical bits included. 4K granule, hierarchical and
 * AP[2:1] permissions (Arm ARM D8.3, D8.4); WXN is left out: a leaf must be right without it. live_long.h and
 * live_short.c know the descriptors.
 */
#ifndef TESTS_TARGET_LIVE_H
#define TESTS_TARGET_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LIVE_R = 1, LIVE_W = 2, LIVE_X = 4 };

struct live_leaf {
    uint64_t va, pa, size, descriptor;
    volatile void *slot; /* where the descriptor stands, for live_write */
    unsigned level;
    unsigned el1, el0; /* LIVE_R|W|X */
    uint8_t mair;      /* the byte that AttrIndx picks from MAIR_EL1; of PRRR and NMRR the same in MAIR's terms */
    uint8_t sh;
    bool accessed, global; /* AF; nG is 0 */
};

/* Where the walk starts, by the registers (live_a64.c, live_lpae.c, live_short.c). */
struct live_root {
    uint64_t table; /* physical */
    uint64_t va;    /* the half's first address */
    unsigned va_bits;
    uint64_t mair;
    bool xn_is_for_all; /* LPAE: a leaf's bit 54 forbids execution to the kernel too */
};
struct live_root live_root(void);

/*
 * Visit every leaf, lowest address first, until visit returns false. Returns the leaves seen, or 0
 * when a table breaks the rules of the format (a reserved encoding) or lies outside RAM.
 */
size_t live_visit(bool (*visit)(void *context, const struct live_leaf *leaf), void *context);

/* Tables that the CPU's walks can reach, the root too; 0 where live_visit says 0. */
size_t live_tables(void);

/* The leaf that translates va; false when there is none. */
bool live_find(uint64_t va, struct live_leaf *leaf);

bool live_is_device(uint8_t mair); /* Device memory, whichever */

/* What only a bug would write. No TLBI. */
void live_write(const struct live_leaf *leaf, uint64_t descriptor);
void live_set_access_flag(const struct live_leaf *leaf, bool set);

/* ---- between live.c and the walk of a format ---- */

struct live_walk {
    struct live_root root;
    bool (*visit)(void *context, const struct live_leaf *leaf);
    void *context;
    uint64_t first, last; /* only leaves that touch these addresses */
    size_t leaves, tables;
    bool stop, broken; /* visit has seen enough; a table breaks a rule */
};

void live_visit_root(struct live_walk *walk); /* the format's */
void live_visit_leaf(struct live_walk *walk, const struct live_leaf *leaf);
bool live_walk_wants(const struct live_walk *walk, const struct live_leaf *leaf);
volatile void *live_table(struct live_walk *walk, uint64_t pa, uint64_t size); /* NULL, and broken: not in RAM */

#endif
