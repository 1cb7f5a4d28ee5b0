/* IOKit's C functions on the machine: single accesses, allocators, caches; and device addresses without a mapper. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "iomem/IOAddressSpace.h"
#include "iomem/IOBufferMemoryDescriptor.h"
#include "iomem/IOLib.h"
#include "iomem/IOMapper.h"
#include "iomem/IOMemoryDescriptor.h"
#include "iomem/IOMemoryMap.h"
#include "iomem/OSObject.h"
#include "iomem/port.h"
#include "startup/runtime.h"
#include "tests/target/at.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"

/* ---- IOMapped* ---- */

/* A PrimeCell's last eight registers: part number and 0xB105F00D. */
static uint64_t primecell(uint64_t pa, uint64_t offset)
{
    uint64_t id = 0;

    for (unsigned i = 0; i < 4; i++)
        id |= (uint64_t)(IOMappedRead32(pa + offset + i * 4) & 0xff) << i * 8;
    return id;
}

static void mapped_read__finds_the_devices(void)
{
    CHECK_EQ(primecell(UART_PA, 0xff0), 0xb105f00d);
    CHECK_EQ(primecell(UART_PA, 0xfe0) & 0xfff, 0x011); /* PL011 */
    if (machine()->alarm == ALARM_PL031) {
        CHECK_EQ(primecell(CLOCK_PA, 0xff0), 0xb105f00d);
        CHECK_EQ(primecell(CLOCK_PA, 0xfe0) & 0xfff, 0x031); /* PL031 */
    }
    CHECK_EQ(IOMappedRead8(UART_PA + 0xff0), 0x0d);
    CHECK_EQ(IOMappedRead16(UART_PA + 0xff0), 0x000d);
}

/* A comparer of the Raspberry Pi's timer keeps what it is given: 3, which nobody uses here. */
static void check_comparer(void)
{
    uint32_t was = IOMappedRead32(CLOCK_PA + 0x18);

    IOMappedWrite32(CLOCK_PA + 0x18, 0x12345678);
    CHECK_EQ(IOMappedRead32(CLOCK_PA + 0x18), 0x12345678);
    IOMappedWrite32(CLOCK_PA + 0x18, was);
}

/* fw_cfg: select key 0, then four single bytes are "QEMU". */
static void mapped_write__reaches_the_device(void)
{
    char text[5] = {0};

    if (!FW_CFG_PA) {
        check_comparer();
        return;
    }
    IOMappedWrite16(FW_CFG_PA + 8, 0);
    for (unsigned i = 0; i < 4; i++)
        text[i] = (char)IOMappedRead8(FW_CFG_PA);
    CHECK(strcmp(text, "QEMU") == 0);
}

static void mapped_access__of_ram_has_every_width(void)
{
    uint64_t pa = port_frame_alloc(PAGE, PAGE, UINT64_MAX);
    volatile uint64_t *word = port_linear(pa);

    *word = 0x1122334455667788;
    CHECK_EQ(IOMappedRead8(pa + 1), 0x77);
    CHECK_EQ(IOMappedRead16(pa + 2), 0x5566);
    CHECK_EQ(IOMappedRead32(pa + 4), 0x11223344);
    CHECK_EQ(IOMappedRead64(pa), 0x1122334455667788);
    IOMappedWrite64(pa, 0);
    IOMappedWrite8(pa + 7, 0xab);
    CHECK_EQ(*word, 0xab00000000000000);
    IOMappedWrite16(pa, 0x1234);
    CHECK_EQ(*word, 0xab00000000001234);
    IOMappedWrite32(pa + 2, 0xdeadbeef); /* misaligned is allowed on Normal memory */
    CHECK_EQ(*word, 0xab00deadbeef1234);
    CHECK_EQ(IOMappedRead32(pa + 2), 0xdeadbeef);
    port_frame_free(pa, PAGE);
}

