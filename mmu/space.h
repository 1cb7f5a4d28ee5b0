/*
 * A translation regime's tables, for who owns one: the runtime's kernel space, an embedder, an SMMU.
 * Programs need mmu.h only. C only.
 */
#ifndef MMU_SPACE_H
#define MMU_SPACE_H

#include "mmu/backend.h"
#include "mmu/lock.h"
#include "mmu/mmu.h"

enum {
    MMU_SPACE_HIGH = 1, /* the upper half (TTBR1): addresses are sign-extended, leaves global unless MMU_USER */
    MMU_SPACE_TAGS = 2  /* mmu_space_adopt: the builder was an engine like this one, and its tags stay */
};

/*
 * In the attr of mmu_map and mmu_tables_needed, beside the public bits: leaves of one granule only. For
 * ranges of which single pages will change while the rest must stay mapped.
 */
enum { MMU_PAGES = 0x10000 };

enum { MMU_KEEP_MAX = 8 };

/*
 * What the memory types of AArch32's formats count on: MAIR1:MAIR0 for mmu_lpae (ARMv7 has no Device-nGRE and -GRE,
 * which are Device then); PRRR and NMRR for mmu_short, with SCTLR.TRE and AFE 1 and DACR client for domain 0.
 * TTBCR.N or TnSZ is 32 - va_bits.
 */
#define MMU_LPAE_MAIR  UINT64_C(0x040404FF00BB44FF)
#define MMU_SHORT_PRRR UINT32_C(0xA00B8A54)
#define MMU_SHORT_NMRR UINT32_C(0x48004800)

/*
 * The table that the engine went through last, and what it translates: the next call's addresses are mostly there too,
 * and no way down from the root is needed. Forgotten when any table leaves the tree.
 */
struct mmu_near {
    void *path[5];     /* where the descriptor of the table of each level stands, down to its own */
    uint64_t va, span; /* span 0: none */
    uint64_t mask;     /* of the address bits inside one of its leaves; all bits where it can have none, or is none */
    void *table;
    uint64_t whole_end; /* asked for: tables of whole_level and below that end by here are not gone into */
    uint8_t whole_level;
    uint8_t level, shift;
    uint8_t table_bit; /* what a leaf there has not */
    bool live;         /* walkers know the way to it */
};

struct job;

struct mmu_space {
    struct lock lock; /* first: it has the struct's address, which costs nothing to make */
    const struct mmu_format *format;
    uint64_t base; /* the half's lowest address */
    uint64_t span; /* 2^va_bits */
    uint64_t root; /* the root table as its parent would hold it: physical address and entry count */
    struct mmu_near near;
    uint64_t leaf_always; /* what every leaf has, whatever its attr */
    uintptr_t table_offset;
    uint8_t root_level; /* the engine's number */
    uint8_t va_bits, pa_bits;
    bool no_break;            /* as the backend said */
    bool global;              /* leaves are global, if not of MMU_USER: TLBs hold them for every ASID */
    uint16_t asid;            /* the owner's, or asid.h's: written before the space is first used; 0 at first */
    uint64_t asid_generation; /* asid.h's */
    const struct mmu_backend *backend;
    uint64_t *pool; /* tables held ready, each one's first word the next one's address */
    size_t pool_free, tables, tables_peak;
    void *owner;                    /* the owner's own; NULL at first */
    bool (*keeps)(struct job *job); /* the format's, when the owner keeps something: see format.h */
    unsigned keep_count;
    struct mmu_keep {
        uint64_t off, end;
        bool size_only;
    } keep[MMU_KEEP_MAX];
};

/*
 * Make *space a space of va_bits without any mapping. The caller brings the memory of *space, which stays
 * its own. MMU_RANGE when the format cannot do va_bits, MMU_TABLES when there is no memory: nothing is held then.
 */
int mmu_space_init(struct mmu_space *space, const struct mmu_format *format, unsigned va_bits,
                   const struct mmu_backend *backend, unsigned flags);

/*
 * The same of tables that are there, live or not, and that somebody else has built: they are counted, and the space's
 * from then on. No translation changes. Each table is at its physical address + backend->table_offset and is linked
 * once; one that is needed no more may be linked again elsewhere, and goes to backend->table_free one day, which leaves
 * alone what is not its own. The root stays where it is, with as many entries as va_bits ask for. The software bits of
 * table descriptors, and of invalid entries all bits, become the engine's. In a low half, if there is any global leaf,
 * all leaves will be, and the space is nothing for ASIDs.
 * MMU_RANGE: va_bits, or a root that is not aligned to a granule (short descriptors: to 32 KiB, of which the engine
 * needs the second half). MMU_ATTR, nothing written, for what the engine does not make: table descriptors with
 * permissions (bits [63:59]), leaves without AF or with bits [63:59], or with address bits below their own size (the nT
 * bit of FEAT_BBM, say); contiguous groups, supersections and large pages of which not all entries say the same of
 * memory that goes on; short descriptors with a domain.
 */
struct mmu_tree {
    uint64_t root; /* physical address */
    unsigned va_bits;
};
int mmu_space_adopt(struct mmu_space *space, const struct mmu_format *format, const struct mmu_tree *tree,
                    const struct mmu_backend *backend, unsigned flags);

/* Give back all that the space holds. No walker may use it any more. */
void mmu_space_release(struct mmu_space *space);

/*
 * Its tables are another one's from now on, which has adopted them: only what is held ready goes back, and *space is
 * the caller's again.
 */
void mmu_space_abandon(struct mmu_space *space);

/*
 * [va, va + size) must stay translated at every moment: a core may need it while it changes tables, or to handle
 * a fault. A request that has to break a leaf or group there returns MMU_BUSY. mmu_unmap and mmu_tag of whole
 * leaves are not refused. MMU_RANGE for a range that is not the space's, MMU_TABLES after MMU_KEEP_MAX ranges.
 */
int mmu_space_keep(struct mmu_space *space, uint64_t va, uint64_t size);

/*
 * The same for requests that cut or join the leaves there. Each of them may be broken as a whole, for a new memory
 * type: of memory mapped by pages the owner then knows which pages those are.
 */
int mmu_space_keep_sizes(struct mmu_space *space, uint64_t va, uint64_t size);

/* Was something of [off, end) declared so? Or, if leaves change but their `size`, by mmu_space_keep. */
bool mmu_space_keeps(const struct mmu_space *space, uint64_t off, uint64_t end, bool size);

/* The physical address of the root table: what TTBR0 or TTBR1 takes, the ASID left out. */
uint64_t mmu_space_root(const struct mmu_space *space);

#endif
