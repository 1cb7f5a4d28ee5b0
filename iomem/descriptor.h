/* Inside the descriptors: the layouts, and the methods that classes override. */
#ifndef IOMEM_DESCRIPTOR_H
#define IOMEM_DESCRIPTOR_H

#include "iomem/IOMemoryDescriptor.h"
#include "iomem/object.h"
#include "iomem/reference.h"

struct wired_run {
    uint64_t offset, pa;
};

struct IOMemoryDescriptor {
    struct OSObject object;
    uint64_t length;
    uint32_t flags, tag;
    IOMemoryMapRef oldest, newest; /* the maps of it, each holding one more reference of ours; unique ones come last */
    IOMemoryMapRef newest_shared;  /* the last before those, NULL: there is none */
    uint64_t descriptor_id, preparation_id;
    OSObjectRef context;
    uint16_t mapper_options;
    uint8_t cache_mode; /* kIOxxxCache given to the memory; 0 = none so far */
    task_t safe_task;   /* while kIOMemoryRedirected: the one whose maps stay */
};

/* The arguments of initWithOptions. */
struct descriptor_request {
    const IOAddressRange *ranges;
    uint32_t count;
    IOOptionBits options;
    task_t task;
    IOMapperRef mapper;
    struct memory_object *object; /* a buffer's memory, which then need not be in any task; NULL: look at the ranges */
};

/* length is never NULL here. Receivers are of the class, or of a subclass, whose table this is. */
struct descriptor_methods {
    bool (*init)(IOMemoryDescriptorRef, const struct descriptor_request *);
    addr64_t (*get_physical_segment)(IOMemoryDescriptorRef, IOByteCount offset, IOByteCount *length,
                                     IOOptionBits options);
    IOReturn (*prepare)(IOMemoryDescriptorRef, IODirection);
    IOReturn (*complete)(IOMemoryDescriptorRef, IODirection);
    uint64_t (*get_preparation_id)(IOMemoryDescriptorRef);
    /* These two: the caller holds the memory lock. */
    IOMemoryMapRef (*make_mapping)(IOMemoryDescriptorRef, IOMemoryMapRef map, IOOptionBits options, IOByteCount offset);
    IOReturn (*do_map)(IOMemoryDescriptorRef, IOMemoryMapRef map, IOOptionBits options);

    /* NULL in a class that has nothing to do there. */

    /* The runs that map, which is not entered, is to show, in the mode asked for; *lead is the first byte's place in
     * its page. The caller holds the memory lock and drops the runs. */
    IOReturn (*collect)(IOMemoryDescriptorRef, IOMemoryMapRef map, unsigned mode, uint64_t *lead);
    /* The descriptor that maps of this one are made of, and the offset in it. Borrowed. */
    IOMemoryDescriptorRef (*resolve)(IOMemoryDescriptorRef, IOByteCount *offset);
    IOReturn (*redirect)(IOMemoryDescriptorRef, task_t safe_task, bool redirected);
    /* The caller holds the memory lock and has checked the state; *old stays 0 when there is none to tell of. */
    IOReturn (*set_purgeable)(IOMemoryDescriptorRef, IOOptionBits state, IOOptionBits *old);
    IOReturn (*page_counts)(IOMemoryDescriptorRef, IOByteCount *resident); /* adds to *resident */
};

/* IOGeneralMemoryDescriptor; its subclasses start with one. */
struct IOGeneralMemoryDescriptor {
    struct IOMemoryDescriptor base;
    task_t task;               /* of virtual ranges */
    IOMapperRef mapper;        /* retained; NULL: device addresses are the CPU's */
    uint64_t iova;             /* of virtual memory, by its device addresses, the first byte, */
    uint64_t iova_length;      /* the bytes there, 0 until somebody asks, */
    uint64_t iova_size;        /* and what the mapper wants back */
    uint64_t dma_alignment;    /* of the device addresses; 0: any */
    uint8_t dma_bits;          /* which they do not exceed; 0: any */
    uint8_t dma_access;        /* kIODMAMap bits: what the last prepare is for */
    struct reference memory;   /* the memory objects of its ranges; empty while nobody asked, and of other memory */
    struct reference snapshot; /* with kIOMemoryMapCopyOnWrite, what maps show: made by the first */
    const IOAddressRange *ranges;
    uint32_t count;
    IOAddressRange single; /* what ranges points to when count is 1 */
    bool owns_pages;       /* a buffer: nobody else has anything in its pages, even past its length */
    uint32_t wire_count;   /* a physical descriptor's stays 1 */
    uint32_t run_count;
    uint64_t backing;       /* of a persistent one: general_backing at its creation */
    uint64_t capacity;      /* of the ranges together: what a prepare pins; a buffer's length may be less */
    struct wired_run *runs; /* the pinned memory, by offset; NULL while not prepared */
    struct wired_run run;   /* what runs points to when one is enough */
};

extern const struct OSMetaClass IOMemoryDescriptor_class, IOGeneralMemoryDescriptor_class,
    IOGuardPageMemoryDescriptor_class;

/* For the tables of subclasses. */
void descriptor_free(OSObjectRef object);
void general_free(OSObjectRef object);
extern const struct descriptor_methods general_methods;

IOMemoryMapRef descriptor_make_mapping(IOMemoryDescriptorRef md, IOMemoryMapRef map, IOOptionBits options,
                                       IOByteCount offset);
/* A map of a part, for its pages only: none that exists, and not in the list of md. NULL: as with any map. */
struct map_wish;
IOMemoryMapRef descriptor_map_part(IOMemoryDescriptorRef md, const struct map_wish *wanted);

uint64_t descriptor_new_preparation_id(void);

/* Physical memory from offset on as a descriptor of its own, with a reference; NULL when the run is shorter. */
IOMemoryDescriptorRef descriptor_private_run(IOMemoryDescriptorRef md, IOByteCount offset, IOByteCount length);

/* Of any class: its flag, and its maps. The caller holds the memory lock. */
IOReturn descriptor_redirect(IOMemoryDescriptorRef md, task_t safe_task, bool redirected);

/* The list of maps. The caller holds the memory lock for the first three. */
void descriptor_add_map(IOMemoryDescriptorRef md, IOMemoryMapRef map);
void descriptor_remove_map(IOMemoryDescriptorRef md, IOMemoryMapRef map);
void descriptor_forget_map(IOMemoryDescriptorRef md, IOMemoryMapRef map); /* a map that is being freed */
void descriptor_drop_maps(IOMemoryDescriptorRef md);                      /* the list's references, and so most maps */

/* Of any subclass of IOGeneralMemoryDescriptor: what initWithOptions does, and the length that a buffer changes. */
bool general_init(IOMemoryDescriptorRef md, const struct descriptor_request *request);
void general_set_length(IOMemoryDescriptorRef md, uint64_t length);
IOMemoryDescriptorRef descriptor_create(const struct descriptor_request *request);

static inline const struct descriptor_methods *descriptor_methods(IOMemoryDescriptorRef md)
{
    return md->object.class->descriptor;
}

/* Copy bytes, or zeroes when they are NULL, to physical memory in whatever way its cache mode allows, and clean it. */
void descriptor_copy_in(uint64_t pa, const void *bytes, uint64_t size);

#endif
