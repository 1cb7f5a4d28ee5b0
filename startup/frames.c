/*
 * A bit a frame (1 = free) and the record that iomem/port.h describes. A search goes over the bits a word at a
 * time from a hint below which nothing is free: one frame costs a few instructions, and any run that exists is found,
 * whatever its length and alignment, which buddies of powers of two do not promise.
 */
#include "startup/frames.h"

#include <assert.h>
#include <string.h>

#include "mmu/lock.h"

_Static_assert(sizeof(struct port_frame) <= 16, "a record a frame is budgeted at 16 bytes");

struct bank {
    uint64_t start;
    size_t count, free_count;
    size_t hint; /* no frame below it is free */
    uint64_t *free_bits;
    struct port_frame *records;
};

static struct bank banks[FRAME_BANKS];
static size_t bank_count;
static struct lock frames_lock = LOCK_INIT;
static bool (*reclaim)(void); /* who has frames to spare */

static size_t bank_pages(const struct frame_range *range)
{
    return (size_t)((range->end - range->start) / PORT_PAGE_SIZE);
}

static size_t words(size_t pages)
{
    return (pages + 63) / 64;
}

size_t frames_metadata_size(const struct frame_range *ranges, size_t count)
{
    size_t size = 0;

    for (size_t i = 0; i < count; i++)
        size += bank_pages(&ranges[i]) * sizeof(struct port_frame) + words(bank_pages(&ranges[i])) * sizeof(uint64_t);
    return (size + PORT_PAGE_SIZE - 1) & ~(size_t)(PORT_PAGE_SIZE - 1);
}

/* Set the bits of [from, from + count) to value. */
static void set_bits(uint64_t *bits, size_t from, size_t count, bool value)
{
    while (count) {
        size_t shift = from % 64, length = 64 - shift < count ? 64 - shift : count;
        uint64_t mask = (length == 64 ? UINT64_MAX : (UINT64_C(1) << length) - 1) << shift;

        bits[from / 64] = value ? bits[from / 64] | mask : bits[from / 64] & ~mask;
        from += length;
        count -= length;
    }
}

static bool is_free(const struct bank *bank, size_t page)
{
    return bank->free_bits[page / 64] >> (page % 64) & 1;
}

/* The first page of [from, end) whose bit is value; end when there is none. */
static size_t find_before(const struct bank *bank, size_t from, size_t end, bool value)
{
    while (from < end) {
        uint64_t word = bank->free_bits[from / 64];

        word = (value ? word : ~word) >> (from % 64);
        if (word) {
            from += (size_t)__builtin_ctzll(word);
            return from < end ? from : end;
        }
        from = (from / 64 + 1) * 64;
    }
    return end;
}

/* The first page at or above from whose bit is value; bank->count when there is none. */
static size_t find_bit(const struct bank *bank, size_t from, bool value)
{
    return find_before(bank, from, bank->count, value);
}

void frames_init(const struct frame_range *ranges, size_t count, void *metadata)
{
    char *next = metadata;

    assert(count <= FRAME_BANKS);
    memset(metadata, 0, frames_metadata_size(ranges, count));
    bank_count = count;
    for (size_t i = 0; i < count; i++) {
        struct bank *bank = &banks[i];

        *bank = (struct bank){.start = ranges[i].start, .count = bank_pages(&ranges[i])};
        bank->free_count = bank->count;
        bank->records = (struct port_frame *)(void *)next;
        next += bank->count * sizeof(struct port_frame);
        bank->free_bits = (uint64_t *)(void *)next;
        next += words(bank->count) * sizeof(uint64_t);
        set_bits(bank->free_bits, 0, bank->count, true);
    }
}

static struct bank *bank_of(uint64_t pa)
{
    for (struct bank *bank = banks; bank < banks + bank_count; bank++)
        if ((pa - bank->start) / PORT_PAGE_SIZE < bank->count)
            return bank;
    return NULL;
}

struct port_frame *frame_record(uint64_t pa)
{
    struct bank *bank = bank_of(pa);

    return bank ? &bank->records[(pa - bank->start) / PORT_PAGE_SIZE] : NULL;
}

