/* IOKit's rules D23 to D28: mappers, the calls on caches, references, classes. */
#include <string.h>

#include "iomem/port.h"
#include "startup/runtime.h"
#include "tests/target/array_mapper.h"
#include "tests/target/at.h"
#include "tests/target/classes.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"

static void needs_dma_command(void)
{
    tap_skip("needs IODMACommand, which is not there yet");
}

/* ---- D25 ---- */

static void no_mapper(void)
{
    CHECK(IOMapperGetSystemMapper() == NULL);
    CHECK_EQ(IOMapperIOVMAlloc(1), 0);
    CHECK_EQ(IOMapperIOVMAlloc(0), 0);
    IOMapperIOVMFree(5, 1);
    CHECK_EQ(IOMapperInsertPage(0, 3, 0x12345), 0x12345);
}

static void insert_at_zero(void *unused)
{
    (void)unused;
    IOMapperInsertPage(0, 0, 1);
}

static void mapper(void)
{
    IOMapperRef system = array_mapper_start();
    uint64_t pa = port_frame_alloc(2 * PAGE, PAGE, UINT64_MAX);
    volatile uint32_t *word = port_linear(pa + PAGE);
    ppnum_t base = IOMapperIOVMAlloc(3);
    uint64_t mapped = (uint64_t)(base + 2) * PAGE;

    CHECK(IOMapperGetSystemMapper() == system);
    CHECK_EQ(base, ARRAY_BASE / PAGE);
    CHECK_EQ(IOMapperInsertPage(base, 1, (ppnum_t)(pa / PAGE)), base + 1);
    CHECK_EQ(IOMapperInsertPage(base, 2, (ppnum_t)(pa / PAGE + 1)), base + 2);
    *word = 0;
    IOMappedWrite32(mapped, 0xfeedbeef);
    CHECK_EQ(*word, 0xfeedbeef);
    word[1] = 0x12345678;
    CHECK_EQ(IOMappedRead32(mapped + 4), 0x12345678);
    CHECK_EQ(IOMappedRead64(mapped), 0x12345678feedbeef);
    CHECK_EQ(IOMappedRead16(mapped + 2), 0xfeed);
    CHECK_EQ(IOMapperInsertPage(base, 1000, 1), base + 1000); /* outside: refused by the mapper, not told */
    CHECK(!panic_try(insert_at_zero, NULL, NULL));
    IOMapperIOVMFree(base, 3);
    CHECK_EQ(IOMappedRead8(mapped), 0xff); /* nothing is mapped there any more */
    IOMappedWrite8(mapped, 1);
    CHECK_EQ(*word, 0xfeedbeef);
    CHECK_EQ(IOMapperIOVMAlloc(ARRAY_PAGES), 0);
    array_mapper_stop(system);
    CHECK(IOMapperGetSystemMapper() == NULL);
    CHECK_EQ(IOMapperIOVMAlloc(1), 0);
    port_frame_free(pa, 2 * PAGE);
}

static void mapper_of_a_descriptor(void)
{
    IOMapperRef system = array_mapper_start();
    IOMemoryDescriptorRef md = filled_buffer(3 * PAGE, 0x33);
    uint64_t length = 0;
    uint64_t device = IOMemoryDescriptorGetPhysicalSegment(md, 100, &length, 0);
    uint64_t cpu = IOMemoryDescriptorGetPhysicalSegment(md, 100, NULL, kIOMemoryMapperNone);

    CHECK_EQ(device, ARRAY_BASE + 100);
    CHECK_EQ(length, 3 * PAGE - 100);
    CHECK_EQ(cpu, page_at(kernel_task, (uintptr_t)bytes_of(md) + 100).pa);
    CHECK_EQ(IOMappedRead8(device + 2 * PAGE), 0x33);
    CHECK_EQ(IOMemoryDescriptorGetPhysicalAddress(md), ARRAY_BASE);
    CHECK_EQ(array_taken, 3); /* mapped once, whole */
    release(md);
    CHECK_EQ(array_pages[0] | array_pages[2], 0);
    array_mapper_stop(system);
}

/* ---- D26 ---- */

