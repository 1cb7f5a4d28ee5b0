/*
 * Translation tables: map, unmap, protect, walk. This is the interface for programs; an
 * owner of spaces (the runtime, an embedder, an SMMU driver) also reads space.h and backend.h.
 *
 * Units: every va, pa and size is in bytes. va, pa and size of a request are multiples of
 * the space's granule (4, 16 or 64 KiB), size is not 0.
 * All or nothing: a call that returns an error has changed no translation.
 * When a call returns, every core sees its result: callers owe no barrier and no TLBI.
 */
#ifndef MMU_MMU_H
#define MMU_MMU_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    MMU_OK = 0,
    MMU_RANGE = -1,      /* caller: not granule aligned, empty, outside the space's half, or a pa beyond PARange */
    MMU_OVERLAP = -2,    /* caller: mmu_map over an entry that is in use (mapped or tagged) */
    MMU_NOT_MAPPED = -3, /* caller: some page of the range is not mapped */
    MMU_SPLIT = -4,      /* no call returns it: what a range would cut is split */
    MMU_TABLES = -5,     /* the machine: no memory for the tables that the request needs */
    MMU_ATTR = -6,       /* caller: WRITE|EXEC, DEVICE|EXEC, or an attribute that does not exist */
    MMU_BUSY = -7        /* the owner declared that a leaf of this range may not be broken (space.h) */
};

/* attr: a memory type in the low four bits, and permissions. Readable always. */
enum {
    MMU_DEVICE_nGnRnE,
    MMU_DEVICE_nGnRE,
    MMU_DEVICE_nGRE,
    MMU_DEVICE_GRE,
    MMU_UNCACHED,
    MMU_WRITETHROUGH,
    MMU_WRITEBACK,
    MMU_TYPE_MASK = 0xf,
    MMU_WRITE = 0x10,
    MMU_EXEC = 0x20, /* with MMU_USER: executable at EL0 only; without: at EL1 only */
    MMU_USER = 0x40  /* EL0 may access it too; non-global */
};

/* What an invalid entry can say about itself. A tagged entry is in use but translates nothing. */
enum { MMU_TAG_NONE, MMU_TAG_GUARD, MMU_TAG_BLOCKED, MMU_TAG_DEMAND, MMU_TAG_RESERVED, MMU_TAG_BUSY };

struct mmu_space;
struct mmu_format;
struct mmu_backend;

/* What is to be mapped: [va, va + size) shows [pa, pa + size). */
struct mmu_range {
    uint64_t va, pa, size; /* in bytes */
    uint32_t attr;         /* a memory type and permissions */
};

/* What the tables hold for one address. */
struct mmu_leaf {
    uint64_t pa; /* of the byte asked for; for a tagged entry its payload */
    uint64_t
        size; /* of the leaf (of a contiguous group: of its member), or of the invalid entry, that holds the byte */
    uint32_t attr; /* as of struct mmu_range; 0 where nothing is mapped */
    int8_t level;  /* Arm's number: -1 to 3 */
    uint8_t tag;   /* an MMU_TAG_ */
};

/* A space's tables, counted. */
struct mmu_stats {
    size_t tables, tables_peak; /* linked into the space, its root included */
    size_t pool_free;           /* held ready, not linked */
};

/*
 * MMU_OVERLAP when any entry of the range is in use. Uses blocks where va, pa and size allow, and marks the leaves
 * of whole contiguous groups (Arm ARM D8.6.1).
 */
int mmu_map(struct mmu_space *space, const struct mmu_range *range);

/*
 * Map pages[0], pages[1], ... (physical addresses of `count` granules, not kept) in a row from va on. Pages that lie
 * side by side share a block or a contiguous group where they are aligned for it. Errors as of mmu_map.
 */
int mmu_map_pages(struct mmu_space *space, uint64_t va, const uint64_t *pages, size_t count, uint32_t attr);

/*
 * MMU_NOT_MAPPED when any page of the range is not mapped (a tagged page is not). Here, in mmu_protect and in mmu_tag
 * the range may begin or end inside a block or a contiguous group: the rest of that stays mapped as it was, in smaller
 * leaves. It is away for a moment (break before make): an access then must wait and be tried again, as the runtime's
 * abort handler does. MMU_TABLES when there is no memory for the tables that this takes.
 */
int mmu_unmap(struct mmu_space *space, uint64_t va, uint64_t size);

/* New permissions or a new memory type for pages that are mapped; their physical pages stay. */
int mmu_protect(struct mmu_space *space, uint64_t va, uint64_t size, uint32_t attr);

/*
 * Merge what has become uniform in [va, va + size) into blocks and contiguous groups; tables that then are not needed
 * go. No translation changes, but leaves are away for a moment (see mmu_unmap). Returns the number of tables freed, or
 * MMU_RANGE, or MMU_BUSY when the owner keeps something in the range.
 */
int mmu_fold(struct mmu_space *space, uint64_t va, uint64_t size);

/* What mmu_fold of the range would save, at least: tables, and entries that the leaves take in a TLB. MMU_RANGE. */
struct mmu_savings {
    size_t tables, entries; /* at least so many */
};
int mmu_report(struct mmu_space *space, uint64_t va, uint64_t size, struct mmu_savings *saved);

