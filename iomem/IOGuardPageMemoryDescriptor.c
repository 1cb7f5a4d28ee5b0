#include "iomem/IOGuardPageMemoryDescriptor.h"

#include "iomem/address_space.h"
#include "iomem/general.h"
#include "iomem/map_place.h"
#include "iomem/port.h"
#include "iomem/translate.h"

#define PAGE ((uint64_t)PORT_PAGE_SIZE)

struct IOGuardPageMemoryDescriptor {
    struct IOGeneralMemoryDescriptor general; /* without ranges */
};

static uint32_t instances;

static addr64_t get_physical_segment(IOMemoryDescriptorRef md, IOByteCount offset, IOByteCount *length,
                                     IOOptionBits options)
{
    (void)md;
    (void)offset;
    (void)options;
    *length = 0;
    return 0;
}

static IOReturn prepare(IOMemoryDescriptorRef md, IODirection direction)
{
    (void)direction;
    ((IOGeneralMemoryDescriptorRef)md)->wire_count++;
    return kIOReturnSuccess;
}

static IOReturn complete(IOMemoryDescriptorRef md, IODirection direction)
{
    IOGeneralMemoryDescriptorRef general = (IOGeneralMemoryDescriptorRef)md;

    (void)direction;
    if (general->wire_count && --general->wire_count == 0)
        md->preparation_id = kIOPreparationIDUnprepared;
    return kIOReturnSuccess;
}

static uint64_t lead_of(IOMemoryMapRef map)
{
    return map->offset % PAGE;
}

static uint64_t pages_of(IOMemoryMapRef map)
{
    return (lead_of(map) + map->length + PAGE - 1) & ~(PAGE - 1);
}

static IOReturn place(void *context)
{
    IOMemoryMapRef map = context;
    uint64_t wanted = map->address;
    IOReturn result = map_reserve(map, pages_of(map), lead_of(map));
    int error;

    if (result != kIOReturnSuccess)
        return result;
    error = mmu_tag(address_space_tables(map->space), map->address - lead_of(map), pages_of(map), MMU_TAG_GUARD, 0);
    if (error == MMU_OK)
        error = map_enter_guards(map);
    if (error != MMU_OK) {
        map_unreserve(map);
        map->address = wanted;
    }
    return translate_error(error);
}

static IOReturn do_map(IOMemoryDescriptorRef md, IOMemoryMapRef map, IOOptionBits options)
{
    (void)options;
    if (map->offset >= md->length || map->length > md->length - map->offset)
        return kIOReturnBadArgument;
    if ((map->options & kIOMapGuardedMask) && !(map->options & kIOMapAnywhere))
        return kIOReturnBadArgument;
    return map_place_over(map, pages_of(map), place, map);
}

static const struct descriptor_methods guard_methods = {
    .get_physical_segment = get_physical_segment,
    .prepare = prepare,
    .complete = complete,
    .get_preparation_id = general_preparation_id,
    .make_mapping = descriptor_make_mapping,
    .do_map = do_map,
};

const struct OSMetaClass IOGuardPageMemoryDescriptor_class = {
    .object = {&OSMetaClass_class, 0},
    .name = "IOGuardPageMemoryDescriptor",
    .super = &IOGeneralMemoryDescriptor_class,
    .size = sizeof(struct IOGuardPageMemoryDescriptor),
    .instances = &instances,
    .free = general_free,
    .descriptor = &guard_methods,
};

IOGuardPageMemoryDescriptorRef IOGuardPageMemoryDescriptorCreateWithSize(vm_size_t size)
{
    IOGuardPageMemoryDescriptorRef guard;

    if (size == 0 || size > UINT64_MAX - PAGE)
        return NULL;
    guard = (IOGuardPageMemoryDescriptorRef)object_alloc(&IOGuardPageMemoryDescriptor_class);
    if (guard) {
        guard->general.base.length = (size + PAGE - 1) & ~(PAGE - 1);
        guard->general.base.flags = kIODirectionInOut;
    }
    return guard;
}
