#include "apps/picture/page.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "apps/picture/palette.h"

/* The middle of a legend's swatch i is 5 pixels right of and below its corner: tests/target/picture.t looks there. */
enum { LEGEND_LEFT = 402, LEGEND_TOP = 336, LEGEND_PITCH = 15, SWATCH = 10 };

const char *page_size(uint64_t size, char *text)
{
    static const char units[] = "BKMGT";
    unsigned unit = 0;

    while (size && size % 1024 == 0 && unit < 4) {
        size /= 1024;
        unit++;
    }
    snprintf(text, 24, "%" PRIu64 "%c", size, units[unit]);
    return text;
}

static void draw_header(const struct canvas *canvas, const struct page *page)
{
    char size[24], text[96];

    canvas_fill(canvas, (struct box){0, 0, canvas->width, 54}, COLOUR_PANEL);
    canvas_fill(canvas, (struct box){0, 54, canvas->width, 2}, palette[KIND_WRITE_COMBINED].colour);
    float x = canvas_text(canvas, (struct pen){12, 40, 26, COLOUR_TEXT}, "iomem");
    canvas_text(canvas, (struct pen){x + 14, 26, 9, COLOUR_TEXT}, "the machine's own translation tables,");
    canvas_text(canvas, (struct pen){x + 14, 41, 9, COLOUR_DIM}, "drawn by itself through a write-combined map");
    x = (float)canvas->width - 12;
    snprintf(text, sizeof text, "board %s", page->board);
    canvas_text(canvas, (struct pen){x - canvas_text_width(text, 13), 27, 13, COLOUR_TEXT}, text);
    snprintf(text, sizeof text, "%s of RAM, %u tables", page_size(page->ram, size), page->tables);
    canvas_text(canvas, (struct pen){x - canvas_text_width(text, 7), 42, 7, COLOUR_DIM}, text);
}

static void draw_legend(const struct canvas *canvas)
{
    int i = 0;

    for (unsigned kind = KIND_GUARD; kind < KIND_COUNT; kind++, i++) {
        struct box box = {LEGEND_LEFT, LEGEND_TOP + i * LEGEND_PITCH, SWATCH, SWATCH};
        if (kind == KIND_GUARD)
            canvas_hatch(canvas, box, palette[kind].colour, COLOUR_GROUND);
        else
            canvas_fill(canvas, box, palette[kind].colour);
        canvas_text(canvas, (struct pen){LEGEND_LEFT + 18, (float)box.y + 9, 8, COLOUR_TEXT}, palette[kind].words);
    }
}

static void draw_footer(const struct canvas *canvas, const struct page *page)
{
    char text[128];

    snprintf(text, sizeof text, "Frame %u, in buffer %c. The pointer 0x%" PRIx64 " stays;", page->frame,
             page->frame % 2 ? 'A' : 'B', page->pointer);
    canvas_text(canvas, (struct pen){12, 458, 7, COLOUR_TEXT}, text);
    canvas_text(canvas, (struct pen){12, 471, 7, COLOUR_DIM},
                "IOMemoryMapRedirect gives it the other buffer for the next frame.");
}

void page_draw(const struct canvas *canvas, const struct atlas *atlas, const struct page *page)
{
    canvas_fill(canvas, (struct box){0, 0, canvas->width, canvas->height}, COLOUR_GROUND);
    draw_header(canvas, page);
    paths_draw(canvas, atlas, page);
    mosaic_draw(canvas, atlas);
    draw_legend(canvas);
    draw_footer(canvas, page);
}
