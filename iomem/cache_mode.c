#include "iomem/cache_mode.h"

#include "iomem/memory_object.h"
#include "iomem/port.h"
#include "iomem/translate.h"
#include "mmu/cache.h"
#include "mmu/mmu.h"

#define PAGE ((uint64_t)PORT_PAGE_SIZE)

static size_t changed; /* frames whose record names a mode: while 0, nothing need be looked up */

static unsigned mode_of_frame(const struct port_frame *frame)
{
    return frame && frame->mode ? frame->mode : kIOCopybackCache;
}

/* The part of a run of RAM that has the mode of its first page. pa is a page's. */
static struct cache_piece ram_piece(uint64_t pa, uint64_t max)
{
    unsigned mode = mode_of_frame(port_frame(pa));
    uint64_t size = changed == 0 ? max : PAGE;

    while (size < max && mode_of_frame(port_frame(pa + size)) == mode)
        size += PAGE;
    return (struct cache_piece){pa, size, mode, true, false};
}

/* What the tables of a live mapping say of the page at pa, and of how much after it. */
struct search {
    struct rmap_visit visit;
    unsigned mode;
    uint64_t size;
    bool found;
};

static unsigned mode_of_type(uint32_t type)
{
    static const uint8_t mode[] = {
        [MMU_DEVICE_nGnRnE] = kIOInhibitCache,  [MMU_DEVICE_nGnRE] = kIOPostedWrite,
        [MMU_DEVICE_nGRE] = kIOPostedReordered, [MMU_DEVICE_GRE] = kIOPostedCombinedReordered,
        [MMU_UNCACHED] = kIOWriteCombineCache,  [MMU_WRITETHROUGH] = kIOWriteThruCache,
        [MMU_WRITEBACK] = kIOCopybackCache,
    };

    return mode[type];
}

static int read_tables(struct rmap_visit *visit, struct rmap_node *node)
{
    struct search *search = (struct search *)visit;
    struct mmu_leaf leaf;
    bool shown;
    uint64_t va;

    if (node->pa > visit->pa) { /* begins later: what lies before it has no mapping of this run */
        if (search->size > node->pa - visit->pa)
            search->size = node->pa - visit->pa;
        return 0;
    }
    va = node->va + (visit->pa - node->pa);
    shown = mmu_walk(node->space, va, &leaf) == MMU_OK && leaf.pa == visit->pa;
    leaf.size -= va % leaf.size;
    if (leaf.size > node->pa + node->size - visit->pa)
        leaf.size = node->pa + node->size - visit->pa;
    if (search->size > leaf.size)
        search->size = leaf.size;
    if (!shown)
        return 0; /* blocked, or overwritten by another map: as far as this leaf goes */
    search->mode = mode_of_type(leaf.attr & MMU_TYPE_MASK);
    search->found = true;
    return search->size == visit->size; /* one that shows it all settles it */
}

static struct cache_piece device_piece(uint64_t pa, uint64_t max)
{
    struct search search = {.visit = {pa, max, read_tables}, .mode = kIOInhibitCache};

    search.size = search.visit.size;
    if (rmap_has_special(pa, max))
        rmap_each(&search.visit);
    return (struct cache_piece){pa, search.size, search.mode, false, search.found};
}

struct cache_piece cache_piece_at(uint64_t pa, uint64_t max)
{
    return port_ram_run(pa, &max) ? ram_piece(pa, max) : device_piece(pa, max);
}

unsigned cache_mode_of(uint64_t pa, uint64_t *size)
{
    uint64_t skip = pa % PAGE;
    struct cache_piece piece = cache_piece_at(pa - skip, (*size + skip + PAGE - 1u) & ~(PAGE - 1u));

    if (*size > piece.size - skip)
        *size = piece.size - skip;
    return piece.mode;
}

/* New types for the live mappings of some pages. */
struct retype {
    struct rmap_visit visit;
    uint32_t type;
};

static uint32_t with_type(uint32_t attr, uint32_t type)
{
    return (attr & ~(uint32_t)MMU_TYPE_MASK) | type;
}

