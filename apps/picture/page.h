/* The parts of the picture. Each draws a part of what the atlas holds. */
#ifndef APPS_PICTURE_PAGE_H
#define APPS_PICTURE_PAGE_H

#include "apps/picture/atlas.h"
#include "apps/picture/canvas.h"

struct page {
    const char *board;
    uint64_t ram, pointer;  /* bytes; where the program writes the picture */
    uint64_t buffers[2];    /* physical */
    uint64_t buffer_size;   /* bytes */
    unsigned frame, tables; /* counted from 1; of translation */
};

/* The whole picture, 640 by 480. */
void page_draw(const struct canvas *canvas, const struct atlas *atlas, const struct page *page);

/* Where virtual addresses lead: bars on the left, physical memory on the right of it, ribbons between. */
void paths_draw(const struct canvas *canvas, const struct atlas *atlas, const struct page *page);

/* RAM as a mosaic, a square for so much of it. */
void mosaic_draw(const struct canvas *canvas, const struct atlas *atlas);

/* "256K", "1M": what is whole in the largest unit; room for 24 characters. */
const char *page_size(uint64_t size, char *text);

#endif
