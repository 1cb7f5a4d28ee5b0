/* The Raspberry Pi's devices. */
#include <inttypes.h>
#include <stdio.h>

#include "apps/tour/identify.h"
#include "boards/firmware.h"
#include "iomem/IOBufferMemoryDescriptor.h"
#include "iomem/OSObject.h"

/* The firmware answers in memory that the VideoCore reaches: the first GiB. */
#define VIDEOCORE_MASK UINT64_C(0x3FFFF000)

/* The code's parts: 2 RAM, 3 maker, 4 SoC, 8 model; docs of "Raspberry Pi revision codes". */
static bool tell_firmware(const struct mailbox *mailbox)
{
    uint32_t revision = firmware_revision(mailbox), base = 0, size = 0;
    uint32_t temperature = firmware_temperature(mailbox);

    firmware_videocore_memory(mailbox, &base, &size);
    printf("board revision %06" PRIx32 ": a board of %" PRIu64 "M, BCM%s; serial %016" PRIx64 "\n", revision,
           firmware_revision_memory(revision) >> 20,
           (const char *[]){"2835", "2836", "2837", "2711", "2712", "?", "?", "?"}[revision >> 12 & 7],
           firmware_serial(mailbox));
    printf("%33sVideoCore's memory 0x%08" PRIx32 " + %" PRIu32 "M; %" PRIu32 ".%" PRIu32 " degrees", "", base,
           size >> 20, temperature / 1000, temperature / 100 % 10);
    return revision != 0;
}

bool identify_mailbox(const struct line *line)
{
    IOBufferMemoryDescriptorRef buffer = IOBufferMemoryDescriptorCreateInTaskWithPhysicalMask(
        kernel_task, kIODirectionInOut, MAILBOX_BUFFER_SIZE, VIDEOCORE_MASK);
    IOByteCount length = 0;
    bool right = false;

    if (buffer) {
        struct mailbox mailbox = {
            .registers = (uintptr_t)identify_at(line, 0),
            .buffer = IOBufferMemoryDescriptorGetBytesNoCopy(buffer),
            .buffer_pa =
                IOMemoryDescriptorGetPhysicalSegment((IOMemoryDescriptorRef)buffer, 0, &length, kIOMemoryMapperNone),
        };
        right = length >= MAILBOX_BUFFER_SIZE && tell_firmware(&mailbox);
        OSObjectRelease((OSObjectRef)buffer);
    }
    return right;
}

/* Microseconds, in two words. */
bool identify_system_timer(const struct line *line)
{
    uint32_t before = identify_read(line, 4), after = before;

    for (int patience = 10000000; patience && after == before; patience--)
        after = identify_read(line, 4);
    printf("counts microseconds: %" PRIu32, after);
    return after != before;
}

/* Pin 14 of the header sends: ALT0 is the PL011, ALT5 the mini-UART. */
bool identify_gpio(const struct line *line)
{
    static const char *const functions[] = {
        "an input", "an output", "ALT5: the mini-UART's", "ALT4", "ALT0: the PL011's", "ALT1", "ALT2", "ALT3"};
    unsigned function = identify_read(line, 4) >> 12 & 7;

    printf("GPIO14, the console's pin, is %s", functions[function]);
    return function == 2 || function == 4;
}

bool identify_aux(const struct line *line)
{
    bool on = identify_read(line, 4) & 1;

    bool room = identify_read(line, 0x54) >> 5 & 1;

    printf("the mini-UART is %s", !on ? "off" : room ? "on, and has room" : "on, and has no room");
    return !on || room;
}

/* A bit that is set in a mailbox from core to core stays until it is cleared. */
bool identify_arm_local(const struct line *line)
{
    enum { MAILBOX_2_SET = 0x88, MAILBOX_2_CLEAR = 0xc8, BIT = 1 << 7 };
    volatile uint32_t *clear = identify_at(line, MAILBOX_2_CLEAR);

    *(volatile uint32_t *)identify_at(line, MAILBOX_2_SET) = BIT;
    bool kept = *clear & BIT;
    *clear = BIT;
    bool cleared = !(*clear & BIT);
    printf("core 0's mailbox 2 %s", kept && cleared ? "keeps a bit, and clears it" : "forgets");
    return kept && cleared;
}
