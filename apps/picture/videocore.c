/* The Raspberry Pi's screen: memory of the VideoCore, twice as high as the picture; which half shows is a number. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "apps/picture/atlas.h"
#include "apps/picture/screen.h"
#include "boards/board.h"
#include "boards/firmware.h"
#include "iomem/IOAddressSpace.h"
#include "iomem/IOBufferMemoryDescriptor.h"
#include "iomem/IOMemoryMap.h"
#include "iomem/OSObject.h"

/* The firmware answers in memory that the VideoCore reaches: the first GiB. */
#define VIDEOCORE_MASK UINT64_C(0x3FFFF000)

static struct mailbox mailbox;
static IOMemoryMapRef registers;
static IOBufferMemoryDescriptorRef messages;

static IOMemoryMapRef map_mailbox(void)
{
    const struct board_device *device = board.devices;

    while (device && device->compatible && strcmp(device->compatible, "brcm,bcm2835-mbox") != 0)
        device++;
    if (device == NULL || device->compatible == NULL)
        return NULL;
    IOMemoryDescriptorRef memory =
        IOMemoryDescriptorCreateWithPhysicalAddress(device->registers.pa, device->registers.size, kIODirectionInOut);
    IOMemoryMapRef map = IOMemoryDescriptorMap(memory, kIOMapInhibitCache);
    OSObjectRelease((OSObjectRef)memory);
    return map;
}

static bool open_mailbox(void)
{
    registers = map_mailbox();
    if (registers == NULL)
        return false;
    messages = IOBufferMemoryDescriptorCreateInTaskWithPhysicalMask(kernel_task, kIODirectionInOut, MAILBOX_BUFFER_SIZE,
                                                                    VIDEOCORE_MASK);
    if (messages == NULL)
        return false;
    mailbox = (struct mailbox){
        .registers = (uintptr_t)IOMemoryMapGetVirtualAddress(registers),
        .buffer = IOBufferMemoryDescriptorGetBytesNoCopy(messages),
        .buffer_pa =
            IOMemoryDescriptorGetPhysicalSegment((IOMemoryDescriptorRef)messages, 0, NULL, kIOMemoryMapperNone),
    };
    return atlas_name(mailbox.registers, IOMemoryMapGetLength(registers), "mailbox");
}

static bool show(const struct screen *screen, unsigned buffer)
{
    return firmware_show_line(&mailbox, buffer * screen->height);
}

static bool fits(const struct framebuffer *given, const struct screen *screen)
{
    if (given->width == screen->width && given->height == screen->height && given->depth == 32 && !given->rgb &&
        given->virtual_height >= 2 * screen->height && given->pitch == screen->width * 4 &&
        given->size >= (uint64_t)given->pitch * 2 * screen->height)
        return true;
    printf("The firmware gives a screen of %u by %u (%u in memory), %u bits and %u bytes a line: not one of ours.\n",
           (unsigned)given->width, (unsigned)given->height, (unsigned)given->virtual_height, (unsigned)given->depth,
           (unsigned)given->pitch);
    return false;
}

bool videocore_open(struct screen *screen)
{
    struct framebuffer framebuffer = {
        .width = screen->width, .height = screen->height, .virtual_height = 2 * screen->height, .depth = 32};
    const uint64_t size = (uint64_t)screen->width * screen->height * 4;

    if (open_mailbox() && firmware_framebuffer(&mailbox, &framebuffer) && fits(&framebuffer, screen))
        for (unsigned i = 0; i < 2; i++)
            screen->buffers[i] =
                IOMemoryDescriptorCreateWithPhysicalAddress(framebuffer.pa + i * size, size, kIODirectionInOut);
    screen->name = "the VideoCore";
    screen->show = show;
    if (screen->buffers[0] && screen->buffers[1])
        return true;
    videocore_close(screen);
    return false;
}

void videocore_close(struct screen *screen)
{
    for (unsigned i = 0; i < 2; i++)
        OSObjectRelease((OSObjectRef)screen->buffers[i]);
    OSObjectRelease((OSObjectRef)messages);
    OSObjectRelease((OSObjectRef)registers);
    messages = NULL;
    registers = NULL;
}