/* MMU_OK and *leaf, or MMU_NOT_MAPPED and *leaf's size, level, tag and payload; MMU_RANGE leaves *leaf alone. */
int mmu_walk(struct mmu_space *space, uint64_t va, struct mmu_leaf *leaf);
int mmu_translate(struct mmu_space *space, uint64_t va, uint64_t *pa);

/* Length of the physically contiguous run that starts at va, at most max; 0 = va is not mapped, *pa untouched. */
uint64_t mmu_segment(struct mmu_space *space, uint64_t va, uint64_t max, uint64_t *pa);

/* How many tables mmu_map(range) would add now: exact. 0 for a request that mmu_map refuses. */
size_t mmu_tables_needed(struct mmu_space *space, const struct mmu_range *range);

/*
 * The most tables that any one request of `size` bytes can add to a space of va_bits, wherever it lies: what a pool of
 * fixed size must hold for it.
 */
size_t mmu_tables_max(const struct mmu_format *format, unsigned va_bits, uint64_t size);

/*
 * Make every entry of the range invalid with this tag and payload (a multiple of 4096 below 2^48),
 * whatever it was: mapped, tagged or empty. MMU_TAG_NONE empties it and frees tables. MMU_ATTR for a tag or a
 * payload that cannot be.
 */
int mmu_tag(struct mmu_space *space, uint64_t va, uint64_t size, unsigned tag, uint64_t payload);

/*
 * One granule whose entry has the tag MMU_TAG_DEMAND and this payload becomes a leaf: a store, and no invalidate.
 * MMU_OVERLAP: it has not. MMU_TABLES: the tag is a larger entry's, and there is no memory to cut it.
 */
int mmu_fill(struct mmu_space *space, const struct mmu_range *range, uint64_t payload);

/* A low-half space of va_bits (36..48, or 52; AArch32 25..32). NULL when memory runs out or the format cannot do
 * va_bits. */
struct mmu_space *mmu_space_create(const struct mmu_format *format, unsigned va_bits,
                                   const struct mmu_backend *backend);
void mmu_space_destroy(struct mmu_space *space); /* no core may still use it; NULL is ignored */

/* The space that the running core's TTBR1 holds: the runtime's own. */
struct mmu_space *mmu_kernel_space(void);

/* The counts of now. */
void mmu_get_stats(struct mmu_space *space, struct mmu_stats *stats);

/* Merged ranges of the whole space, lowest address first; stops early when visit returns non-zero, and returns that. */
int mmu_dump(struct mmu_space *space,
             int (*visit)(void *context, const struct mmu_range *range, const struct mmu_leaf *first), void *context);

/*
 * Where physical pages of wanted->pa, ->size are mapped with another memory type than wanted->attr has (Arm ARM B2.8:
 * such aliases lose coherency); wanted->va is not looked at. Visits each such range of this space, lowest address
 * first, until visit returns non-zero, and returns that. Looks at all of the space.
 */
int mmu_conflicts(struct mmu_space *space, const struct mmu_range *wanted,
                  int (*visit)(void *context, const struct mmu_range *found), void *context);

/*
 * The same in every space that there is, from mmu_space_create (or space.h's _init and _adopt) until it goes; neither
 * visit nor an interrupt handler meanwhile may destroy a space. Built with DEBUG=1, each mmu_map and mmu_map_pages
 * looks so at what it has mapped; the runtime prints what is found (conflict.h).
 */
int mmu_conflicts_all(const struct mmu_range *wanted,
                      int (*visit)(void *context, struct mmu_space *space, const struct mmu_range *found),
                      void *context);

extern const struct mmu_backend mmu_cpu_backend; /* the CPU walks; table memory is the runtime's RAM */
extern const struct mmu_format mmu_vmsa64_4k, mmu_vmsa64_16k, mmu_vmsa64_64k; /* AArch64, by granule */
/*
 * The same with 52 bits of output address, and of input in spaces that are so wide. 4K and 16K: TCR.DS is 1
 * (FEAT_LPA2), which both halves share, and SH0 or SH1 says inner shareable; 64K: FEAT_LPA. TCR.IPS has 52 bits. Blocks
 * are one level larger: 512G, 64G and 4T. The backend's pa_bits is to say up to 52.
 */
extern const struct mmu_format mmu_vmsa64_4k_52, mmu_vmsa64_16k_52, mmu_vmsa64_64k_52;
extern const struct mmu_format mmu_lpae; /* AArch32 long descriptors: addresses below 2^32, output below 2^40 */
/*
 * ARMv7 short descriptors: addresses and output below 2^32. EL1 may execute what EL0 may (MMU_EXEC with MMU_USER), but
 * for sections of mmu_short_pxn, which is for cores whose ID_MMFR0.VMSA is 4 or more.
 */
extern const struct mmu_format mmu_short, mmu_short_pxn;
/*
 * VMSAv8-64 stage 2 (HCR_EL2.FWB 0): every va is an intermediate physical address. MMU_USER is refused, as stage 2
 * knows no EL0; MMU_WRITE|MMU_EXEC is not.
 */
extern const struct mmu_format mmu_stage2_4k;

#ifdef __cplusplus
}
#endif

#endif
