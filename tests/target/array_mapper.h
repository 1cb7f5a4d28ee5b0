/* A mapper that is an array of pages: what an IOMMU's driver would be, without the hardware. */
#ifndef TESTS_TARGET_ARRAY_MAPPER_H
#define TESTS_TARGET_ARRAY_MAPPER_H

#include <stdint.h>

#include "iomem/IOMapper.h"

#define ARRAY_PAGES 16
#define ARRAY_BASE  UINT64_C(0x80000000) /* the first device address */

extern uint64_t array_pages[ARRAY_PAGES]; /* physical; 0: nothing is there */
extern unsigned array_taken;

/* A new one, all empty, started as the system's; the caller's to end with array_mapper_stop. */
IOMapperRef array_mapper_start(void);
void array_mapper_stop(IOMapperRef mapper);

#endif