static uint64_t rest_of(const struct mmu_leaf *leaf, uint64_t va)
{
    return leaf->size - (va & (leaf->size - 1));
}

/* All of it is mapped. An overwriting map may have entered a part of it, with other rights. */
static int retype_run(struct mmu_space *space, uint64_t va, uint64_t size, uint32_t type)
{
    int error = MMU_OK;

    for (uint64_t run; size && error == MMU_OK; va += run, size -= run) {
        struct mmu_leaf leaf, next;

        mmu_walk(space, va, &leaf);
        run = rest_of(&leaf, va);
        while (run < size && mmu_walk(space, va + run, &next) == MMU_OK && next.attr == leaf.attr)
            run += rest_of(&next, va + run);
        run = run < size ? run : size;
        error = mmu_protect(space, va, run, with_type(leaf.attr, type));
    }
    return error;
}

static int retype_mapping(struct rmap_visit *visit, struct rmap_node *node)
{
    struct retype *retype = (struct retype *)visit;
    uint64_t pa = node->pa > visit->pa ? node->pa : visit->pa;
    uint64_t visit_end = visit->pa + visit->size;
    uint64_t end = node->pa + node->size < visit_end ? node->pa + node->size : visit_end;

    while (pa < end) {
        uint64_t va = node->va + (pa - node->pa), shown = 0;
        uint64_t size = mmu_segment(node->space, va, end - pa, &shown);
        int error = MMU_OK;

        if (size != 0 && shown == pa) /* otherwise blocked, or overwritten by another map */
            error = retype_run(node->space, va, size, retype->type);
        if (error != MMU_OK)
            return error;
        pa += size ? size : PAGE;
    }
    return MMU_OK;
}

/* Its pages have the same rights. */
static int retype_linear(const struct cache_piece *piece, uint32_t type)
{
    uint64_t va = (uintptr_t)port_linear(piece->pa);
    struct mmu_leaf leaf;

    mmu_walk(mmu_kernel_space(), va, &leaf);
    return mmu_protect(mmu_kernel_space(), va, piece->size, with_type(leaf.attr, type));
}

/* Every alias of the piece. A failure leaves some changed. */
static int retype(const struct cache_piece *piece, unsigned mode)
{
    struct retype all = {.visit = {piece->pa, piece->size, retype_mapping}, .type = translate_type(mode, piece->ram)};
    int error = rmap_each(&all.visit);

    if (error == MMU_OK && piece->ram)
        error = memory_object_retype(piece->pa, piece->size, all.type);
    if (error == MMU_OK && piece->ram)
        error = retype_linear(piece, all.type);
    return error;
}

static int mark_special(struct rmap_visit *visit, struct rmap_node *node)
{
    (void)visit;
    rmap_mark_special(node);
    return 0;
}

/*
 * The aliases have changed one after the other, so the last cacheable one may have brought lines back after the
 * first was cleaned: once more, now that none can.
 */
static void record(const struct cache_piece *piece, unsigned mode)
{
    struct rmap_visit visit = {piece->pa, piece->size, mark_special};

    if (!piece->ram) {
        rmap_each(&visit);
        return;
    }
    if (translate_is_cacheable(piece->mode) || translate_is_cacheable(mode) || mode == kIORealTimeCache)
        cache_clean_invalidate(port_linear(piece->pa), piece->size);
    for (uint64_t at = 0; at < piece->size; at += PAGE) {
        struct port_frame *frame = port_frame(piece->pa + at);

        changed -= frame->mode != 0;
        frame->mode = (uint8_t)(mode == kIOCopybackCache ? 0 : mode);
        changed += frame->mode != 0;
    }
}

/* What a request has to change, piece by piece. Nothing in it has that mode yet. */
struct plan {
    unsigned mode;
    size_t count, room; /* count may pass room: then pieces past room are missing */
    struct cache_piece *pieces;
    struct cache_piece few[4];
};

