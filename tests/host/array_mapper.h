/* A mapper that is an array of pages, for the tests of mappers: it hands its slots out in order and never again. */
#ifndef TESTS_HOST_ARRAY_MAPPER_H
#define TESTS_HOST_ARRAY_MAPPER_H

#include "tests/host/touch.h"

#define ARRAY_SLOTS 16
#define ARRAY_BASE  UINT64_C(0x80000000) /* the first device address */

extern uint64_t array_slots[ARRAY_SLOTS]; /* physical pages; 0: nothing is there */
extern unsigned array_taken, array_unmapped;
extern bool array_works; /* its hardware, whose address is its provider's, too */
extern uint32_t array_access;
extern IODMAMapSpecification array_asked; /* of the last mapping; all 0: for nothing */
extern const IOMapperClass array_class;

/* A new one, all empty, started. stop: there is no system mapper any more, and nobody else has this one. */
IOMapperRef array_start(bool is_system);
void array_stop(IOMapperRef mapper);
uint64_t array_to_physical(IOMapperRef mapper, uint64_t mapped);

/* The CPU's address. */
uint64_t array_segment(IOMemoryDescriptorRef md, uint64_t offset, uint64_t *size);

#endif