static void flush(void)
{
    static uint8_t bytes[10000];
    task_t task = IOAddressSpaceCreate(TASK_LOW, TASK_HIGH);

    memset(bytes, 0x5a, sizeof bytes);
    CHECK_EQ(IOFlushProcessorCache(kernel_task, (uintptr_t)bytes + 3, sizeof bytes - 3), kIOReturnSuccess);
    CHECK_EQ(bytes[9999], 0x5a);
    CHECK_EQ(IOFlushProcessorCache(kernel_task, 0, 0), kIOReturnSuccess);
    CHECK_EQ(IOFlushProcessorCache(task, (uintptr_t)bytes, 10), kIOReturnUnsupported);
    CHECK_EQ(IOFlushProcessorCache(NULL, (uintptr_t)bytes, 10), kIOReturnUnsupported);
    CHECK_EQ(IOFlushProcessorCache(NULL, (uintptr_t)bytes, 0), kIOReturnUnsupported);
    CHECK_EQ(IOFlushProcessorCache(kernel_task, 0x1000, 10), kIOReturnVMError);
    CHECK_EQ(IOFlushProcessorCache(kernel_task, UINT64_MAX - 8, 100), kIOReturnVMError);
    IOAddressSpaceDestroy(task);
}

static void set_cache_mode(void)
{
    static const uint8_t mair[] = {[1] = 0x0c, 0xbb, 0xff, 0x44, 0xff, 0x0c, 0x44, 0x0c, 0x0c};
    IOMemoryDescriptorRef md = filled_buffer(2 * PAGE, 0);
    IOMemoryMapRef map = IOMemoryDescriptorMap(md, kIOMapUnique);
    task_t task = IOAddressSpaceCreate(TASK_LOW, TASK_HIGH);
    uint64_t va = address(map), pa = IOMemoryMapGetPhysicalAddress(map);

    for (unsigned mode = 1; mode < 10; mode++) {
        CHECK_EQ(IOSetProcessorCacheMode(kernel_task, va, PAGE, mode), kIOReturnSuccess);
        CHECK(at_agrees(at_translate(va, AT_EL1_WRITE), pa, at_mair_here(mair[mode])));
        CHECK(at_agrees(at_translate((uintptr_t)port_linear(pa), AT_EL1_WRITE), pa, at_mair_here(mair[mode])));
        CHECK_EQ(at_translate(va + PAGE, AT_EL1_WRITE).mair, 0xff);
    }
    CHECK_EQ(IOSetProcessorCacheMode(kernel_task, va + 1, PAGE, kIOInhibitCache), kIOReturnUnsupported);
    CHECK_EQ(IOSetProcessorCacheMode(kernel_task, va, 100, kIOInhibitCache), kIOReturnUnsupported);
    CHECK_EQ(IOSetProcessorCacheMode(task, va, PAGE, kIOInhibitCache), kIOReturnUnsupported);
    CHECK_EQ(IOSetProcessorCacheMode(NULL, va, PAGE, kIOInhibitCache), kIOReturnUnsupported);
    CHECK_EQ(IOSetProcessorCacheMode(kernel_task, 0x1000, PAGE, kIOInhibitCache), kIOReturnVMError);
    CHECK_EQ(IOSetProcessorCacheMode(kernel_task, va, 0, kIOInhibitCache), kIOReturnSuccess);
    IOAddressSpaceDestroy(task);
    release(map);
    release(md);
    CHECK(at_agrees(at_translate((uintptr_t)port_linear(pa), AT_EL1_WRITE), pa, 0xff));
}

/* ---- D27 ---- */

static void release_unbalanced(void *object)
{
    OSObjectTaggedRetain(object, OSCollectionMetaClass());
    OSObjectRelease(object);
    OSObjectRelease(object);
}

static void reference_counts(void)
{
    OSObjectRef object = (OSObjectRef)filled_buffer(PAGE, 0);
    const char *message = NULL;

    CHECK_EQ(references(object), 1);
    OSObjectRetain(object);
    CHECK_EQ(references(object), 2);
    release(object);
    CHECK(!panic_try(release_unbalanced, object, &message)); /* a collection still holds it */
    CHECK(message && message[0]);

    object = (OSObjectRef)IODeviceMemoryCreateWithRange(CLOCK_PA, PAGE);
    for (unsigned i = 0; i < 65533; i++)
        OSObjectRetain(object);
    CHECK_EQ(references(object), 65534);
    for (unsigned i = 0; i < 70000; i++)
        release(object);
    CHECK_EQ(references(object), 65534); /* pegged for ever */
    CHECK_EQ(IOMemoryDescriptorGetLength((IOMemoryDescriptorRef)object), PAGE);
}

/* ---- D28 ---- */

