#include "apps/picture/canvas.h"

static uint32_t mix(uint32_t under, uint32_t over, float cover)
{
    uint32_t weight = (uint32_t)(cover * 256.0f + 0.5f), mixed = 0;

    for (unsigned shift = 0; shift <= 16; shift += 8)
        mixed |= (((under >> shift & 255) * (256 - weight) + (over >> shift & 255) * weight) >> 8) << shift;
    return mixed;
}

void canvas_blend(const struct canvas *canvas, int x, int y, struct ink ink)
{
    if (x < 0 || x >= canvas->width || y < 0 || y >= canvas->height || ink.cover <= 0.0f)
        return;
    uint32_t *pixel = &canvas->pixels[y * canvas->width + x];
    *pixel = ink.cover < 1.0f ? mix(*pixel, ink.colour, ink.cover) : ink.colour;
}

void canvas_fill(const struct canvas *canvas, struct box box, uint32_t colour)
{
    for (int y = box.y; y < box.y + box.height; y++)
        for (int x = box.x; x < box.x + box.width; x++)
            canvas_blend(canvas, x, y, (struct ink){colour, 1.0f});
}

void canvas_hatch(const struct canvas *canvas, struct box box, uint32_t stripe, uint32_t ground)
{
    for (int y = box.y; y < box.y + box.height; y++)
        for (int x = box.x; x < box.x + box.width; x++)
            canvas_blend(canvas, x, y, (struct ink){((unsigned)(x + y) & 3) < 2 ? stripe : ground, 1.0f});
}

void canvas_bar(const struct canvas *canvas, struct edge edge, int width, struct ink ink)
{
    float end = edge.y + edge.height;

    for (int y = (int)edge.y; (float)y < end; y++) {
        float top = (float)y > edge.y ? (float)y : edge.y;
        float bottom = (float)(y + 1) < end ? (float)(y + 1) : end;
        struct ink row = {ink.colour, ink.cover * (bottom - top)};
        for (int x = edge.x; x < edge.x + width; x++)
            canvas_blend(canvas, x, y, row);
    }
}

void canvas_ribbon(const struct canvas *canvas, struct edge from, struct edge to, struct ink ink)
{
    for (int x = from.x; x < to.x; x++) {
        float t = ((float)(x - from.x) + 0.5f) / (float)(to.x - from.x);
        float s = t * t * (3.0f - 2.0f * t);
        struct edge column = {x, from.y + (to.y - from.y) * s, from.height + (to.height - from.height) * s};
        canvas_bar(canvas, column, 1, ink);
    }
}
