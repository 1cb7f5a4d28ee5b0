#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "apps/picture/axis.h"
#include "apps/picture/page.h"
#include "apps/picture/palette.h"

enum { TOP = 92, HEIGHT = 350, LABEL_END = 136, VIRTUAL = 144, PHYSICAL = 300, BAR = 14 };
#define ROW_LEAST 11.0f /* pixels: a row has room for its name */
#define ROW_GAP   2.0f

/* Pieces that follow each other under one name. */
struct row {
    const struct piece *first;
    unsigned count;
    uint64_t size;
    float y, height;
};

static unsigned gather(struct row *rows, const struct atlas *atlas)
{
    unsigned count = 0;

    for (const struct piece *piece = atlas->pieces; piece < atlas->pieces + atlas->count; piece++) {
        if (count == 0 || rows[count - 1].first->name != piece->name)
            rows[count++] = (struct row){.first = piece};
        rows[count - 1].count++;
        rows[count - 1].size += piece->kind == KIND_GUARD ? 0 : piece->size;
    }
    return count;
}

/* Every row has its least height; what is left goes by weight. */
static void place(struct row *rows, unsigned count)
{
    float spare = HEIGHT - (ROW_LEAST + ROW_GAP) * (float)count, weights = 0.0f, y = TOP;

    for (unsigned i = 0; i < count; i++)
        weights += axis_weight(rows[i].size);
    for (unsigned i = 0; i < count; i++) {
        rows[i].y = y;
        rows[i].height = ROW_LEAST + spare * axis_weight(rows[i].size) / weights;
        y += rows[i].height + ROW_GAP;
    }
}

static void draw_label(const struct canvas *canvas, const struct row *row)
{
    char size[24];
    float base = row->y + row->height / 2.0f + 3.5f;
    struct pen pen = {0.0f, base, 7.0f, COLOUR_TEXT};

    page_size(row->size, size);
    pen.x = LABEL_END - canvas_text_width(size, pen.size);
    pen.colour = COLOUR_DIM;
    canvas_text(canvas, pen, size);
    pen.x -= canvas_text_width(row->first->name, pen.size) + 6.0f;
    pen.colour = COLOUR_TEXT;
    canvas_text(canvas, pen, row->first->name);
}

/* The linear map shows all RAM once more: its ribbon is a veil behind the others. */
static float cover(const struct piece *piece)
{
    if (piece->linear)
        return piece->kind == KIND_FREE ? 0.16f : 0.10f;
    return 0.45f;
}

static void draw_piece(const struct canvas *canvas, const struct axis *axis, const struct piece *piece,
                       struct edge edge)
{
    uint32_t colour = palette[piece->kind].colour;

    if (piece->kind == KIND_GUARD) {
        canvas_hatch(canvas, (struct box){edge.x, (int)edge.y, BAR, (int)(edge.height + 1.0f)}, colour, COLOUR_GROUND);
        return;
    }
    struct edge to = axis_find(axis, piece->pa, piece->size);
    to.x = PHYSICAL;
    canvas_bar(canvas, edge, BAR, (struct ink){colour, 1.0f});
    edge.x += BAR;
    canvas_ribbon(canvas, edge, to, (struct ink){colour, cover(piece)});
}

static void draw_row(const struct canvas *canvas, const struct axis *axis, const struct row *row)
{
    struct edge edge = {VIRTUAL, row->y, 0.0f};
    float weights = 0.0f;

    for (unsigned i = 0; i < row->count; i++)
        weights += axis_weight(row->first[i].size);
    for (unsigned i = 0; i < row->count; i++, edge.y += edge.height) {
        edge.height = row->height * axis_weight(row->first[i].size) / weights;
        draw_piece(canvas, axis, &row->first[i], edge);
    }
    draw_label(canvas, row);
}

/* An address where one begins, as far as they do not run into each other. */
static void draw_axis(const struct canvas *canvas, const struct axis *axis)
{
    float free_from = TOP;
    char text[24];

    for (const struct stretch *s = axis->stretches; s < axis->stretches + axis->count; s++) {
        if (s->kind == KIND_NOTHING)
            continue;
        canvas_bar(canvas, (struct edge){PHYSICAL, s->y, s->height}, BAR, (struct ink){palette[s->kind].colour, 1.0f});
        if (s->y < free_from)
            continue;
        snprintf(text, sizeof text, "0x%" PRIx64, s->pa);
        canvas_text(canvas, (struct pen){PHYSICAL + BAR + 5, s->y + 6.5f, 6.5f, COLOUR_DIM}, text);
        free_from = s->y + 11.0f;
    }
}

/* Which buffer is which, where there is room for a letter. */
static void mark_buffers(const struct canvas *canvas, const struct axis *axis, const struct page *page)
{
    for (unsigned i = 0; i < 2; i++) {
        struct edge edge = axis_find(axis, page->buffers[i], page->buffer_size);
        if (edge.height >= 9.0f)
            canvas_text(canvas, (struct pen){PHYSICAL + 4.5f, edge.y + edge.height / 2 + 3.5f, 7, COLOUR_GROUND},
                        i ? "B" : "A");
    }
}

void paths_draw(const struct canvas *canvas, const struct atlas *atlas, const struct page *page)
{
    static struct axis axis;
    static struct row rows[ATLAS_MAX];
    unsigned count = gather(rows, atlas);

    axis_build(&axis, atlas, TOP, HEIGHT);
    place(rows, count);
    for (unsigned i = 0; i < count; i++)
        draw_row(canvas, &axis, &rows[i]);
    draw_axis(canvas, &axis);
    mark_buffers(canvas, &axis, page);
    canvas_text(canvas, (struct pen){12, 74, 9, COLOUR_TEXT}, "Where virtual addresses lead");
    canvas_text(canvas, (struct pen){VIRTUAL - 10, 87, 7, COLOUR_DIM}, "virtual");
    canvas_text(canvas, (struct pen){PHYSICAL - 10, 87, 7, COLOUR_DIM}, "physical");
}
