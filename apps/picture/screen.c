#include "apps/picture/screen.h"

#include <stddef.h>
#include <stdio.h>

static struct screen screen;
static void (*close_screen)(struct screen *screen);

static const struct kind {
    bool (*open)(struct screen *screen);
    void (*close)(struct screen *screen);
} kinds[] = {{ramfb_open, ramfb_close}, {videocore_open, videocore_close}};

const struct screen *screen_open(void)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        screen = (struct screen){.width = 640, .height = 480};
        if (kinds[i].open(&screen)) {
            close_screen = kinds[i].close;
            return &screen;
        }
    }
    puts("This machine has no screen that the program knows. QEMU's virt has one with QEMU_FLAGS='-device ramfb'.");
    return NULL;
}

void screen_close(void)
{
    if (close_screen)
        close_screen(&screen);
    close_screen = NULL;
}
