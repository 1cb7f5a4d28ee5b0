/*
 * A picture of the machine's own translation tables, on its screen. The program writes through one pointer: after each
 * frame IOMemoryMapRedirect puts the other of two buffers behind it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/picture/atlas.h"
#include "apps/picture/canvas.h"
#include "apps/picture/exhibits.h"
#include "apps/picture/page.h"
#include "apps/picture/screen.h"
#include "boards/board.h"
#include "iomem/IOMemoryMap.h"
#include "iomem/OSObject.h"
#include "startup/runtime.h"

static uint64_t address_of(IOMemoryDescriptorRef memory)
{
    return IOMemoryDescriptorGetPhysicalSegment(memory, 0, NULL, kIOMemoryMapperNone);
}

/* Drawn in cached memory, as it is read too, then written in one go: what write-combining is for. */
static bool draw_frame(const struct screen *screen, IOMemoryMapRef map, unsigned frame)
{
    static struct atlas atlas;
    struct canvas canvas = {malloc(screen->width * screen->height * 4), (int)screen->width, (int)screen->height};
    struct frame_stats ram;
    struct mmu_stats tables;

    if (canvas.pixels == NULL)
        return false;
    atlas_read(&atlas, exhibits_space());
    frame_get_stats(&ram);
    mmu_get_stats(mmu_kernel_space(), &tables);
    const struct page page = {
        .board = board.name,
        .ram = ram.total,
        .pointer = IOMemoryMapGetVirtualAddress(map),
        .buffers = {address_of(screen->buffers[0]), address_of(screen->buffers[1])},
        .buffer_size = IOMemoryMapGetLength(map),
        .frame = frame,
        .tables = (unsigned)tables.tables,
    };
    page_draw(&canvas, &atlas, &page);
    memcpy((void *)(uintptr_t)page.pointer, canvas.pixels, page.buffer_size);
    free(canvas.pixels);
    return true;
}

/* One frame after the other, as long as somebody asks for one more. */
static int show_frames(const struct screen *screen, IOMemoryMapRef map)
{
    IOByteCount length;

    for (unsigned frame = 1;; frame++) {
        unsigned buffer = (frame - 1) % 2;

        if (!draw_frame(screen, map, frame) || !screen->show(screen, buffer)) {
            puts("The frame could not be shown.");
            return 1;
        }
        printf("frame %u: written at 0x%" PRIx64 ", physical 0x%" PRIx64 ", and shown by %s\n", frame,
               IOMemoryMapGetVirtualAddress(map), IOMemoryMapGetPhysicalSegment(map, 0, &length, kIOMemoryMapperNone),
               screen->name);
        int c = getchar();
        if (c == 'q' || c == EOF)
            return 0;
        IOReturn error = IOMemoryMapRedirect(map, screen->buffers[1 - buffer], 0, 0);
        if (error != kIOReturnSuccess) {
            printf("The redirect was refused: 0x%x\n", (unsigned)error);
            return 1;
        }
    }
}

int main(void)
{
    const struct screen *screen = screen_open();
    int status = 1;

    if (screen == NULL)
        return 1;
    IOMemoryMapRef map = IOMemoryDescriptorMap(screen->buffers[0], kIOMapUnique | kIOMapWriteCombineCache);
    if (map && atlas_name(IOMemoryMapGetVirtualAddress(map), IOMemoryMapGetLength(map), "the picture") &&
        exhibits_open()) {
        puts("Return draws the next frame, q and Return ends.");
        status = show_frames(screen, map);
    } else {
        puts("The picture could not be mapped.");
    }
    exhibits_close();
    OSObjectRelease((OSObjectRef)map);
    screen_close();
    return status;
}
