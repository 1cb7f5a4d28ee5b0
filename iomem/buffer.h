/*
 * Kernel memory of whole pages, zero-filled. It lies in the linear map where its frames are contiguous and no
 * guards are wanted; otherwise its pages are mapped in the window.
 */
#ifndef IOMEM_BUFFER_H
#define IOMEM_BUFFER_H

#include "iomem/region.h"
#include "iomem/rmap.h"

/* Frames that lie together. */
struct buffer_run {
    struct rmap_node node; /* registered only when mapped in the window */
    struct buffer_run *next;
};

struct buffer {
    uint64_t va, size;    /* whole pages */
    uint64_t guard;       /* bytes of no access on each side */
    struct region region; /* in the window, guards included; all zero in the linear map */
    struct buffer_run *runs;
};

struct buffer_request {
    uint64_t size;   /* whole pages */
    uint64_t align;  /* of the physical address, a power of two, at least a page; above a page only with contiguous */
    uint64_t max_pa; /* every byte at or below */
    uint64_t guard;
    bool contiguous;
};

/* NULL without memory, address space or tables; nothing is kept then. */
struct buffer *buffer_alloc(const struct buffer_request *request);

/* Nobody maps its frames any more. NULL is ignored. */
void buffer_free(struct buffer *buffer);

/* Copy to [offset, offset + size), which lies in it, by its frames: no direction binds the owner. NULL is zeroes. */
void buffer_write(const struct buffer *buffer, uint64_t offset, const uint8_t *bytes, uint64_t size);

/* port_frame_alloc, zero-filled. */
uint64_t buffer_alloc_frames(uint64_t size, uint64_t align, uint64_t max_pa);

/* Frames back to the port, write-back again; those that cannot be made so are logged and kept for ever. */
void buffer_free_frames(uint64_t pa, uint64_t size);

#endif
