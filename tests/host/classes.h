/* What the tests of the classes share: short words for long calls. */
#ifndef TESTS_HOST_CLASSES_H
#define TESTS_HOST_CLASSES_H

#include <string.h>

#include "iomem/iomem.h"
#include "tests/host/port_host.h"

#define PAGE       HOST_PAGE
#define RAM        HOST_NOBODYS /* described by its physical address */
#define TEST(name) cmocka_unit_test_setup_teardown(name, host_open, host_close)

static inline void drop(void *object)
{
    OSObjectRelease(object);
}

static inline int count_of(void *object)
{
    return OSObjectGetRetainCount(object);
}

static inline IOMemoryDescriptorRef device(uint64_t length)
{
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithPhysicalAddress(HOST_DEVICE, length, kIODirectionInOut);

    assert_non_null(md);
    return md;
}

/* Kernel memory of whole pages. */
static inline void *pages(uint64_t count, uint64_t *pa)
{
    *pa = port_frame_alloc(count * PAGE, PAGE, UINT64_MAX);
    assert_true(*pa != PORT_NO_FRAME);
    return port_linear(*pa);
}

static inline uint64_t address(IOMemoryMapRef map)
{
    return IOMemoryMapGetVirtualAddress(map);
}

static inline IOMemoryMapRef map_anywhere(IOMemoryDescriptorRef md, IOOptionBits options, uint64_t offset,
                                          uint64_t length)
{
    return IOMemoryDescriptorCreateMappingInTask(md, kernel_task, 0, options | kIOMapAnywhere, offset, length);
}

static inline IOMemoryMapRef map_at(IOMemoryDescriptorRef md, uint64_t va, IOOptionBits options)
{
    return IOMemoryDescriptorCreateMappingInTask(md, kernel_task, va, options, 0, 0);
}

static inline struct IOPageInfo query(uint64_t va)
{
    struct IOPageInfo info;

    assert_int_equal(IOAddressSpaceQuery(kernel_task, va, &info), kIOReturnSuccess);
    return info;
}

static inline bool nothing_at(uint64_t va)
{
    struct IOPageInfo info;

    return IOAddressSpaceQuery(kernel_task, va, &info) == KERN_INVALID_ADDRESS;
}

#endif