static void take(struct bank *bank, size_t page, size_t count, enum port_owner owner)
{
    set_bits(bank->free_bits, page, count, false);
    for (size_t i = page; i < page + count; i++)
        bank->records[i].owner = (uint8_t)owner;
    bank->free_count -= count;
    if (bank->hint == page)
        bank->hint = page + count;
}

/* Take the free frames among the bank's pages [page, end). */
static void reserve_pages(struct bank *bank, size_t page, size_t end)
{
    for (page = find_bit(bank, page, true); page < end; page = find_bit(bank, page, true)) {
        size_t used = find_bit(bank, page, false);

        take(bank, page, (used < end ? used : end) - page, PORT_OWNER_RUNTIME);
    }
}

void frames_reserve(const struct frame_range *range)
{
    lock_acquire(&frames_lock);
    for (size_t i = 0; i < bank_count; i++) {
        struct bank *bank = &banks[i];
        uint64_t start = range->start > bank->start ? range->start - bank->start : 0;
        uint64_t end = range->end > bank->start ? range->end - bank->start : 0;
        uint64_t pages = end / PORT_PAGE_SIZE + (end % PORT_PAGE_SIZE != 0);

        reserve_pages(bank, (size_t)(start / PORT_PAGE_SIZE), pages < bank->count ? (size_t)pages : bank->count);
    }
    lock_release(&frames_lock);
}

/*
 * The first of these pages that a program described by its address and gave a cache mode; end when there is none.
 * Whoever got it would reach it as write-back, besides the mapping that is not (DDI 0487 B2.8).
 */
static size_t find_mode(const struct bank *bank, size_t page, size_t end)
{
    while (page < end && bank->records[page].mode == 0)
        page++;
    return page;
}

/* A run of frames at a multiple of align, all of its bytes from min_pa to max_pa. */
struct wish {
    uint64_t size, align, min_pa, max_pa;
    enum port_owner owner;
};

/* The first such run of free pages at or above `from`, whatever its end; bank->count when there is none. */
static size_t find_run(const struct bank *bank, size_t from, size_t count, uint64_t align)
{
    for (from = find_bit(bank, from, true); from < bank->count;) {
        uint64_t pa = bank->start + (uint64_t)from * PORT_PAGE_SIZE;
        size_t page = from + (size_t)((-pa & (align - 1)) / PORT_PAGE_SIZE), end;

        if (page >= bank->count || bank->count - page < count)
            break;
        end = find_before(bank, from, page + count, false); /* no further: the run may be all of RAM */
        if (end == page + count) {
            end = find_mode(bank, page, page + count);
            if (end == page + count)
                return page;
            end++;
        }
        from = find_bit(bank, end, true);
    }
    return bank->count;
}

static uint64_t alloc_in(struct bank *bank, size_t count, const struct wish *wish)
{
    uint64_t below = wish->min_pa > bank->start ? (wish->min_pa - bank->start) / PORT_PAGE_SIZE : 0, pa;
    size_t page = bank->hint = find_bit(bank, bank->hint, true);

    if (below >= bank->count || bank->free_count < count)
        return PORT_NO_FRAME;
    page = find_run(bank, page > below ? page : (size_t)below, count, wish->align);
    pa = bank->start + (uint64_t)page * PORT_PAGE_SIZE;
    if (page == bank->count || pa + (uint64_t)count * PORT_PAGE_SIZE - 1 > wish->max_pa)
        return PORT_NO_FRAME; /* the lowest run there is ends above max_pa: all do */
    take(bank, page, count, wish->owner);
    return pa;
}

static uint64_t alloc(struct wish wish)
{
    uint64_t pages = wish.size / PORT_PAGE_SIZE + (wish.size % PORT_PAGE_SIZE != 0);
    uint64_t pa = PORT_NO_FRAME;

    assert(!(wish.align & (wish.align - 1)) && wish.owner != PORT_OWNER_FREE);
    if (!pages)
        return PORT_NO_FRAME;
    if (wish.align < PORT_PAGE_SIZE)
        wish.align = PORT_PAGE_SIZE;
    lock_acquire(&frames_lock);
    for (size_t i = 0; i < bank_count && pa == PORT_NO_FRAME; i++)
        if (pages <= banks[i].count)
            pa = alloc_in(&banks[i], (size_t)pages, &wish);
    lock_release(&frames_lock);
    return pa;
}

