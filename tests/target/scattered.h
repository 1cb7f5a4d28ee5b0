/*
 * Memory whose pages lie in RAM in no order, one after the other in the kernel's addresses, and the check that
 * descriptors of it are seen whole, part by part: through maps, through readBytes, segment by segment.
 */
#ifndef TESTS_TARGET_SCATTERED_H
#define TESTS_TARGET_SCATTERED_H

#include <stdbool.h>
#include <stdint.h>

#include "iomem/IOMemoryDescriptor.h"

extern uint64_t scattered; /* its first address; each word's content is its index */
extern uint8_t *scattered_expected, *scattered_copy;

bool scattered_create(uint64_t size); /* a power of two of pages */
void scattered_remove(void);
uint64_t scattered_frame(uint64_t page); /* its physical address */

/* Maps [offset, offset + length) between guards: its bytes are scattered_expected's, its segments the CPU's. */
bool scattered_check_map(IOMemoryDescriptorRef md, uint64_t offset, uint64_t length);

#endif