static void read_misaligned_device(void *pa)
{
    IOMappedRead32((uintptr_t)pa + 2);
}

static void read_across_pages(void *pa)
{
    IOMappedRead32((uintptr_t)pa + PAGE - 2);
}

static void mapped_access__panics_rather_than_tear(void)
{
    const char *message = NULL;
    uint64_t pa = port_frame_alloc(2 * PAGE, PAGE, UINT64_MAX);

    CHECK(!panic_try(read_misaligned_device, (void *)(uintptr_t)CLOCK_PA, &message));
    CHECK(message && message[0]);
    CHECK(!panic_try(read_across_pages, (void *)(uintptr_t)pa, &message));
    CHECK(!panic_try(read_across_pages, (void *)(uintptr_t)CLOCK_PA, &message));
    CHECK_EQ(primecell(UART_PA, 0xff0), 0xb105f00d); /* and works on */
    port_frame_free(pa, 2 * PAGE);
}

/* ---- allocators ---- */

static void io_malloc__gives_aligned_memory(void)
{
    CHECK(IOMalloc(0) == NULL);
    CHECK(IOMallocAligned(0, 16) == NULL);
    for (uint64_t size = 1; size < 300000; size = size * 3 + 1) {
        uint8_t *zero = IOMallocZero(size);
        uint8_t *any = IOMalloc(size);
        unsigned bad = 0;

        CHECK(zero && any && zero != any);
        for (uint64_t i = 0; i < size; i++)
            bad += zero[i] != 0;
        CHECK_EQ(bad, 0);
        memset(any, 0xff, size);
        IOFree(any, size);
        IOFree(zero, size);
        for (uint64_t align = 1; align <= 65536; align *= 4) {
            void *aligned = IOMallocAligned(size, align + align / 2); /* rounded up to a power of two */

            CHECK(aligned && (uintptr_t)aligned % align == 0);
            memset(aligned, 0xff, size);
            IOFreeAligned(aligned, size);
        }
    }
    IOFreeAligned(NULL, 10);
    CHECK(IOMallocAligned(10, (uint64_t)1 << 33) == NULL);
}

static void aligned_alloc__aligns(void)
{
    void *memory = NULL;

    for (size_t align = sizeof(void *); align <= 65536; align *= 4) {
        uint8_t *aligned = aligned_alloc(align, 3 * align);

        CHECK(aligned && (uintptr_t)aligned % align == 0);
        memset(aligned, 0xff, 3 * align);
        free(aligned);
    }
    CHECK_EQ(posix_memalign(&memory, 24, 100), EINVAL);
    CHECK(memory == NULL);
}

/* They are the caller's alone, and not the heap's: no lock lies in them. */
static void io_malloc_aligned__whole_pages_take_any_cache_mode(void)
{
    uint8_t *pages = IOMallocAligned(2 * PAGE, PAGE);
    uint64_t va = (uintptr_t)pages, pa = at_translate(va, AT_EL1_WRITE).pa;
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithAddress(pages, PAGE, kIODirectionInOut);
    IOMemoryMapRef map = IOMemoryDescriptorMap(md, kIOMapUnique | kIOMapInhibitCache);

    CHECK(map != NULL);
    CHECK(at_agrees(at_translate(va, AT_EL1_WRITE), pa, at_mair_here(0x0c)));
    CHECK_EQ(IOSetProcessorCacheMode(kernel_task, va, PAGE, kIOWriteCombineCache), kIOReturnSuccess);
    CHECK(at_agrees(at_translate(va, AT_EL1_WRITE), pa, at_mair_here(0x44)));
    CHECK(at_agrees(at_translate(va + PAGE, AT_EL1_WRITE), pa + PAGE, 0xff));
    OSObjectRelease((OSObjectRef)map);
    OSObjectRelease((OSObjectRef)md);
    IOFreeAligned(pages, 2 * PAGE);
    CHECK(at_agrees(at_translate((uintptr_t)port_linear(pa), AT_EL1_WRITE), pa, 0xff));
}

