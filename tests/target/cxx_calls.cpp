#include "tests/target/cxx_calls.h"

#include "iomem/IOAddressSpace.h"
#include <IOKit/IOBufferMemoryDescriptor.h>
#include <IOKit/IODeviceMemory.h>
#include <IOKit/IOGuardPageMemoryDescriptor.h>
#include <IOKit/IOInterleavedMemoryDescriptor.h>
#include <IOKit/IOLib.h>
#include <IOKit/IOMapper.h>
#include <IOKit/IOMultiMemoryDescriptor.h>
#include <IOKit/IOReturn.h>
#include <IOKit/IOSubMemoryDescriptor.h>

extern "C" {
#include "tests/target/tap.h"
}

static const uint64_t PAGE = 4096;

void cxx__map_reads_as_in_iokit(void)
{
    IOBufferMemoryDescriptor *buffer = IOBufferMemoryDescriptor::withOptions(kIODirectionInOut, 2 * PAGE, PAGE);
    IOMemoryDescriptor *md = IOMemoryDescriptor::withAddressRange(reinterpret_cast<uintptr_t>(buffer->getBytesNoCopy()),
                                                                  buffer->getLength(), kIODirectionInOut, kernel_task);
    IOMemoryMap *map = md->map(kIOMapAnywhere | kIOMapUnique);
    IOByteCount length = 0;
    auto *bytes = reinterpret_cast<volatile uint8_t *>(map->getVirtualAddress());

    CHECK_EQ(map->getRetainCount(), 2);
    CHECK_EQ(map->getPhysicalSegment(0, &length, kIOMemoryMapperNone), buffer->getPhysicalAddress());
    CHECK_EQ(length, 2 * PAGE);
    bytes[PAGE] = 0x5a;
    CHECK_EQ(static_cast<uint8_t *>(buffer->getBytesNoCopy())[PAGE], 0x5a);
    CHECK_EQ(md->prepare(), kIOReturnSuccess);
    CHECK_EQ(md->complete(), kIOReturnSuccess);
    CHECK(map->getMemoryDescriptor() == md);
    CHECK_EQ(map->redirect(buffer, 0), kIOReturnSuccess);
    CHECK(map->getMemoryDescriptor() == buffer);
    map->release();
    OSSafeReleaseNULL(md);
    CHECK(md == nullptr);
    OSSafeReleaseNULL(md);
    buffer->release();
}

void cxx__casts_follow_the_class_tree(void)
{
    OSObject *object = IOBufferMemoryDescriptor::withCapacity(PAGE, kIODirectionOut);
    IOMemoryDescriptor *device = IODeviceMemory::withRange(UINT64_C(0x09010000), PAGE);

    CHECK(OSDynamicCast(IOMemoryDescriptor, object) == object);
    CHECK(OSDynamicCast(IOGeneralMemoryDescriptor, object) == object);
    CHECK(OSDynamicCast(IOMemoryMap, object) == nullptr);
    CHECK(OSDynamicCast(IODeviceMemory, device) == nullptr);
    CHECK(OSRequiredCast(IOBufferMemoryDescriptor, object)->getCapacity() == PAGE);
    CHECK(object->getMetaClass() == OSMetaClass::getMetaClassWithName("IOBufferMemoryDescriptor"));
    CHECK(IOMapper::getSystemMapper() == nullptr);
    object->release();
    device->release();
}

void cxx__composed_descriptors(void)
{
    IOBufferMemoryDescriptor *buffer = IOBufferMemoryDescriptor::withOptions(kIODirectionInOut, 3 * PAGE, PAGE);
    IOMemoryDescriptor *part = IOMemoryDescriptor::withSubRange(buffer, PAGE, PAGE, kIODirectionInOut);
    IOMemoryDescriptor *children[] = {IOGuardPageMemoryDescriptor::withSize(PAGE), part};
    IOMultiMemoryDescriptor *multi = IOMultiMemoryDescriptor::withDescriptors(children, 2, kIODirectionInOut);
    IOInterleavedMemoryDescriptor *woven = IOInterleavedMemoryDescriptor::withCapacity(1, kIODirectionInOut);
    IOMemoryMap *map = multi->map();

    CHECK_EQ(map->getLength(), 2 * PAGE);
    *reinterpret_cast<volatile uint8_t *>(map->getAddress() + PAGE) = 0x7b;
    CHECK_EQ(static_cast<uint8_t *>(buffer->getBytesNoCopy())[PAGE], 0x7b);
    CHECK(woven->setMemoryDescriptor(part, 0, PAGE));
    CHECK(woven->map() == nullptr);
    map->release();
    woven->release();
    multi->release();
    for (IOMemoryDescriptor *child : children)
        child->release();
    buffer->release();
}
