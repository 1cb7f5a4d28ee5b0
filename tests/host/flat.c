#include "tests/host/flat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INTERVALS_MAX = 1 << 18 };

static struct flat list[INTERVALS_MAX];
static size_t count;

void flat_start(uint64_t span)
{
    list[0] = (struct flat){.size = span};
    count = 1;
}

size_t flat_count(void)
{
    return count;
}

const struct flat *flat_get(size_t index)
{
    return &list[index];
}

size_t flat_find(uint64_t off)
{
    size_t low = 0, high = count;

    while (high - low > 1) {
        size_t middle = (low + high) / 2;

        if (list[middle].off <= off)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static struct flat rest_of(const struct flat *interval, uint64_t off)
{
    struct flat rest = *interval;

    rest.off = off;
    rest.size -= off - interval->off;
    if (rest.mapped)
        rest.pa += off - interval->off;
    return rest;
}

struct flat flat_at(uint64_t off)
{
    return rest_of(&list[flat_find(off)], off);
}

/* An interval begins at off: its index. */
static size_t cut(uint64_t off)
{
    size_t index = flat_find(off);

    if (list[index].off == off)
        return index;
    if (count == INTERVALS_MAX) {
        fprintf(stderr, "the flat map's list is too small\n");
        abort();
    }
    memmove(&list[index + 2], &list[index + 1], (count - index - 1) * sizeof *list);
    count++;
    list[index + 1] = rest_of(&list[index], off);
    list[index].size = off - list[index].off;
    return index + 1;
}

static bool continues(const struct flat *a, const struct flat *b)
{
    if (a->mapped != b->mapped || a->tag != b->tag || a->attr != b->attr)
        return false;
    return b->pa == (a->mapped ? a->pa + a->size : a->pa);
}

/* Intervals of [first, last] that go on like their left neighbour join it. */
static void merge(size_t first, size_t last)
{
    size_t kept = first ? first - 1 : 0, i;

    for (i = kept + 1; i <= last && i < count; i++) {
        if (continues(&list[kept], &list[i]))
            list[kept].size += list[i].size;
        else
            list[++kept] = list[i];
    }
    memmove(&list[kept + 1], &list[i], (count - i) * sizeof *list);
    count -= i - kept - 1;
}

/* The intervals of the range; both its ends are such ends now. */
static void cut_range(uint64_t off, uint64_t size, size_t *first, size_t *end)
{
    *first = cut(off);
    if (off + size == list[count - 1].off + list[count - 1].size)
        *end = count;
    else
        *end = cut(off + size);
}

void flat_set(const struct flat *to)
{
    size_t first, end;

    cut_range(to->off, to->size, &first, &end);
    list[first] = *to;
    memmove(&list[first + 1], &list[end], (count - end) * sizeof *list);
    count -= end - first - 1;
    merge(first, first + 1);
}

void flat_set_attr(uint64_t off, uint64_t size, uint32_t attr)
{
    size_t first, end;

    cut_range(off, size, &first, &end);
    for (size_t i = first; i < end; i++)
        if (list[i].mapped)
            list[i].attr = attr;
    merge(first, end);
}

bool flat_all_mapped(uint64_t off, uint64_t size)
{
    for (size_t i = flat_find(off); i < count && list[i].off < off + size; i++)
        if (!list[i].mapped)
            return false;
    return true;
}

bool flat_all_empty(uint64_t off, uint64_t size)
{
    const struct flat *only = &list[flat_find(off)];

    return !only->mapped && !only->tag && off + size <= only->off + only->size;
}
