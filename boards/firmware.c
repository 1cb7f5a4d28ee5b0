#include "boards/firmware.h"

enum {
    GET_BOARD_REVISION = 0x00010002,
    GET_BOARD_SERIAL = 0x00010004,
    GET_ARM_MEMORY = 0x00010005,
    GET_VC_MEMORY = 0x00010006,
    GET_CLOCK_RATE = 0x00030002,
    GET_TEMPERATURE = 0x00030006,
    SET_POWER_STATE = 0x00028001,
    ALLOCATE_BUFFER = 0x00040001,
    GET_PITCH = 0x00040008,
    SET_PHYSICAL_SIZE = 0x00048003,
    SET_VIRTUAL_SIZE = 0x00048004,
    SET_DEPTH = 0x00048005,
    SET_PIXEL_ORDER = 0x00048006,
    SET_VIRTUAL_OFFSET = 0x00048009
};

/* A bus address's upper two bits choose the VideoCore's caches; the rest is the CPU's physical address. */
#define BUS_MASK UINT32_C(0x3FFFFFFF)

/* One tag of up to two words. false: not answered in full. */
static bool ask(const struct mailbox *mailbox, uint32_t id, uint32_t values[2], uint32_t count)
{
    struct mailbox_tag tag = {.id = id, .count = count, .values = {values[0], values[1]}};

    if (mailbox_call(mailbox, &tag, 1) || tag.count < count)
        return false;
    values[0] = tag.values[0];
    values[1] = tag.values[1];
    return true;
}

uint32_t firmware_revision(const struct mailbox *mailbox)
{
    uint32_t values[2] = {0, 0};

    return ask(mailbox, GET_BOARD_REVISION, values, 1) ? values[0] : 0;
}

uint64_t firmware_serial(const struct mailbox *mailbox)
{
    uint32_t values[2] = {0, 0};

    return ask(mailbox, GET_BOARD_SERIAL, values, 2) ? (uint64_t)values[1] << 32 | values[0] : 0;
}

static bool ask_memory(const struct mailbox *mailbox, uint32_t id, uint32_t *base, uint32_t *size)
{
    uint32_t values[2] = {0, 0};

    if (!ask(mailbox, id, values, 2) || !values[1])
        return false;
    *base = values[0];
    *size = values[1];
    return true;
}

bool firmware_arm_memory(const struct mailbox *mailbox, uint32_t *base, uint32_t *size)
{
    return ask_memory(mailbox, GET_ARM_MEMORY, base, size);
}

bool firmware_videocore_memory(const struct mailbox *mailbox, uint32_t *base, uint32_t *size)
{
    return ask_memory(mailbox, GET_VC_MEMORY, base, size);
}

uint32_t firmware_clock_hertz(const struct mailbox *mailbox, enum firmware_clock clock)
{
    uint32_t values[2] = {clock, 0};

    return ask(mailbox, GET_CLOCK_RATE, values, 2) ? values[1] : 0;
}

uint32_t firmware_temperature(const struct mailbox *mailbox)
{
    uint32_t values[2] = {0, 0};

    return ask(mailbox, GET_TEMPERATURE, values, 2) ? values[1] : 0;
}

bool firmware_set_power(const struct mailbox *mailbox, enum firmware_device device, bool on)
{
    enum { ON = 1, WAIT = 2, MISSING = 2 };
    uint32_t values[2] = {device, on ? ON | WAIT : WAIT};

    return ask(mailbox, SET_POWER_STATE, values, 2) && !(values[1] & MISSING) && (values[1] & ON) == (on ? ON : 0u);
}

/* New codes have bit 23; bits 22 to 20 count doublings of 256 MiB. */
uint64_t firmware_revision_memory(uint32_t revision)
{
    return revision >> 23 & 1 ? UINT64_C(256) << 20 << (revision >> 20 & 7) : 0;
}

/* In one message: the firmware allocates by what stands before it. */
bool firmware_framebuffer(const struct mailbox *mailbox, struct framebuffer *framebuffer)
{
    enum { SIZE, VIRTUAL, OFFSET, DEPTH, ORDER, BUFFER, PITCH, COUNT };
    struct mailbox_tag tags[COUNT] = {
        [SIZE] = {SET_PHYSICAL_SIZE, 2, {framebuffer->width, framebuffer->height}},
        [VIRTUAL] = {SET_VIRTUAL_SIZE, 2, {framebuffer->width, framebuffer->virtual_height}},
        [OFFSET] = {SET_VIRTUAL_OFFSET, 2, {0, 0}},
        [DEPTH] = {SET_DEPTH, 1, {framebuffer->depth}},
        [ORDER] = {SET_PIXEL_ORDER, 1, {framebuffer->rgb}},
        [BUFFER] = {ALLOCATE_BUFFER, 2, {4096, 0}}, /* its alignment */
        [PITCH] = {GET_PITCH, 1, {0}},
    };

    if (mailbox_call(mailbox, tags, COUNT) || tags[BUFFER].count < 2 || !tags[BUFFER].values[1])
        return false;
    *framebuffer = (struct framebuffer){
        .width = tags[SIZE].values[0],
        .height = tags[SIZE].values[1],
        .virtual_height = tags[VIRTUAL].values[1],
        .depth = tags[DEPTH].values[0],
        .rgb = tags[ORDER].values[0] == 1,
        .pitch = tags[PITCH].values[0],
        .pa = tags[BUFFER].values[0] & BUS_MASK,
        .size = tags[BUFFER].values[1],
    };
    return true;
}

bool firmware_show_line(const struct mailbox *mailbox, uint32_t line)
{
    uint32_t values[2] = {0, line};

    return ask(mailbox, SET_VIRTUAL_OFFSET, values, 2) && values[1] == line;
}
