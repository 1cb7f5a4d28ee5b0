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
    IODeviceMemory *device = IODeviceMemory::withRange(UINT64_C(0x09010000), PAGE);

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

void cxx__driverkit_names(void)
{
    IOBufferMemoryDescriptor *buffer = nullptr;
    IOMemoryDescriptor *part = nullptr, *both = nullptr;
    IOMemoryMap *map = nullptr;
    IOMemoryMapPrivateState state = {};
    IOAddressSegment range = {};
    uint64_t length = 0;

    CHECK_EQ(IOBufferMemoryDescriptor::Create(kIOMemoryPageable, PAGE, PAGE, &buffer), kIOReturnBadArgument);
    CHECK(buffer == nullptr);
    CHECK_EQ(IOBufferMemoryDescriptor::Create(kIODirectionInOut, 4 * PAGE, PAGE, &buffer), kIOReturnSuccess);
    CHECK_EQ(buffer->SetLength(3 * PAGE), kIOReturnSuccess);
    CHECK_EQ(buffer->GetLength(&length), kIOReturnSuccess);
    CHECK_EQ(length, 3 * PAGE);
    CHECK_EQ(buffer->GetAddressRange(&range), kIOReturnSuccess);
    CHECK(range.address == reinterpret_cast<uintptr_t>(buffer->getBytesNoCopy()) && range.length == 3 * PAGE);
    CHECK_EQ(IOMemoryDescriptor::CreateSubMemoryDescriptor(kIODirectionInOut, 3 * PAGE, PAGE, buffer, &part),
             kIOReturnBadArgument);
    CHECK_EQ(IOMemoryDescriptor::CreateSubMemoryDescriptor(kIODirectionInOut, PAGE, 2 * PAGE, buffer, &part),
             kIOReturnSuccess);
    CHECK_EQ(part->CreateMapping(0x300, 0, 0, 0, 0, &map), kIOReturnBadArgument); /* no such cache code */
    CHECK(map == nullptr);
    CHECK_EQ(part->CreateMapping(0, 0, PAGE, PAGE, 0, &map), kIOReturnSuccess);
    CHECK_EQ(map->GetOffset(), 2 * PAGE);
    CHECK_EQ(map->GetLength(), PAGE);
    CHECK_EQ(map->GetAddress(), map->getVirtualAddress());
    CHECK_EQ(map->getMapOptions() & kIOMapGuardedMask, kIOMapGuardedSmall);
    *reinterpret_cast<volatile uint8_t *>(map->GetAddress()) = 0x3c;
    CHECK_EQ(static_cast<uint8_t *>(buffer->getBytesNoCopy())[2 * PAGE], 0x3c);
    CHECK_EQ(map->CopyState(&state), kIOReturnSuccess);
    CHECK(state.length == PAGE && state.offset == 2 * PAGE && state.address == map->GetAddress());
    CHECK_EQ(map->Dispatch(1, nullptr, 0, &state, sizeof state - 1), kIOReturnUnderrun);
    CHECK_EQ(map->Dispatch(2, nullptr, 0, &state, sizeof state), kIOReturnUnsupported);
    IOMemoryDescriptor *const list[] = {part, buffer};
    CHECK_EQ(IOMemoryDescriptor::CreateWithMemoryDescriptors(kIODirectionInOut, 2, list, &both), kIOReturnSuccess);
    CHECK_EQ(both->getLength(), 5 * PAGE);
    OSSafeReleaseNULL(both);
    OSSafeReleaseNULL(map);
    OSSafeReleaseNULL(part);
    OSSafeReleaseNULL(buffer);
}

void cxx__other_members(void)
{
    static uint8_t bytes[64];
    const IODeviceMemory::InitElement list[] = {{UINT64_C(0xf0000000), PAGE, 7}, {UINT64_C(0xf0002000), PAGE, 9}};
    IOMemoryDescriptor *devices[2];
    IOOptionBits old = 0;
    IOByteCount resident = 1, dirty = 1;

    CHECK_EQ(IODeviceMemory::arrayFromList(list, 2, devices), 2);
    CHECK(devices[0]->getTag() == 7 && devices[1]->getTag() == 9);
    IOMemoryMap *map = devices[0]->map(kIOMapAnywhere), *again = devices[0]->map();
    CHECK(map == again);
    CHECK_EQ(map->getRetainCount(), 3);
    again->release();
    CHECK(OSCheckTypeInst(map, again) && !OSCheckTypeInst(map, devices[0]));
    CHECK(OSTypeIDInst(map) == OSTypeID(IOMemoryMap));
    map->release();
    devices[0]->release();
    devices[1]->release();

    IOBufferMemoryDescriptor *tagged =
        IOBufferMemoryDescriptor::inTaskWithOptions(kernel_task, kIODirectionInOut, PAGE, PAGE, 1, 2);
    CHECK_EQ(tagged->getLength(), PAGE);
    tagged->release();

    IOBufferMemoryDescriptor *pageable =
        IOBufferMemoryDescriptor::withOptions(kIODirectionInOut | kIOMemoryPageable | kIOMemoryPurgeable, PAGE);
    CHECK_EQ(pageable->getPageCounts(&resident, &dirty), kIOReturnSuccess);
    CHECK_EQ(resident, 0);
    CHECK_EQ(pageable->setPurgeable(kIOMemoryPurgeableVolatile, &old), kIOReturnSuccess);
    CHECK_EQ(old, kIOMemoryPurgeableNonVolatile);
    IOMemoryDescriptor *same = IOMemoryDescriptor::withPersistentMemoryDescriptor(pageable);
    CHECK(same != nullptr);
    OSSafeReleaseNULL(same);
    pageable->release();

    IOMemoryDescriptor *described = IOMemoryDescriptor::withAddress(bytes, sizeof bytes, kIODirectionInOut);
    CHECK(described->getPreparationID() > kIOPreparationIDAlwaysPrepared);
    described->release();
}
