/*
 * A core's accesses through a space: by its TLB, which forgets only when told, and with the abort handler behind them,
 * as on a board. EL1's in kernel_task, EL0's in any other.
 */
#ifndef TESTS_HOST_TOUCH_H
#define TESTS_HOST_TOUCH_H

#include "tests/host/classes.h"

/* False: the access faulted for good. The page has to be RAM. */
bool touch_read(task_t task, uint64_t va, uint8_t *value);
bool touch_write(task_t task, uint64_t va, uint8_t value);

/* Accesses that have to come through. */
uint8_t byte_of(task_t task, uint64_t va);
void put_byte(task_t task, uint64_t va, uint8_t value);

/* What the live tables say; tag 0 and protection 0: nothing. */
struct IOPageInfo shown(task_t task, uint64_t va);

/* Pages of the descriptor that have a frame. */
uint64_t resident(void *md);

static inline IOMemoryDescriptorRef md_of(void *object)
{
    return object;
}

/* A pageable buffer, of which task, or NULL, shows `count` pages. */
static inline IOBufferMemoryDescriptorRef pageable(task_t task, IOOptionBits options, uint64_t count)
{
    return IOBufferMemoryDescriptorCreateInTaskWithOptions(task, kIODirectionInOut | kIOMemoryPageable | options,
                                                           count * PAGE, 1);
}

static inline uint64_t bytes_of(IOBufferMemoryDescriptorRef buffer)
{
    return (uintptr_t)IOBufferMemoryDescriptorGetBytesNoCopy(buffer);
}

#endif
