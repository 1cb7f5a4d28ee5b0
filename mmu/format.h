/*
 * What a format of descriptors offers mmu.c: the engine's calls, compiled for its geometry.
 *
 * A program that links a format gets what struct mmu_format names: what every program needs, or cannot wait for. Each
 * other call stands in a table of its own in mmu.c, which --gc-sections drops with the public call that uses it, and so
 * the formats' code for it. Those tables refer to the formats weakly, as that does not link them.
 */
#ifndef MMU_FORMAT_H
#define MMU_FORMAT_H

#include <stdbool.h>

#include "mmu/mmu.h"

/* All formats, by number; a new one is a name here and a file. */
#define FORMATS(row, call)                                                                                             \
    row(vmsa64_4k, call) row(vmsa64_16k, call) row(vmsa64_64k, call) row(vmsa64_4k_52, call) row(vmsa64_16k_52, call)  \
        row(vmsa64_64k_52, call) row(stage2_4k, call) row(lpae, call) row(short, call) row(short_pxn, call)

#define FORMAT_PASTE(a, b, c)       a##b##c
#define FORMAT_NUMBER(format)       FORMAT_PASTE(FORMAT_, format, )
#define FORMAT_CALL(format, call)   FORMAT_PASTE(mmu_, format, _##call)
#define FORMAT_COUNTS(format, call) FORMAT_NUMBER(format),
enum { FORMATS(FORMAT_COUNTS, ) FORMAT_COUNT };

typedef int format_translate(struct mmu_space *space, uint64_t va, uint64_t *pa);
typedef uint64_t format_segment(struct mmu_space *space, uint64_t va, uint64_t max, uint64_t *pa);

struct mmu_format {
    uint8_t number;
    uint8_t granule_bits;
    uint8_t va_bits_min, va_bits_max;
    uint8_t address_bits; /* of a virtual address: the high half ends at 2^address_bits; va_bits_min: there is none */
    uint8_t pa_bits_max;
    uint8_t pool_mark;                /* tables that a space keeps ready */
    uint32_t table_bytes, root_bytes; /* of memory */
    uint64_t root_address;            /* the bits of space->root that TTBR takes */

    /* As mmu.h says of the call of that name */
    int (*map)(struct mmu_space *space, const struct mmu_range *range);
    int (*unmap)(struct mmu_space *space, uint64_t va, uint64_t size);
    int (*walk)(struct mmu_space *space, uint64_t va, struct mmu_leaf *leaf);
    format_translate *translate; /* this one and the next: NULL in small code, where they have tables as well */
    format_segment *segment;

    /* space->root and what is the format's own in *space, of an empty table in root_bytes of memory */
    void (*root_open)(struct mmu_space *space, void *memory);
    void (*release)(struct mmu_space *space); /* all tables but the root and the pool's go back to the backend */
};

/* The other calls: FORMAT_CALL(format, map_pages) and so on. */
typedef int format_map_pages(struct mmu_space *space, uint64_t va, const uint64_t *pages, size_t count, uint32_t attr);
typedef int format_protect(struct mmu_space *space, uint64_t va, uint64_t size, uint32_t attr);
typedef int format_tag(struct mmu_space *space, uint64_t va, uint64_t size, unsigned tag, uint64_t payload);
/* MMU_SPLIT: the tag is of a larger entry */
typedef int format_fill(struct mmu_space *space, const struct mmu_range *range, unsigned tag, uint64_t payload);
/* Tables saved, or an error; where there is a report to be written nothing changes. */
typedef int format_fold(struct mmu_space *space, uint64_t va, uint64_t size, struct mmu_savings *report);
typedef size_t format_tables_needed(struct mmu_space *space, const struct mmu_range *range);
typedef size_t format_tables_max(unsigned va_bits, uint64_t size);
/* Does the owner keep what the job would cut? With the lock held. */
struct job;
typedef bool format_keeps(struct job *job);
/* root_open's other: of a tree that is there */
typedef int format_adopt(struct mmu_space *space, uint64_t root, bool tags);

/* call##_of[]: that call of each format, 0 where the format is not linked */
#define FORMAT_REFERS(format, call) extern format_##call FORMAT_CALL(format, call) __attribute__((weak));
#define FORMAT_ENTERS(format, call) [FORMAT_NUMBER(format)] = FORMAT_CALL(format, call),
#define FORMAT_TABLE(call)                                                                                             \
    FORMATS(FORMAT_REFERS, call)                                                                                       \
    static format_##call *const call##_of[FORMAT_COUNT] = {FORMATS(FORMAT_ENTERS, call)};

#endif