static IOReturn check_frames(const struct cache_piece *piece)
{
    for (uint64_t at = 0; at < piece->size; at += PAGE) {
        const struct port_frame *frame = port_frame(piece->pa + at);

        if (!frame || frame->owner == PORT_OWNER_RUNTIME)
            return kIOReturnNotPermitted;
    }
    return kIOReturnSuccess;
}

static IOReturn check(const struct cache_piece *piece, const struct cache_run *run, unsigned mode)
{
    if (!piece->ram)
        return translate_is_cacheable(mode) ? kIOReturnUnsupported : kIOReturnSuccess;
    if (piece->pa < run->pa || piece->pa + piece->size > run->pa + run->size)
        return kIOReturnNotAligned;
    return check_frames(piece);
}

static IOReturn add_run(struct plan *plan, const struct cache_run *run)
{
    uint64_t pa = run->pa & ~(PAGE - 1u);
    uint64_t end = (run->pa + run->size + PAGE - 1u) & ~(PAGE - 1u);
    IOReturn result = kIOReturnSuccess;

    while (pa < end && result == kIOReturnSuccess) {
        struct cache_piece piece = cache_piece_at(pa, end - pa);

        result = check(&piece, run, plan->mode);
        pa += piece.size;
        if (piece.mode == plan->mode)
            continue;
        if (plan->count < plan->room)
            plan->pieces[plan->count] = piece;
        plan->count++;
    }
    return result;
}

static IOReturn make_plan(struct plan *plan, const struct cache_run *runs, size_t count)
{
    IOReturn result = kIOReturnSuccess;

    plan->count = 0;
    for (size_t i = 0; i < count && result == kIOReturnSuccess; i++)
        result = add_run(plan, &runs[i]);
    if (result != kIOReturnSuccess || plan->count <= plan->room)
        return result;
    plan->room = plan->count;
    plan->pieces = port_alloc(plan->room * sizeof *plan->pieces);
    return plan->pieces ? make_plan(plan, runs, count) : kIOReturnNoMemory;
}

static IOReturn carry_out(const struct plan *plan)
{
    int error = MMU_OK;
    size_t done;

    for (done = 0; done < plan->count && error == MMU_OK; done++)
        error = retype(&plan->pieces[done], plan->mode);
    if (error != MMU_OK) { /* the leaves were cut on the way here: going back needs no tables */
        while (done-- > 0)
            retype(&plan->pieces[done], plan->pieces[done].mode);
        return translate_error(error);
    }
    for (size_t i = 0; i < plan->count; i++)
        record(&plan->pieces[i], plan->mode);
    return kIOReturnSuccess;
}

IOReturn cache_mode_apply(const struct cache_run *runs, size_t count, unsigned mode)
{
    struct plan plan = {.mode = mode, .room = sizeof plan.few / sizeof plan.few[0]};
    IOReturn result;

    if (mode == kIODefaultCache || mode > kIOPostedCombinedReordered)
        return kIOReturnSuccess;
    plan.pieces = plan.few;
    result = make_plan(&plan, runs, count);
    if (result == kIOReturnSuccess)
        result = carry_out(&plan);
    if (result == kIOReturnNotPermitted)
        port_log(
            "iomem: no other cache mode for memory of the runtime's: of the image (static arrays), stacks, malloc");
    if (plan.pieces != plan.few)
        port_free(plan.pieces);
    return result;
}

IOReturn cache_mode_set(uint64_t pa, uint64_t size, unsigned mode)
{
    struct cache_run run = {pa, size};

    return cache_mode_apply(&run, 1, mode);
}

/* No list of pieces is made, which there might be no memory for. */
static __attribute__((noinline)) bool reset(uint64_t pa, uint64_t end)
{
    for (struct cache_piece piece; pa < end; pa += piece.size) {
        piece = ram_piece(pa, end - pa);
        if (piece.mode == kIOCopybackCache)
            continue;
        if (retype(&piece, kIOCopybackCache) != MMU_OK) {
            retype(&piece, piece.mode);
            return false;
        }
        record(&piece, kIOCopybackCache);
    }
    return true;
}

bool cache_mode_reset(uint64_t pa, uint64_t size)
{
    return changed == 0 || reset(pa, pa + size);
}
