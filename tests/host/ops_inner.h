/* What the files of the driver share. */
#ifndef TESTS_HOST_OPS_INNER_H
#define TESTS_HOST_OPS_INNER_H

#include "tests/host/flat.h"
#include "tests/host/ops.h"

/* The bytes of an operation */
enum {
    KIND,   /* which operation */
    MANNER, /* bits: SNAP, CLIP (two of them), STARVE (three), AROUND, ALIGN */
    PLACE,  /* low three bits: which landmark; next three: what is added to it */
    PLACE_BY,
    LENGTH, /* low four bits: which length */
    LENGTH_BY,
    ATTR,
    PA
};
enum { LARGE = 12 }; /* of LENGTH */
enum { SNAP = 1, CLIP = 6, STARVE = 0x38, STARVE_NOW = 0x38, AROUND = 0x40, ALIGN = 0x80 };

/* A call under way. */
struct call {
    const uint8_t *bytes;
    uint64_t off, size;    /* its range */
    struct flat to;        /* what the range becomes if the call succeeds; .size 0: it changes nothing */
    bool keeps_pa;         /* protect */
    bool keeps_all;        /* fold */
    const uint64_t *pages; /* map_pages: their physical addresses */
    bool starved;          /* an allocation may fail */
};

/* Gives the sequence up. */
void wrong(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* ops_choose.c: what the bytes say */
void choose_start(void);
void choose_range(struct call *call, bool mapped); /* most often one that is mapped, or one that is empty */
uint32_t choose_attr(const struct call *call);
void choose_pages(struct call *call); /* and an array of pages, some of them side by side */
void choose_map(struct call *call);   /* attributes and physical memory; cuts the range to what is done in time */

/* What off is to be if the call succeeds. */
struct flat call_target(const struct call *call, uint64_t off);

/* ops_calls.c: the operations */
struct operation {
    const char *name;
    unsigned weight; /* of 256 */
    bool wants;      /* a range that is mapped */
    void (*prepare)(struct call *call);
    int (*due)(const struct call *call); /* what the call is to return; NULL: it changes nothing */
    int (*make)(struct call *call);
};

const struct operation *operation_of(uint8_t kind);
/* The owner has said that something of [off, end) may not be away for a moment. */
bool any_kept(uint64_t off, uint64_t end);
void forget_kept(void);

/* The byte at off: the judge, mmu_walk, mmu_translate and a core say what the flat map says. */
void check_byte(uint64_t off);
/* A core meets off in the middle of a call: as it was, as it will be, or broken and tagged so. */
void check_seen(const struct call *call, uint64_t off, const struct judge_leaf *seen);
/* Nothing lost, nothing broken, by what the statistics and the model say. */
void check_counts(void);
/* Every entry of every table that walkers reach agrees with the flat map. */
void check_tables(void);

#endif
