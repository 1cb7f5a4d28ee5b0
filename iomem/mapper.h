/* Inside the mappers, and accesses by the CPU's physical addresses, which no mapper translates. */
#ifndef IOMEM_MAPPER_H
#define IOMEM_MAPPER_H

#include "iomem/IOMapper.h"
#include "iomem/object.h"

struct IOMapper {
    struct OSObject object;
    const IOMapperClass *methods;
    void *context;
    uint64_t page_size; /* 0 until it has started */
    void *provider;
    IOMapperRef next;     /* of all that have started */
    uint64_t start, size; /* what an offset mapper shows of physical memory; size 0: it is none */
    uint64_t offset;      /* from a physical address to the device's */
};

extern const struct OSMetaClass IOMapper_class;

/* What IOMapperGetSystemMapper looks at. */
struct system_mapper {
    IOMapperRef mapper; /* retained */
    bool awaited;       /* one has been announced and has not started */
};
extern struct system_mapper mapper_system;

/* false: all that it would do is return NULL. */
static inline bool mapper_system_matters(void)
{
    return mapper_system.mapper || mapper_system.awaited;
}

/* An offset mapper remaps nothing: segments stay what they are, and only their addresses are others. */
static inline bool mapper_only_translates(IOMapperRef mapper)
{
    return mapper->size != 0;
}

/* From a run of physical memory to the device address; *size is cut to what the mapper shows, 0 when that is none. */
uint64_t mapper_to_device(IOMapperRef mapper, uint64_t pa, uint64_t *size);

/* From a device address to the CPU's; NULL is no mapper. false: nothing is mapped there. */
bool mapper_to_physical(IOMapperRef mapper, uint64_t *address);

/*
 * Device addresses for a part of a descriptor, with the access that its prepare allows; and back. An error of the
 * mapper's, kIOReturnUnsupported when it cannot; *address and *length are 0 then.
 */
IOReturn mapper_map(IOMapperRef mapper, IOMemoryDescriptorRef md, const IODMAMapSpecification *specification,
                    IODMACommandRef command, uint64_t offset, uint64_t *address, uint64_t *length);
IOReturn mapper_unmap(IOMapperRef mapper, IOMemoryDescriptorRef md, IODMACommandRef command, uint64_t address,
                      uint64_t length);

/* One access as IOMapped's, width 1, 2, 4 or 8. */
uint64_t physical_read(uint64_t pa, unsigned width);
void physical_write(uint64_t pa, uint64_t value, unsigned width);

#endif
