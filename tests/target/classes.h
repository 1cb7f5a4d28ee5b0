/* What the tests of the classes share: short words for long calls. */
#ifndef TESTS_TARGET_CLASSES_H
#define TESTS_TARGET_CLASSES_H

#include <stdbool.h>
#include <stdint.h>

#include "iomem/iomem.h"

/* Where the tests' tasks lie. */
#define TASK_LOW  UINT64_C(0x10000000)
#define TASK_HIGH UINT64_C(0x20000000)

/* Any object, any map. */
void release(void *object);
int references(void *object);
uint32_t instances(const char *class_name);
uint64_t address(IOMemoryMapRef map);
uint8_t shown(IOMemoryMapRef map, uint64_t offset); /* the byte there, by an access of the kernel's */

/* A buffer as a descriptor. options: a direction and bits of IOBufferMemoryDescriptor.h; of a task or of none: pageable
 * ones. */
IOMemoryDescriptorRef make_buffer(task_t task, IOOptionBits options, uint64_t size);
IOMemoryDescriptorRef filled_buffer(uint64_t size, uint8_t byte); /* the kernel's, whole pages, InOut */
uint8_t *bytes_of(IOMemoryDescriptorRef buffer);

IOMemoryMapRef map_in_task(task_t task, IOMemoryDescriptorRef md, IOOptionBits options); /* anywhere, whole */

/* What the live tables say; a protection of 0 and no tag: nothing is there. */
struct IOPageInfo page_at(task_t task, uint64_t va);
bool translates(uint64_t va); /* to the kernel, by AT */

/* The heap grows, and tables come that then stay: now, and not in a test that counts frames. */
void warm_up(void);

/* A page of the kernel's window that maps placed anywhere do not reach, for fixed ones. */
uint64_t free_address(void);

#endif
