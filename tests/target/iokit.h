/*
 * IOKit's own tests of its memory classes, by their numbers, restated for this runtime: each checks by tap.h. The entry
 * is IOMemoryDescriptorTest, as in IOKit.
 */
#ifndef TESTS_TARGET_IOKIT_H
#define TESTS_TARGET_IOKIT_H

#include <stdint.h>

/* Runs T1 to T15, each as a test of its own. Returns how many ran. */
unsigned IOMemoryDescriptorTest(void);

void iokit_named_allocation(void); /* T2 */
void iokit_copy_on_write(void);    /* T3 */
void iokit_multi(void);            /* T4 */
void iokit_overflow(void);         /* T5 */
void iokit_set_length_map(void);   /* T6 */
void iokit_zero_length(void);      /* T7 */
void iokit_no_zero_fill(void);     /* T8 */
void iokit_bad_fixed_alloc(void);  /* T9 */
void iokit_remote(void);           /* T10 */
void iokit_prefault(void);         /* T11 */
void iokit_fences(void);           /* T12 */
void iokit_guard_pages(void);      /* T13 */
void iokit_context(void);          /* T14 */
void iokit_sweep(void);            /* T15 */
void iokit_nested_multi(void);     /* T17 */

extern uint64_t iokit_sweep_size; /* of T15's memory; IOKit's is 16 MiB, the one here 1 MiB unless set */

#endif
