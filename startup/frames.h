/*
 * The frames of RAM: who has them, and runs of any length to have. Portable: the host's tests
 * compile it too. Every address and size is in bytes; ranges are whole pages.
 */
#ifndef STARTUP_FRAMES_H
#define STARTUP_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "iomem/port.h"
#include "startup/runtime.h"

#define FRAME_BANKS 32

struct frame_range {
    uint64_t start, end; /* [start, end) */
};

/* Bytes that frames_init needs for its records, whole pages. */
size_t frames_metadata_size(const struct frame_range *banks, size_t bank_count);

/*
 * Take over these banks (ascending, apart, at most FRAME_BANKS). metadata is frames_metadata_size bytes,
 * page-aligned. All frames are free afterwards: the caller reserves what is in use.
 */
void frames_init(const struct frame_range *banks, size_t bank_count, void *metadata);

/* Whatever part of the range is RAM is PORT_OWNER_RUNTIME's from now on; the call may repeat itself. */
void frames_reserve(const struct frame_range *range);

/*
 * size bytes (rounded up to pages) at a multiple of align (a power of two; less than a page counts as one), every byte
 * at or below max_pa: the lowest such run, owned by owner. PORT_NO_FRAME when there is none.
 */
uint64_t frame_alloc(uint64_t size, uint64_t align, uint64_t max_pa, enum port_owner owner);

/* The same, the lowest such run within the range. */
uint64_t frame_alloc_in(const struct frame_range *range, uint64_t size, uint64_t align, enum port_owner owner);

/*
 * frame_alloc, but that whoever has frames to spare is asked for some before it fails. The caller holds the lock of no
 * space: giving frames up takes pages out of tables.
 */
uint64_t frame_alloc_hard(uint64_t size, uint64_t align, uint64_t max_pa, enum port_owner owner);
void frames_set_reclaim(bool (*reclaim)(void)); /* true: some have become free */

/* Any part of what was allocated. Asserts on a frame that is free already or is no RAM. */
void frame_free(uint64_t pa, uint64_t size);

/* The record of the frame that holds pa, NULL when it is no RAM of ours. */
struct port_frame *frame_record(uint64_t pa);

#endif
