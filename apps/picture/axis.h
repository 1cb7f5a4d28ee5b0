/*
 * Physical memory from top to bottom, what is mapped of it: each stretch between two ends of pieces gets a height by
 * the logarithm of its size, so that a page is seen beside a gigabyte. A hole is a gap.
 */
#ifndef APPS_PICTURE_AXIS_H
#define APPS_PICTURE_AXIS_H

#include "apps/picture/atlas.h"
#include "apps/picture/canvas.h"

struct axis {
    struct stretch {
        uint64_t pa, size;
        enum kind kind; /* the one that hides the others; KIND_NOTHING: a hole */
        float y, height;
    } stretches[2 * ATLAS_MAX];
    unsigned count;
};

void axis_build(struct axis *axis, const struct atlas *atlas, float top, float height);

/* Where [pa, pa + size) lies: y and height. Both ends must be ends of pieces. */
struct edge axis_find(const struct axis *axis, uint64_t pa, uint64_t size);

/* log2 of a size in pages, and a bit for what is smaller. */
float axis_weight(uint64_t size);

#endif
