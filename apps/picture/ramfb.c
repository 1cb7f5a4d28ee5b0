#include "apps/picture/screen.h"

#include <stdint.h>

#include "apps/picture/fw_cfg.h"
#include "iomem/IOBufferMemoryDescriptor.h"
#include "iomem/OSObject.h"

/* The file etc/ramfb, big-endian. */
struct __attribute__((packed)) ramfb_config {
    uint64_t address;
    uint32_t format, flags, width, height, stride;
};
_Static_assert(sizeof(struct ramfb_config) == 28, "ramfb's layout");

#define FORMAT_XRGB8888 0x34325258u /* "XR24" */

static int selector;

static bool show(const struct screen *screen, unsigned buffer)
{
    uint64_t pa = IOMemoryDescriptorGetPhysicalSegment(screen->buffers[buffer], 0, NULL, kIOMemoryMapperNone);
    struct ramfb_config config = {
        .address = __builtin_bswap64(pa),
        .format = __builtin_bswap32(FORMAT_XRGB8888),
        .width = __builtin_bswap32(screen->width),
        .height = __builtin_bswap32(screen->height),
        .stride = __builtin_bswap32(screen->width * 4),
    };

    return fw_cfg_write(selector, &config, sizeof config);
}

bool ramfb_open(struct screen *screen)
{
    if (!fw_cfg_open())
        return false;
    selector = fw_cfg_find("etc/ramfb");
    if (selector >= 0)
        for (unsigned i = 0; i < 2; i++)
            screen->buffers[i] = (IOMemoryDescriptorRef)IOBufferMemoryDescriptorCreateWithOptions(
                kIODirectionInOut | kIOMemoryPhysicallyContiguous, screen->width * screen->height * 4, 4096);
    screen->name = "QEMU's ramfb";
    screen->show = show;
    if (screen->buffers[0] && screen->buffers[1])
        return true;
    ramfb_close(screen);
    return false;
}

void ramfb_close(struct screen *screen)
{
    for (unsigned i = 0; i < 2; i++)
        OSObjectRelease((OSObjectRef)screen->buffers[i]);
    fw_cfg_close();
}
