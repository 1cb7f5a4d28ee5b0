/* The picture's colours, 0x00RRGGBB. */
#ifndef APPS_PICTURE_PALETTE_H
#define APPS_PICTURE_PALETTE_H

#include "apps/picture/atlas.h"

#define COLOUR_GROUND 0x0e1119
#define COLOUR_PANEL  0x151a26
#define COLOUR_TEXT   0xe9edf5
#define COLOUR_DIM    0x8d97ab

struct palette {
    uint32_t colour;
    const char *words; /* in the legend; NULL: not there */
};
extern const struct palette palette[KIND_COUNT];

#endif