static void io_malloc_contiguous__is_contiguous(void)
{
    for (uint64_t size = 1; size < 300000; size = size * 5 + 3) {
        IOPhysicalAddress pa = 0;
        uint8_t *memory = IOMallocContiguous(size, 8192, &pa);
        uint8_t *plain = IOMallocContiguous(size, 0, NULL);

        if (!CHECK(memory && plain))
            return;
        uint64_t first = at_translate((uintptr_t)plain, AT_EL1_READ).pa;
        CHECK_EQ(pa % 8192, 0);
        CHECK(pa + size <= (uint64_t)1 << 32);
        for (uint64_t i = size - 1; i < size; i -= 512) { /* from the last byte down, past 0 */
            CHECK_EQ(at_translate((uintptr_t)memory + i, AT_EL1_WRITE).pa, pa + i);
            CHECK_EQ(at_translate((uintptr_t)plain + i, AT_EL1_WRITE).pa, first + i);
        }
        IOFreeContiguous(memory, size);
        IOFreeContiguous(plain, size);
    }
    IOPhysicalAddress pa = 77;
    CHECK(IOMallocContiguous(0, 8, &pa) == NULL);
    CHECK(IOMallocContiguous((uint64_t)1 << 45, 8, &pa) == NULL);
    CHECK_EQ(pa, 77);
    IOFreeContiguous(NULL, 8);
}

/* ---- caches ---- */

/* A malloc'ed byte's page also holds somebody's lock: its mode never changes. */
static void cache_mode__never_changes_the_runtimes_own_pages(void)
{
    static uint8_t page[3 * 4096];
    uint64_t va = ((uintptr_t)page + PAGE - 1) & ~(PAGE - 1);
    IOMemoryDescriptorRef own = IOMemoryDescriptorCreateWithAddress((void *)(uintptr_t)va, PAGE, kIODirectionInOut);

    CHECK(IOMemoryDescriptorMap(own, kIOMapUnique | kIOMapInhibitCache) == NULL);
    CHECK(IOSetProcessorCacheMode(kernel_task, va, PAGE, kIOInhibitCache) != kIOReturnSuccess);
    CHECK_EQ(at_translate(va, AT_EL1_WRITE).mair, 0xff);
    OSObjectRelease((OSObjectRef)own);
}

/* ---- device addresses ---- */

static void mapper__is_none(void)
{
    IOBufferMemoryDescriptorRef buffer = IOBufferMemoryDescriptorCreateWithCapacity(PAGE, kIODirectionInOut, true);
    IOMemoryDescriptorRef memory = (IOMemoryDescriptorRef)buffer;

    CHECK_EQ(IOMapperIOVMAlloc(1), 0);
    CHECK_EQ(IOMapperIOVMAlloc(0), 0);
    IOMapperIOVMFree(5, 1);
    CHECK_EQ(IOMapperInsertPage(0, 3, 0x12345), 0x12345);
    CHECK_EQ(IOMemoryDescriptorGetPhysicalSegment(memory, 0, NULL, 0),
             IOMemoryDescriptorGetPhysicalSegment(memory, 0, NULL, kIOMemoryMapperNone));
    OSObjectRelease((OSObjectRef)buffer);
}

/* ---- buffers ---- */

