/* The font's strokes drawn: a round pen along lines and curves, its edge smoothed. */
#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "apps/picture/canvas.h"
#include "apps/picture/font.h"

struct point {
    float x, y;
};

enum { POINTS_MAX = 12, CURVE_STEPS = 6, CELL = 64 };

/* A glyph is gathered here first: where strokes cross, a pixel is covered once. */
struct cell {
    float cover[CELL][CELL];
    float scale, radius; /* pixels: of a unit, of the pen */
    struct point origin; /* of the glyph's 0, 0 in the cell */
};

static float clamp(float value, float low, float high)
{
    return value < low ? low : value > high ? high : value;
}

static float distance(struct point p, struct point a, struct point b)
{
    float dx = b.x - a.x, dy = b.y - a.y, square = dx * dx + dy * dy;
    float t = square > 0.0f ? clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / square, 0.0f, 1.0f) : 0.0f;
    float x = a.x + t * dx - p.x, y = a.y + t * dy - p.y;

    return sqrtf(x * x + y * y);
}

static void draw_line(struct cell *cell, struct point a, struct point b)
{
    float reach = cell->radius + 1.0f;
    int left = (int)clamp(fminf(a.x, b.x) - reach, 0, CELL), right = (int)clamp(fmaxf(a.x, b.x) + reach, 0, CELL - 1);
    int top = (int)clamp(fminf(a.y, b.y) - reach, 0, CELL), bottom = (int)clamp(fmaxf(a.y, b.y) + reach, 0, CELL - 1);

    for (int y = top; y <= bottom; y++)
        for (int x = left; x <= right; x++) {
            struct point centre = {(float)x + 0.5f, (float)y + 0.5f};
            float cover = clamp(cell->radius + 0.5f - distance(centre, a, b), 0.0f, 1.0f);
            cell->cover[y][x] = fmaxf(cell->cover[y][x], cover);
        }
}

static struct point between(struct point a, struct point b, float t)
{
    return (struct point){a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t};
}

/* A quadratic Bezier curve as a few lines. */
static void draw_bend(struct cell *cell, struct point from, struct point towards, struct point to)
{
    struct point last = from;

    for (int i = 1; i <= CURVE_STEPS; i++) {
        float t = (float)i / CURVE_STEPS;
        struct point next = between(between(from, towards, t), between(towards, to, t), t);
        draw_line(cell, last, next);
        last = next;
    }
}

static void draw_curve(struct cell *cell, const struct point *points, int count, bool closed)
{
    if (closed) {
        for (int i = 0; i < count; i++) {
            struct point before = points[(i + count - 1) % count], after = points[(i + 1) % count];
            draw_bend(cell, between(before, points[i], 0.5f), points[i], between(points[i], after, 0.5f));
        }
        return;
    }
    struct point from = points[0];
    for (int i = 1; i < count - 1; i++) {
        struct point to = i == count - 2 ? points[count - 1] : between(points[i], points[i + 1], 0.5f);
        draw_bend(cell, from, points[i], to);
        from = to;
    }
}

static int unit(char c)
{
    return c <= '9' ? c - '0' : c - 'A' + 10;
}

/* Returns what follows the stroke. */
static const char *draw_stroke(struct cell *cell, const char *stroke)
{
    struct point points[POINTS_MAX];
    char kind = *stroke++;
    int count = 0;

    for (; *stroke > ' ' && count < POINTS_MAX; stroke += 2, count++)
        points[count] = (struct point){cell->origin.x + (float)unit(stroke[0]) * cell->scale,
                                       cell->origin.y + (float)unit(stroke[1]) * cell->scale};
    if (kind == '(' || kind == 'o')
        draw_curve(cell, points, count, kind == 'o');
    else if (kind == '.')
        draw_line(cell, points[0], points[0]);
    else
        for (int i = 1; i < count; i++)
            draw_line(cell, points[i - 1], points[i]);
    return *stroke ? stroke + 1 : stroke;
}

static float advance(char c)
{
    const char *glyph = font_glyph(c);
    int width = 0;

    if (glyph == NULL)
        return FONT_SPACE;
    for (const char *p = glyph; *p; p++)
        if (p[0] > ' ' && p[1] > ' ' && p[0] <= '9' && p[0] >= '0' && (p - glyph) > 0) {
            width = unit(p[0]) > width ? unit(p[0]) : width;
            p++;
        }
    return (float)(width + FONT_GAP);
}

static void draw_glyph(const struct canvas *canvas, const struct pen *pen, const char *glyph)
{
    static struct cell cell;
    float left = floorf(pen->x), top = floorf(pen->base - pen->size);

    cell = (struct cell){.scale = pen->size / FONT_CAPITAL, .radius = fmaxf(0.55f, pen->size * 0.062f)};
    cell.origin = (struct point){pen->x - left + 4.0f, pen->base - pen->size - top + 4.0f};
    while (*glyph)
        glyph = draw_stroke(&cell, glyph);
    for (int y = 0; y < CELL; y++)
        for (int x = 0; x < CELL; x++)
            canvas_blend(canvas, (int)left - 4 + x, (int)top - 4 + y, (struct ink){pen->colour, cell.cover[y][x]});
}

float canvas_text(const struct canvas *canvas, struct pen pen, const char *text)
{
    for (; *text; text++) {
        const char *glyph = font_glyph(*text);
        if (glyph)
            draw_glyph(canvas, &pen, glyph);
        pen.x += advance(*text) * pen.size / FONT_CAPITAL;
    }
    return pen.x;
}

float canvas_text_width(const char *text, float size)
{
    float width = 0;

    for (; *text; text++)
        width += advance(*text);
    return width * size / FONT_CAPITAL;
}
