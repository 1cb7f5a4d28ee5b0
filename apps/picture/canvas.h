/* Drawing into memory: 32-bit pixels, 0x00RRGGBB, rows from the top. What lies outside the canvas is not drawn. */
#ifndef APPS_PICTURE_CANVAS_H
#define APPS_PICTURE_CANVAS_H

#include <stdint.h>

struct canvas {
    uint32_t *pixels; /* width * height, the caller's */
    int width, height;
};

struct box {
    int x, y, width, height; /* pixels */
};

struct ink {
    uint32_t colour;
    float cover; /* how much of a pixel the colour takes, from 0 to 1 */
};

void canvas_blend(const struct canvas *canvas, int x, int y, struct ink ink);

void canvas_fill(const struct canvas *canvas, struct box box, uint32_t colour);

/* Stripes of both colours, for what is there but leads nowhere. */
void canvas_hatch(const struct canvas *canvas, struct box box, uint32_t stripe, uint32_t ground);

/* A band between two edges, `from` left of `to`, in the shape of an S. */
struct edge {
    int x;
    float y, height;
};
void canvas_ribbon(const struct canvas *canvas, struct edge from, struct edge to, struct ink ink);

/* A bar from a fractional y to another: what it covers in part is mixed in part. */
void canvas_bar(const struct canvas *canvas, struct edge edge, int width, struct ink ink);

/* Text whose capitals are `size` pixels high, on a base line. Returns the x behind it. */
struct pen {
    float x, base, size;
    uint32_t colour;
};
float canvas_text(const struct canvas *canvas, struct pen pen, const char *text);
float canvas_text_width(const char *text, float size);

#endif
