/* W^X over the whole of TTBR1, by visiting every leaf of the live tables. */
#include <stdlib.h>

#include "iomem/IOBufferMemoryDescriptor.h"
#include "iomem/IODeviceMemory.h"
#include "iomem/IOMemoryMap.h"
#include "iomem/OSObject.h"
#include "iomem/port.h"
#include "mmu/mmu.h"
#include "tests/target/at.h"
#include "tests/target/live.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"

/* From the first byte of RAM on in an address space of 32 bits, from physical address 0 on in one of 64. */
#define LINEAR_SIZE (sizeof(void *) == 8 ? (uint64_t)1 << 38 : RAM_PA + GIB)

static const int constant[2] = {1, 2};
static volatile int variable = 1;

/* Physical ranges that some leaf lets execute, merged: the program's text and nothing else. */
static struct run {
    uint64_t pa, end;
} text[16];
static size_t text_count;

static void note_leaf(const struct live_leaf *leaf)
{
    tap_note("  leaf va 0x%llx pa 0x%llx size 0x%llx MAIR %02x EL1 %x EL0 %x", (unsigned long long)leaf->va,
             (unsigned long long)leaf->pa, (unsigned long long)leaf->size, leaf->mair, leaf->el1, leaf->el0);
}

static bool check_writable_or_executable(void *context, const struct live_leaf *leaf)
{
    unsigned both = leaf->el1 | leaf->el0;

    (void)context;
    if (!CHECK((both & (LIVE_W | LIVE_X)) != (LIVE_W | LIVE_X)))
        note_leaf(leaf);
    return true;
}

static void leaves__are_never_writable_and_executable(void)
{
    CHECK(live_visit(check_writable_or_executable, NULL) > 0);
}

static bool check_device(void *context, const struct live_leaf *leaf)
{
    size_t *devices = context;

    if (!live_is_device(leaf->mair))
        return true;
    ++*devices;
    if (!CHECK(!((leaf->el1 | leaf->el0) & LIVE_X)))
        note_leaf(leaf);
    return true;
}

static void device_memory__is_never_executable(void)
{
    size_t devices = 0;

    CHECK(live_visit(check_device, &devices) > 0);
    CHECK(devices >= 1); /* the console at least */
}

static bool check_el0(void *context, const struct live_leaf *leaf)
{
    (void)context;
    if (!CHECK_EQ(leaf->el0, 0))
        note_leaf(leaf);
    return true;
}

static void el0__may_nothing_in_the_high_half(void)
{
    CHECK(live_visit(check_el0, NULL) > 0);
}

static bool check_normal(void *context, const struct live_leaf *leaf)
{
    (void)context;
    if (live_is_device(leaf->mair) && CHECK(!port_is_ram(leaf->pa, 1)))
        return true;
    if (!CHECK_EQ(leaf->mair, 0xff) || !CHECK_EQ(leaf->sh, 3) || !CHECK(port_is_ram(leaf->pa, leaf->size)))
        note_leaf(leaf);
    return true;
}

/* At boot everything that is not a device is RAM, write-back, and inner shareable. */
static void normal_memory__is_ram_and_write_back(void)
{
    CHECK(live_visit(check_normal, NULL) > 0);
}

static bool check_linear(void *context, const struct live_leaf *leaf)
{
    uint64_t base = *(uint64_t *)context;

    if (leaf->va - base >= LINEAR_SIZE)
        return true;
    if (!CHECK_EQ(leaf->pa, leaf->va - base) || !CHECK(!(leaf->el1 & LIVE_X)))
        note_leaf(leaf);
    return true;
}

static void linear_map__has_one_offset_and_no_execution(void)
{
    uint64_t base = (uintptr_t)port_linear(port_ram_last()) - port_ram_last();

    CHECK(live_visit(check_linear, &base) > 0);
}

static bool collect_text(void *context, const struct live_leaf *leaf)
{
    (void)context;
    if (!((leaf->el1 | leaf->el0) & LIVE_X))
        return true;
    if (text_count && text[text_count - 1].end == leaf->pa)
        text[text_count - 1].end += leaf->size;
    else if (CHECK(text_count < sizeof text / sizeof *text))
        text[text_count++] = (struct run){leaf->pa, leaf->pa + leaf->size};
    return true;
}

static bool check_alias(void *context, const struct live_leaf *leaf)
{
    (void)context;
    for (size_t i = 0; i < text_count; i++) {
        if (leaf->pa >= text[i].end || leaf->pa + leaf->size <= text[i].pa)
            continue;
        if (!CHECK(!((leaf->el1 | leaf->el0) & LIVE_W)))
            note_leaf(leaf);
    }
    return true;
}