static void buffer__lies_where_its_mask_says(void)
{
    uint64_t length = 0;
    IOBufferMemoryDescriptorRef low = IOBufferMemoryDescriptorCreateInTaskWithPhysicalMask(
        kernel_task, kIODirectionInOut | kIOMemoryPhysicallyContiguous, 100000, 0xfffff000);
    IOBufferMemoryDescriptorRef aligned = IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut, 0x4000, 0x4000);

    if (CHECK(low && aligned)) {
        uint64_t pa = IOMemoryDescriptorGetPhysicalSegment((IOMemoryDescriptorRef)low, 0, &length, 0);

        CHECK_EQ(length, 100000);
        CHECK(pa + length <= (uint64_t)1 << 32 && pa % PAGE == 0);
        pa = IOMemoryDescriptorGetPhysicalSegment((IOMemoryDescriptorRef)aligned, 0, &length, 0);
        CHECK_EQ(pa % 0x4000, 0);
        CHECK_EQ(length, 0x4000);
        CHECK_EQ((uintptr_t)IOBufferMemoryDescriptorGetBytesNoCopy(aligned) % 0x4000, 0);
    }
    OSObjectRelease((OSObjectRef)low);
    OSObjectRelease((OSObjectRef)aligned);
    if (RAM_PA > 0xfffff)
        CHECK(IOBufferMemoryDescriptorCreateInTaskWithPhysicalMask(kernel_task, kIODirectionInOut, PAGE, 0xfffff) ==
              NULL);
}

static void buffer__is_zero_and_holds_what_is_written(void)
{
    IOBufferMemoryDescriptorRef buffer =
        IOBufferMemoryDescriptorCreateWithCapacity(3 * PAGE + 5, kIODirectionInOut, false);
    uint8_t *bytes = IOBufferMemoryDescriptorGetBytesNoCopy(buffer), copy[8];
    unsigned bad = 0;

    for (uint64_t i = 0; i < 3 * PAGE + 5; i++)
        bad += bytes[i] != 0;
    CHECK_EQ(bad, 0);
    CHECK_EQ(IOMemoryDescriptorWriteBytes((IOMemoryDescriptorRef)buffer, PAGE - 2, "abcdef", 6), 6);
    CHECK(memcmp(bytes + PAGE - 2, "abcdef", 6) == 0);
    memset(copy, 0x11, sizeof copy);
    CHECK_EQ(IOMemoryDescriptorReadBytes((IOMemoryDescriptorRef)buffer, 3 * PAGE, copy, 6), 0); /* past the end: none */
    CHECK_EQ(copy[0], 0x11);
    CHECK_EQ(IOMemoryDescriptorReadBytes((IOMemoryDescriptorRef)buffer, PAGE - 2, copy, 6), 6);
    CHECK(memcmp(copy, "abcdef", 6) == 0);
    IOMemoryMapRef map = IOMemoryDescriptorMap((IOMemoryDescriptorRef)buffer, 0);
    CHECK_EQ(IOMemoryMapGetVirtualAddress(map), (uintptr_t)bytes);
    OSObjectRelease((OSObjectRef)map);
    OSObjectRelease((OSObjectRef)buffer);
}

static void nothing__is_lost(void)
{
    uint64_t free = machine_use().free;

    mapped_read__finds_the_devices();
    io_malloc__gives_aligned_memory();
    io_malloc_contiguous__is_contiguous();
    buffer__lies_where_its_mask_says();
    buffer__is_zero_and_holds_what_is_written();
    CHECK_EQ(machine_use().free, free);
}

int main(void)
{
    TAP_RUN(mapped_read__finds_the_devices);
    TAP_RUN(mapped_write__reaches_the_device);
    TAP_RUN(mapped_access__of_ram_has_every_width);
    TAP_RUN(mapped_access__panics_rather_than_tear);
    TAP_RUN(io_malloc__gives_aligned_memory);
    TAP_RUN(aligned_alloc__aligns);
    TAP_RUN(io_malloc_aligned__whole_pages_take_any_cache_mode);
    TAP_RUN(io_malloc_contiguous__is_contiguous);
    TAP_RUN(cache_mode__never_changes_the_runtimes_own_pages);
    TAP_RUN(mapper__is_none);
    TAP_RUN(buffer__lies_where_its_mask_says);
    TAP_RUN(buffer__is_zero_and_holds_what_is_written);
    TAP_RUN(nothing__is_lost);
    return tap_done();
}
