#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "apps/picture/page.h"
#include "apps/picture/palette.h"

enum { LEFT = 402, TOP = 92, COLUMNS = 32, ROWS = 32, PITCH = 7, SQUARE = 6 };

struct mosaic {
    uint64_t start, square; /* physical address, bytes a square */
    unsigned count;
    uint8_t kinds[COLUMNS * ROWS]; /* enum kind: of those in a square the one that hides the others */
};

/* RAM is what the linear map shows, from its first byte to its last. */
static void measure(struct mosaic *mosaic, const struct atlas *atlas)
{
    uint64_t start = UINT64_MAX, end = 0;

    for (const struct piece *piece = atlas->pieces; piece < atlas->pieces + atlas->count; piece++)
        if (piece->linear && piece->kind != KIND_GUARD) {
            start = piece->pa < start ? piece->pa : start;
            end = piece->pa + piece->size > end ? piece->pa + piece->size : end;
        }
    *mosaic = (struct mosaic){.square = 4096};
    if (start >= end)
        return;
    while ((end - (start & ~(mosaic->square - 1)) - 1) / mosaic->square >= COLUMNS * ROWS)
        mosaic->square *= 2;
    mosaic->start = start & ~(mosaic->square - 1);
    mosaic->count = (unsigned)((end - mosaic->start - 1) / mosaic->square) + 1;
}

static void lay(struct mosaic *mosaic, const struct piece *piece)
{
    uint64_t end = piece->pa + piece->size;

    if (piece->kind == KIND_GUARD || end <= mosaic->start || mosaic->count == 0)
        return;
    uint64_t first = piece->pa > mosaic->start ? (piece->pa - mosaic->start) / mosaic->square : 0;
    uint64_t last = (end - mosaic->start - 1) / mosaic->square;
    for (uint64_t i = first; i <= last && i < mosaic->count; i++)
        if (piece->kind > mosaic->kinds[i])
            mosaic->kinds[i] = (uint8_t)piece->kind;
}

static struct box square(unsigned i)
{
    return (struct box){LEFT + (int)(i % COLUMNS) * PITCH, TOP + (int)(i / COLUMNS) * PITCH, SQUARE, SQUARE};
}

void mosaic_draw(const struct canvas *canvas, const struct atlas *atlas)
{
    static struct mosaic mosaic;
    char size[24], text[64];
    unsigned i;

    measure(&mosaic, atlas);
    for (i = 0; i < atlas->count; i++)
        lay(&mosaic, &atlas->pieces[i]);
    for (i = 0; i < mosaic.count; i++)
        canvas_fill(canvas, square(i), palette[mosaic.kinds[i]].colour);
    canvas_text(canvas, (struct pen){LEFT, 74, 9, COLOUR_TEXT}, "Physical memory");
    printf("mosaic: from 0x%" PRIx64 ", %u squares of %" PRIu64 " bytes\n", mosaic.start, mosaic.count, mosaic.square);
    snprintf(text, sizeof text, "RAM from 0x%08" PRIx64 ", a square is %s", mosaic.start,
             page_size(mosaic.square, size));
    canvas_text(canvas, (struct pen){LEFT, 87, 7, COLOUR_DIM}, text);
}
