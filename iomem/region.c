#include "iomem/region.h"

#include "iomem/port.h"
#include "iomem/region_tree.h"

#define PAGE ((uint64_t)PORT_PAGE_SIZE)

/* The class of a gap of so many pages: classes grow with the size, and below REGION_SMALL each is one size. */
static unsigned class_of(uint64_t pages)
{
    unsigned log;

    if (pages < REGION_SMALL)
        return (unsigned)pages;
    log = 63u - (unsigned)__builtin_clzll(pages);
    return REGION_SMALL + (log - 4u) * 8u + ((unsigned)(pages >> (log - 3u)) & 7u);
}

/* The lowest class of which every gap holds so many pages. */
static unsigned class_that_fits(uint64_t pages)
{
    unsigned log;

    if (pages < REGION_SMALL)
        return (unsigned)pages;
    log = 63u - (unsigned)__builtin_clzll(pages);
    return class_of(pages + (1ull << (log - 3u)) - 1u);
}

static void set_gap(struct region_space *space, struct region *region, uint64_t gap)
{
    unsigned class = class_of(gap / PAGE);
    struct region **head = &space->gaps[class];

    region->gap = gap;
    region->gap_class = (uint16_t) class;
    if (gap == 0)
        return;
    region->gap_prev = NULL;
    region->gap_next = *head;
    if (*head)
        (*head)->gap_prev = region;
    *head = region;
    space->in_use[class / 64u] |= 1ull << (class % 64u);
    space->words_in_use |= 1u << (class / 64u);
}

/* What points to the region in its class's list. */
static inline struct region **gap_slot(struct region_space *space, struct region *region)
{
    return region->gap_prev ? &region->gap_prev->gap_next : &space->gaps[region->gap_class];
}

static void clear_gap(struct region_space *space, struct region *region)
{
    unsigned class = region->gap_class, word = class / 64u;

    if (region->gap == 0)
        return;
    *gap_slot(space, region) = region->gap_next;
    if (region->gap_next)
        region->gap_next->gap_prev = region->gap_prev;
    region->gap = 0;
    if (space->gaps[class])
        return;
    space->in_use[word] &= ~(1ull << (class % 64u));
    if (!space->in_use[word])
        space->words_in_use &= ~(1u << word);
}

/*
 * The gap after `from` becomes `to`'s, who has none, with another size. Mostly it is the window's large gap, at
 * which maps nibble: it stays in its class, and `to` takes the place of `from` in the list.
 */
static inline void move_gap(struct region_space *space, struct region *from, struct region *to, uint64_t gap)
{
    if (from->gap == 0 || class_of(gap / PAGE) != from->gap_class) {
        clear_gap(space, from);
        set_gap(space, to, gap);
        return;
    }
    *gap_slot(space, from) = to;
    to->gap = gap;
    to->gap_class = from->gap_class;
    to->gap_prev = from->gap_prev;
    to->gap_next = from->gap_next;
    if (to->gap_next)
        to->gap_next->gap_prev = to;
    from->gap = 0;
}

void region_space_init(struct region_space *space, uint64_t min, uint64_t max)
{
    *space = (struct region_space){.min = min ? min : PAGE, .max = max};
    space->edge.va = space->min;
    space->edge.priority = UINT32_MAX; /* the root for ever */
    space->edge.in_tree = true;
    space->root = &space->edge;
    set_gap(space, &space->edge, space->max - space->min);
}

static void open_space(struct region_space *space)
{
    uint64_t min, max;

    if (space->root)
        return;
    port_window(&min, &max);
    region_space_init(space, min, max);
}

static uint64_t gap_start(const struct region *region)
{
    return region->va + region->size;
}

/* The first address in the gap after `owner` that fits the request; 0 when none does. */
static uint64_t place(const struct region *owner, uint64_t size, uint64_t align, uint64_t phase)
{
    uint64_t start = gap_start(owner);
    uint64_t skip = (phase - start) & (align - 1u);

    if (skip > owner->gap || owner->gap - skip < size)
        return 0;
    return start + skip;
}

/* The owner of a gap in class `from` or above, or NULL. */
static inline __attribute__((always_inline)) struct region *first_gap(const struct region_space *space, unsigned from)
{
    unsigned word = from / 64u, others = space->words_in_use & (~1u << word);
    uint64_t bits = space->in_use[word] & ~0ull << (from % 64u);

    if (!bits && others) {
        word = (unsigned)__builtin_ctz(others);
        bits = space->in_use[word];
    }
    return bits ? space->gaps[word * 64u + (unsigned)__builtin_ctzll(bits)] : NULL;
}