static void text__has_no_writable_alias(void)
{
    text_count = 0;
    live_visit(collect_text, NULL);
    CHECK_EQ(text_count, 1); /* one image, one text section */
    CHECK(live_visit(check_alias, NULL) > 0);
}

static unsigned rights(uintptr_t va)
{
    struct live_leaf leaf = {0};

    return live_find(va, &leaf) ? leaf.el1 : 0;
}

static void sections__have_the_rights_of_their_kind(void)
{
    char *heap = malloc(100);

    CHECK_EQ(rights((uintptr_t)rights), LIVE_R | LIVE_X);
    CHECK_EQ(rights((uintptr_t)constant), LIVE_R);
    CHECK_EQ(rights((uintptr_t) "a literal"), LIVE_R);
    CHECK_EQ(rights((uintptr_t)&variable), LIVE_R | LIVE_W);
    CHECK_EQ(rights((uintptr_t)&text_count), LIVE_R | LIVE_W);
    CHECK_EQ(rights((uintptr_t)heap), LIVE_R | LIVE_W);
    CHECK_EQ(rights((uintptr_t)__builtin_frame_address(0)), LIVE_R | LIVE_W);
    free(heap);
}

static bool check_against_at(void *context, const struct live_leaf *leaf)
{
    uint64_t last = leaf->size - 1;
    bool write = leaf->el1 & LIVE_W;

    (void)context;
    bool good = CHECK(at_agrees(at_translate(leaf->va, AT_EL1_READ), leaf->pa, leaf->mair)) &&
                CHECK(at_agrees(at_translate(leaf->va + last, AT_EL1_READ), leaf->pa + last, leaf->mair)) &&
                CHECK_EQ(at_translate(leaf->va, AT_EL1_WRITE).result, write ? AT_OK : AT_PERMISSION) &&
                CHECK_EQ(at_translate(leaf->va, AT_EL0_READ).result, leaf->el0 & LIVE_R ? AT_OK : AT_PERMISSION);
    if (!good)
        note_leaf(leaf);
    return true;
}

static void every_leaf__reads_the_same_to_the_cpu(void)
{
    CHECK(live_visit(check_against_at, NULL) > 0);
}

/* The same promises with maps of every mode about, and again when they are gone. */
static void maps__keep_all_of_it(void)
{
    IOBufferMemoryDescriptorRef buffer[10];
    IOMemoryMapRef map[10], uart;
    IOMemoryDescriptorRef device = IODeviceMemoryCreateWithRange(UART_PA, 0x1000);
    size_t devices = 0;

    uart = IOMemoryDescriptorMap(device, 0);
    CHECK(uart != NULL);
    for (unsigned mode = 0; mode < 10; mode++) {
        buffer[mode] = IOBufferMemoryDescriptorCreateWithCapacity(3 * 4096, kIODirectionInOut, false);
        map[mode] = IOMemoryDescriptorMap((IOMemoryDescriptorRef)buffer[mode], kIOMapUnique | mode << kIOMapCacheShift);
        CHECK(map[mode] != NULL);
    }
    live_visit(check_writable_or_executable, NULL);
    live_visit(check_device, &devices);
    CHECK(devices >= 2);
    live_visit(check_el0, NULL);
    live_visit(check_alias, NULL);
    live_visit(check_against_at, NULL);
    for (unsigned mode = 0; mode < 10; mode++) {
        OSObjectRelease((OSObjectRef)map[mode]);
        OSObjectRelease((OSObjectRef)buffer[mode]);
    }
    OSObjectRelease((OSObjectRef)uart);
    OSObjectRelease((OSObjectRef)device);
    live_visit(check_normal, NULL);
}

int main(void)
{
    TAP_RUN(leaves__are_never_writable_and_executable);
    TAP_RUN(device_memory__is_never_executable);
    TAP_RUN(el0__may_nothing_in_the_high_half);
    TAP_RUN(normal_memory__is_ram_and_write_back);
    TAP_RUN(linear_map__has_one_offset_and_no_execution);
    TAP_RUN(text__has_no_writable_alias);
    TAP_RUN(sections__have_the_rights_of_their_kind);
    TAP_RUN(every_leaf__reads_the_same_to_the_cpu);
    TAP_RUN(maps__keep_all_of_it);
    return tap_done();
}
