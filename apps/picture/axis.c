#include "apps/picture/axis.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#define HOLE 4.0f /* pixels */

float axis_weight(uint64_t size)
{
    return 1.0f + log2f(1.0f + (float)(size >> 12));
}

static int by_address(const void *a, const void *b)
{
    const uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

    return (left > right) - (left < right);
}

static void cut(struct axis *axis, const struct atlas *atlas)
{
    static uint64_t ends[2 * ATLAS_MAX];
    unsigned count = 0;

    for (unsigned i = 0; i < atlas->count; i++)
        if (atlas->pieces[i].kind != KIND_GUARD) {
            ends[count++] = atlas->pieces[i].pa;
            ends[count++] = atlas->pieces[i].pa + atlas->pieces[i].size;
        }
    qsort(ends, count, sizeof ends[0], by_address);
    axis->count = 0;
    for (unsigned i = 1; i < count; i++)
        if (ends[i] != ends[i - 1])
            axis->stretches[axis->count++] =
                (struct stretch){.pa = ends[i - 1], .size = ends[i] - ends[i - 1], .kind = KIND_NOTHING};
}

static void colour(struct axis *axis, const struct piece *piece)
{
    for (struct stretch *s = axis->stretches; s < axis->stretches + axis->count; s++)
        if (piece->kind > s->kind && s->pa >= piece->pa && s->pa < piece->pa + piece->size)
            s->kind = piece->kind;
}

void axis_build(struct axis *axis, const struct atlas *atlas, float top, float height)
{
    float weights = 0.0f, holes = 0.0f;

    cut(axis, atlas);
    for (unsigned i = 0; i < atlas->count; i++)
        if (atlas->pieces[i].kind != KIND_GUARD)
            colour(axis, &atlas->pieces[i]);
    for (unsigned i = 0; i < axis->count; i++)
        if (axis->stretches[i].kind == KIND_NOTHING)
            holes += HOLE;
        else
            weights += axis_weight(axis->stretches[i].size);
    for (struct stretch *s = axis->stretches; s < axis->stretches + axis->count; s++) {
        s->y = top;
        s->height = s->kind == KIND_NOTHING ? HOLE : axis_weight(s->size) * (height - holes) / weights;
        top += s->height;
    }
}

struct edge axis_find(const struct axis *axis, uint64_t pa, uint64_t size)
{
    struct edge edge = {0, 0.0f, 0.0f};

    for (const struct stretch *s = axis->stretches; s < axis->stretches + axis->count; s++) {
        if (s->pa < pa || s->pa >= pa + size)
            continue;
        if (edge.height == 0.0f)
            edge.y = s->y;
        edge.height += s->height;
    }
    return edge;
}