/* Cut [va, va + size) out of the gap after `before`. */
static inline void take(struct region_space *space, struct region *before, struct region *region, uint64_t va)
{
    uint64_t end = gap_start(before) + before->gap;

    region->va = va;
    region->prev = before;
    region->next = before->next;
    if (region->next)
        region->next->prev = region;
    before->next = region;
    region_tree_insert(space, region);
    move_gap(space, before, region, end - gap_start(region));
    if (va != gap_start(before))
        set_gap(space, before, va - gap_start(before));
    space->count++;
}

/*
 * A gap and an address in it for the request. First the tightest classes that surely hold the size, of which one
 * gap may happen to be aligned; then one so large that any would do; at last the gaps of the size's own class.
 */
static __attribute__((noinline)) uint64_t search(struct region_space *space, struct region **owner, uint64_t size,
                                                 uint64_t align, uint64_t phase)
{
    uint64_t wish[2] = {size, size + (align - PAGE)};
    uint64_t va = 0;

    for (unsigned i = 0; i < 2 && !va; i++) {
        *owner = wish[i] < size ? NULL : first_gap(space, class_that_fits(wish[i] / PAGE));
        space->steps++;
        va = *owner ? place(*owner, size, align, phase) : 0;
    }
    if (va)
        return va;
    for (*owner = space->gaps[class_of(size / PAGE)]; *owner && !va; *owner = (*owner)->gap_next) {
        space->steps++;
        va = place(*owner, size, align, phase);
        if (va)
            break;
    }
    return va;
}

bool region_alloc(struct region_space *space, struct region *region, uint64_t size, uint64_t align, uint64_t phase)
{
    struct region *owner;
    uint64_t va;

    open_space(space);
    if (size % PAGE || size - 1u >= space->max - space->min) /* or it is 0 */
        return false;
    owner = first_gap(space, class_that_fits(size / PAGE));
    space->steps++;
    va = owner ? place(owner, size, align, phase) : 0; /* the usual end */
    if (!va)
        va = search(space, &owner, size, align, phase);
    if (!va && align > PAGE)
        va = search(space, &owner, size, PAGE, 0);
    if (!va)
        return false;
    region->size = size;
    take(space, owner, region, va);
    return true;
}

bool region_alloc_at(struct region_space *space, struct region *region, uint64_t va, uint64_t size)
{
    struct region *before;

    open_space(space);
    if (size == 0 || size % PAGE || va % PAGE || va < space->min || va >= space->max || size > space->max - va)
        return false;
    before = region_tree_find(space, va);
    if (va < gap_start(before) || va - gap_start(before) > before->gap || before->gap - (va - gap_start(before)) < size)
        return false;
    region->size = size;
    take(space, before, region, va);
    return true;
}

void region_split(struct region_space *space, struct region *region, struct region *second, uint64_t at)
{
    uint64_t gap = region->gap;

    *second = (struct region){.va = at, .size = gap_start(region) - at, .prev = region, .next = region->next};
    second->kind = region->kind;
    clear_gap(space, region);
    region->size = at - region->va;
    region->next = second;
    if (second->next)
        second->next->prev = second;
    region_tree_insert(space, second);
    set_gap(space, second, gap);
    space->count++;
}

void region_free(struct region_space *space, struct region *region)
{
    struct region *before = region->prev;
    uint64_t gap;

    if (!before)
        return;
    gap = before->gap + region->size + region->gap;
    if (before->gap)
        clear_gap(space, before);
    move_gap(space, region, before, gap);
    before->next = region->next;
    if (region->next)
        region->next->prev = before;
    if (region->in_tree)
        region_tree_remove(space, region);
    else
        region_tree_stop_waiting(space, region);
    space->count--;
    region->va = region->size = 0;
    region->prev = NULL;
}

struct region *region_find(struct region_space *space, uint64_t va)
{
    struct region *region;

    open_space(space);
    region = region_tree_find(space, va);
    return region != &space->edge && va - region->va < region->size ? region : NULL;
}

void region_bounds(struct region_space *space, uint64_t *min, uint64_t *max)
{
    open_space(space);
    *min = space->min;
    *max = space->max;
}
