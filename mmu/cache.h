/*
 * Data caches by address, to the point of coherency: what a device or a core with its caches off
 * sees. va is a mapped address of Normal memory; whole lines are meant. Each call returns when it is done.
 */
#ifndef MMU_CACHE_H
#define MMU_CACHE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

void cache_clean(const void *va, size_t size);            /* memory gets what the caches hold */
void cache_invalidate(void *va, size_t size);             /* the caches forget; a line half inside is cleaned first */
void cache_clean_invalidate(const void *va, size_t size); /* both */

/*
 * Accesses before it, of devices too, are complete before any after it begins. The two that invalidate begin with it: a
 * line is not dropped, and perhaps read again, before the device's word that it is done has been read.
 */
void cache_barrier(void);

/* Instructions written to [va, va + size) are what every core fetches from now on. */
void cache_sync_instructions(const void *va, size_t size);

/*
 * The caches of instructions forget all: for code that has another address than the one it was written and cleaned by,
 * which a virtually indexed cache could not find.
 */
void cache_forget_instructions(void);

#ifdef __cplusplus
}
#endif

#endif
