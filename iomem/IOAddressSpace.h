/* Address spaces: what IOKit calls a task. kernel_task is the runtime's own and always there. */
#ifndef IOMEM_IOADDRESSSPACE_H
#define IOMEM_IOADDRESSSPACE_H

#include "iomem/IOTypes.h"

#ifdef __cplusplus
extern "C" {
#endif

extern task_t kernel_task;

/* protection: 1 readable, 2 writable, 4 executable. tag: 0 none, 1 guard, 2 blocked, 3 demand, 4 reserved. */
struct IOPageInfo {
    uint64_t pa, size; /* of the byte asked for; of the leaf, or of the invalid entry, that holds it */
    uint8_t attr_index, shareability, protection, tag, level;
};

/*
 * The part of the space in which mappings are placed, [*min, *max) in bytes: a fixed address
 * outside of it is refused. Either pointer may be NULL; a NULL task gives 0 and 0.
 */
void IOAddressSpaceGetBounds(task_t task, uint64_t *min, uint64_t *max);

/*
 * What the live translation tables say of one address. A page that is in use but translates
 * nothing, a guard say, is told by its tag and has protection 0. KERN_INVALID_ADDRESS when nothing
 * is there: then only *out's size and level are not 0.
 * kIOReturnBadArgument, *out untouched: task or out NULL, or an address outside the space's half.
 */
IOReturn IOAddressSpaceQuery(task_t task, uint64_t address, struct IOPageInfo *out);

#ifdef __cplusplus
}
#endif

#endif
