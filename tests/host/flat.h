/*
 * What a space should translate, without any table: a list of intervals that covers the space. Neighbours
 * that go on in the same way are one interval. Offsets are from the half's lowest address.
 */
#ifndef TESTS_HOST_FLAT_H
#define TESTS_HOST_FLAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct flat {
    uint64_t off, size;
    bool mapped;
    uint8_t tag; /* of what is not mapped; 0 is empty */
    uint32_t attr;
    uint64_t pa; /* of the first byte; a tag's payload */
};

/* An empty space. */
void flat_start(uint64_t span);

size_t flat_count(void);
const struct flat *flat_get(size_t index);
size_t flat_find(uint64_t off); /* the index of the interval that holds off */

/* What one byte is: an interval from off on. */
struct flat flat_at(uint64_t off);

/* [to->off, to->off + to->size) becomes *to. */
void flat_set(const struct flat *to);
/* The mapped pages of the range get other attributes. */
void flat_set_attr(uint64_t off, uint64_t size, uint32_t attr);

/* Is all of the range mapped? Is all of it neither mapped nor tagged? */
bool flat_all_mapped(uint64_t off, uint64_t size);
bool flat_all_empty(uint64_t off, uint64_t size);

#endif