/* The lowest free frame, if there is nothing against it: what most calls want. */
static uint64_t alloc_lowest(uint64_t max_pa, enum port_owner owner)
{
    uintptr_t entered = lock_enter(&frames_lock);
    uint64_t pa = PORT_NO_FRAME;
    struct bank *bank = banks;
    size_t page;

    while (bank < banks + bank_count && (page = bank->hint = find_bit(bank, bank->hint, true)) == bank->count)
        bank++;
    if (bank < banks + bank_count && bank->records[page].mode == 0)
        pa = bank->start + (uint64_t)page * PORT_PAGE_SIZE;
    if (pa > max_pa || max_pa - pa < PORT_PAGE_SIZE - 1) {
        pa = PORT_NO_FRAME;
    } else {
        bank->free_bits[page / 64] &= ~(UINT64_C(1) << (page % 64));
        bank->records[page].owner = (uint8_t)owner;
        bank->free_count--;
        bank->hint = page + 1;
    }
    lock_leave(&frames_lock, entered);
    return pa;
}

uint64_t frame_alloc(uint64_t size, uint64_t align, uint64_t max_pa, enum port_owner owner)
{
    uint64_t pa = PORT_NO_FRAME;

    if (size - 1 < PORT_PAGE_SIZE && align <= PORT_PAGE_SIZE)
        pa = alloc_lowest(max_pa, owner);
    return pa != PORT_NO_FRAME ? pa : alloc((struct wish){size, align, 0, max_pa, owner});
}

uint64_t frame_alloc_in(const struct frame_range *range, uint64_t size, uint64_t align, enum port_owner owner)
{
    return alloc((struct wish){size, align, range->start, range->end - 1, owner});
}

void frames_set_reclaim(bool (*spare)(void))
{
    __atomic_store_n(&reclaim, spare, __ATOMIC_RELEASE);
}

static uint64_t alloc_spare(struct wish wish)
{
    bool (*spare)(void) = __atomic_load_n(&reclaim, __ATOMIC_ACQUIRE);
    uint64_t pa = PORT_NO_FRAME;

    while (pa == PORT_NO_FRAME && spare && spare())
        pa = alloc(wish);
    return pa;
}

uint64_t frame_alloc_hard(uint64_t size, uint64_t align, uint64_t max_pa, enum port_owner owner)
{
    uint64_t pa = frame_alloc(size, align, max_pa, owner);

    return pa != PORT_NO_FRAME ? pa : alloc_spare((struct wish){size, align, 0, max_pa, owner});
}

void frame_free(uint64_t pa, uint64_t size)
{
    struct bank *bank = bank_of(pa);
    size_t page, count = (size_t)(size / PORT_PAGE_SIZE + (size % PORT_PAGE_SIZE != 0));

    assert(bank && pa % PORT_PAGE_SIZE == 0);
    page = (size_t)((pa - bank->start) / PORT_PAGE_SIZE);
    assert(count <= bank->count - page);
    lock_acquire(&frames_lock);
    for (size_t i = page; i < page + count; i++) {
        assert(!is_free(bank, i)); /* freed twice */
        bank->records[i].owner = PORT_OWNER_FREE;
    }
    set_bits(bank->free_bits, page, count, true);
    bank->free_count += count;
    if (page < bank->hint)
        bank->hint = page;
    lock_release(&frames_lock);
}

static size_t largest_run(const struct bank *bank)
{
    size_t largest = 0, from = find_bit(bank, bank->hint, true);

    while (from < bank->count) {
        size_t end = find_bit(bank, from, false);

        largest = end - from > largest ? end - from : largest;
        from = find_bit(bank, end, true);
    }
    return largest;
}

void frame_get_stats(struct frame_stats *stats)
{
    *stats = (struct frame_stats){0};
    lock_acquire(&frames_lock);
    for (size_t i = 0; i < bank_count; i++) {
        uint64_t run = (uint64_t)largest_run(&banks[i]) * PORT_PAGE_SIZE;

        stats->total += (uint64_t)banks[i].count * PORT_PAGE_SIZE;
        stats->free += (uint64_t)banks[i].free_count * PORT_PAGE_SIZE;
        stats->largest_run = run > stats->largest_run ? run : stats->largest_run;
    }
    lock_release(&frames_lock);
}
