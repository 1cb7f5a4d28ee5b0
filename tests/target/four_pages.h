/* Four pages of RAM in a row, page i filled with 0x20 + i, and a physical descriptor of them: what map tests map. */
#ifndef TESTS_TARGET_FOUR_PAGES_H
#define TESTS_TARGET_FOUR_PAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "iomem/IOMemoryDescriptor.h"
#include "iomem/IOMemoryMap.h"
#include "tests/target/classes.h"

#define FOUR_PAGES ((uint64_t)4 * 4096)

extern uint64_t four_pages_pa;
extern IOMemoryDescriptorRef four_pages;

bool four_pages_create(void);
void four_pages_release(void);
volatile uint8_t *four_pages_linear(uint64_t offset); /* by the linear map */

IOMemoryMapRef four_pages_map(IOOptionBits options, uint64_t offset, uint64_t length); /* anywhere */
IOMemoryMapRef four_pages_map_at(uint64_t va, IOOptionBits options);                   /* whole */

#endif
