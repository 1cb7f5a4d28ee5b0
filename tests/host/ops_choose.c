/* What the bytes of an operation mean. */
#include "mmu/space.h"
#include "tests/host/ops_inner.h"

/* Far less than what the format can output */
static uint64_t pa_limit(void)
{
    return far_pa() >> 2 < UINT64_C(1) << 36 ? far_pa() >> 2 : UINT64_C(1) << 36;
}

enum { PAGES_MAX = 640 };

static uint64_t last_off; /* of the operation before */

static const uint32_t attrs[] = {
    MMU_WRITEBACK | MMU_WRITE,
    MMU_WRITEBACK | MMU_WRITE | MMU_PAGES,
    MMU_WRITEBACK,
    MMU_WRITEBACK | MMU_EXEC,
    MMU_WRITEBACK | MMU_USER | MMU_EXEC,
    MMU_UNCACHED | MMU_WRITE,
    MMU_WRITETHROUGH | MMU_WRITE | MMU_USER,
    MMU_DEVICE_nGnRE | MMU_WRITE,
};

uint32_t choose_attr(const struct call *call)
{
    return attr_given(attrs[call->bytes[ATTR] % (sizeof attrs / sizeof attrs[0])]);
}

/* Addresses where tables and blocks begin or end; whatever lies beyond a small space wraps. */
static uint64_t place(const uint8_t *bytes)
{
    uint64_t p = page(), t = table_span(), g = block_span(1), s = space_size(), by = bytes[PLACE_BY];
    const uint64_t landmark[8] = {0, t, 2 * t, 16 * t, g - t, g, s / 2, s - 2 * t};
    const uint64_t added[8] = {
        0, by % 16 * p, t - (1 + by % 16) * p, by % 32 * 16 * p, by * (t >> 8), t / 2 + by % 8 * p, by % 4 * t, 0};

    if ((bytes[PLACE] >> 3 & 7) == 7)
        return last_off;
    return (landmark[bytes[PLACE] & 7] + added[bytes[PLACE] >> 3 & 7]) % s & ~(p - 1);
}

/* Never so long that a test stands still: a few tables full of pages, or some hundred blocks. */
static uint64_t length(const uint8_t *bytes, const struct flat *there)
{
    uint64_t p = page(), t = table_span(), g = block_span(1), by = bytes[LENGTH_BY];
    const uint64_t large[8] = {t, 16 * t, 3 * t + p, 17 * t, g, g, g - p, g + t + p};
    const uint64_t lengths[16] = {p,
                                  p,
                                  p,
                                  (1 + by % 16) * p,
                                  (1 + by % 16) * p,
                                  (1 + by % 16) * p,
                                  (1 + by % 3) * 16 * p,
                                  (15 + by % 3) * p,
                                  (1 + by % 40) * p,
                                  (1 + by) * (t >> 8),
                                  t - by % 4 * p,
                                  t + by % 4 * p,
                                  large[by % 8],
                                  there->size,
                                  there->size,
                                  there->size - p};

    return lengths[bytes[LENGTH] & 15];
}

/* The next interval that is like this, around the end of the space. */
static uint64_t snap(uint64_t off, bool mapped)
{
    size_t start = flat_find(off);

    for (size_t i = 0; i < flat_count(); i++) {
        const struct flat *there = flat_get((start + i) % flat_count());

        if (there->mapped == mapped && (mapped || !there->tag))
            return i ? there->off : off;
    }
    return off;
}

void choose_range(struct call *call, bool mapped)
{
    uint64_t off = place(call->bytes), left;
    unsigned manner = call->bytes[MANNER];
    struct flat there;

    if (manner & SNAP)
        off = snap(off, mapped);
    if (manner & ALIGN && (call->bytes[LENGTH] & 15) == LARGE)
        off &= ~((call->bytes[LENGTH_BY] & 4 ? block_span(1) : table_span()) - 1);
    there = flat_at(off);
    left = (manner & CLIP ? there.size : space_size() - off);
    call->off = off;
    call->size = length(call->bytes, &there);
    if (!call->size || call->size > left)
        call->size = left;
    if (call->size > pa_limit())
        call->size = pa_limit();
    last_off = off;
}

/* Alike in as many low bits as the operation says; or going on where a neighbour ends. */
static uint64_t choose_pa(const struct call *call)
{
    uint64_t p = page(), by = call->bytes[PA] >> 3, limit = pa_limit(), far = by % 4 * limit;
    const uint64_t added[8] = {0, 0, 0, table_span() * (1 + by), 16 * p * (1 + by), p * (1 + by), 0, 0};
    unsigned how = call->bytes[PA] & 7;
    struct flat before = flat_at(call->off ? call->off - p : 0);

    if (how >= 6 && before.mapped && before.pa + p + call->size < 4 * limit)
        return before.pa + p;
    if (how == 0)
        return far + by * 64 * p;
    return far + (call->off & (block_span(1) - 1) & (limit - 1)) + added[how];
}

/* Single pages, or single blocks, of a whole large range would take for ever. */
static void limit_entries(struct call *call)
{
    uint64_t t = table_span(), differ = (call->off ^ call->to.pa) | (call->to.attr & MMU_PAGES);
    uint64_t most = differ & (t - 1) ? 2 * t + 8 * page() : block_span(1) + t;

    if (call->size > most)
        call->size = most;
}

void choose_map(struct call *call)
{
    call->to = (struct flat){.mapped = true, .attr = choose_attr(call)};
    call->to.pa = choose_pa(call);
    limit_entries(call);
}

void choose_pages(struct call *call)
{
    static uint64_t pages[PAGES_MAX];
    uint64_t p = page(), by = call->bytes[LENGTH_BY], from;
    uint64_t run = by % 4 ? 1 + by % 40 : PAGES_MAX, jump = by & 8 ? 1 + by / 16 : 16 * (1 + by / 16);

    if (call->size > PAGES_MAX * p)
        call->size = PAGES_MAX * p;
    choose_map(call);
    from = call->to.pa;
    for (uint64_t i = 0; i < call->size / p; i++)
        pages[i] = from + (i + i / run * jump) * p;
    call->pages = pages;
}

void choose_start(void)
{
    last_off = 0;
}