/* The class tree: each class's superclass comes before it. */
enum { OBJECT, MAP, MEMORY, GENERAL, BUFFER, GUARD, SUB, MULTI, INTERLEAVED, DEVICE, SERVICE, MAPPER, CLASSES };
static const struct {
    const char *name;
    int super;
} classes[CLASSES] = {
    [OBJECT] = {"OSObject", -1},
    [MAP] = {"IOMemoryMap", OBJECT},
    [MEMORY] = {"IOMemoryDescriptor", OBJECT},
    [GENERAL] = {"IOGeneralMemoryDescriptor", MEMORY},
    [BUFFER] = {"IOBufferMemoryDescriptor", GENERAL},
    [GUARD] = {"IOGuardPageMemoryDescriptor", GENERAL},
    [SUB] = {"IOSubMemoryDescriptor", MEMORY},
    [MULTI] = {"IOMultiMemoryDescriptor", MEMORY},
    [INTERLEAVED] = {"IOInterleavedMemoryDescriptor", MEMORY},
    [DEVICE] = {"IODeviceMemory", MEMORY},
    [SERVICE] = {"IOService", OBJECT},
    [MAPPER] = {"IOMapper", SERVICE},
};

static bool is_a(int class, int wanted)
{
    while (class != wanted && class >= 0)
        class = classes[class].super;
    return class == wanted;
}

static void check_casts(OSObjectRef object, int class)
{
    CHECK(OSObjectGetMetaClass(object) == OSMetaClassGetWithName(classes[class].name));
    CHECK(strcmp(OSMetaClassGetClassName(OSObjectGetMetaClass(object)), classes[class].name) == 0);
    for (int to = 0; to < CLASSES; to++) {
        OSObjectRef cast = OSDynamicCastTo(OSMetaClassGetWithName(classes[to].name), object);

        if (!CHECK(cast == (is_a(class, to) ? object : NULL)))
            tap_note("  a %s to %s", classes[class].name, classes[to].name);
    }
}

static void casts(void)
{
    IOMemoryDescriptorRef buffer = filled_buffer(PAGE, 0), device = IODeviceMemoryCreateWithRange(CLOCK_PA, PAGE);
    const struct {
        int class;
        void *object;
    } all[] = {
        {MAP, IOMemoryDescriptorMap(device, 0)},
        {BUFFER, buffer},
        {GENERAL, device}, /* as in IOKit: not an IODeviceMemory */
        {GENERAL, IOMemoryDescriptorCreateWithPhysicalAddress(CLOCK_PA, PAGE, kIODirectionNone)},
        {GUARD, IOGuardPageMemoryDescriptorCreateWithSize(PAGE)},
        {SUB, IODeviceMemoryCreateWithSubRange(device, 0, 8)},
        {MULTI, IOMultiMemoryDescriptorCreateWithDescriptors(&buffer, 1, kIODirectionInOut, false)},
        {INTERLEAVED, IOInterleavedMemoryDescriptorCreateWithCapacity(1, kIODirectionInOut)},
        {MAPPER, IOMapperCreateWithOffset(0, 0, GIB)},
    };

    for (unsigned i = 0; i < sizeof all / sizeof *all; i++)
        if (CHECK(all[i].object != NULL))
            check_casts(all[i].object, all[i].class);
    CHECK(OSDynamicCastTo(OSMetaClassGetWithName("OSObject"), NULL) == NULL);
    CHECK(OSMetaClassGetWithName("NoSuchClass") == NULL);
    CHECK(OSMetaClassAllocClassWithName("OSObject") == NULL); /* abstract, as the next two */
    CHECK(OSMetaClassAllocClassWithName("IOMemoryDescriptor") == NULL);
    CHECK(OSMetaClassAllocClassWithName("IOMapper") == NULL);
    for (unsigned i = 0; i < sizeof all / sizeof *all; i++)
        release(all[i].object);
}

static void instance_counts(void)
{
    uint32_t before[CLASSES];
    uint64_t free = machine_use().free;

    for (int i = 0; i < CLASSES; i++)
        before[i] = instances(classes[i].name);
    casts();
    mapper();
    set_cache_mode();
    for (int i = 0; i < CLASSES; i++)
        if (!CHECK_EQ(instances(classes[i].name), before[i]))
            tap_note("  %s", classes[i].name);
    CHECK_EQ(machine_use().free, free);
}

int main(void)
{
    warm_up();
    tap_run("D23 a DMA command's states and codes", needs_dma_command);
    tap_run("D24 a DMA command bounces what its device cannot reach", needs_dma_command);
    tap_run("D25 the calls of a mapper without one", no_mapper);
    tap_run("D25 pages shown to a device through a mapper", mapper);
    tap_run("D25 a descriptor's device addresses through a mapper", mapper_of_a_descriptor);
    tap_run("D26 IOFlushProcessorCache: codes", flush);
    tap_run("D26 IOSetProcessorCacheMode: codes, and what the CPU sees", set_cache_mode);
    tap_run("D28 casts by the class tree, every class to every other", casts);
    tap_run("D28 instances return to what they were", instance_counts);
    tap_run("D27 references saturate; an unbalanced release panics", reference_counts);
    return tap_done();
}
