/*
 * iomem/port.h on the host, over the real engine and the model, so that the classes run as they do on a board.
 *
 *   RAM       two banks with a hole between them, backed by host memory; the first frames are the runtime's
 *   kernel    a space of 48 bits whose linear map is that host memory's own addresses: port_linear(pa) can be
 *             used by the test and translated by the tables
 *   window    addresses that only the tables know: the test looks through them with mmu_walk, not with a pointer
 *
 * host_open and host_close are cmocka's setup and teardown. Close fails the test when anything leaked
 * (objects, frames, regions, tables) or when the model saw a breach.
 */
#ifndef TESTS_HOST_PORT_HOST_H
#define TESTS_HOST_PORT_HOST_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "iomem/port.h"
#include "tests/host/check.h"

#define HOST_PAGE         ((uint64_t)PORT_PAGE_SIZE)
#define HOST_RAM          UINT64_C(0x40000000)
#define HOST_RAM_SIZE     UINT64_C(0xc00000)    /* of the first bank */
#define HOST_RAM2         UINT64_C(0x141000000) /* above 4 GiB */
#define HOST_RAM2_SIZE    UINT64_C(0x400000)
#define HOST_RUNTIME      HOST_RAM /* the runtime's own: image, heap */
#define HOST_RUNTIME_SIZE UINT64_C(0x40000)
#define HOST_NOBODYS                                                                                                   \
    (HOST_RAM2 + UINT64_C(0x300000)) /* owned by nobody to the end of the bank: allocations never reach it */
#define HOST_DEVICE      UINT64_C(0x09000000)
#define HOST_WINDOW      UINT64_C(0x300000000000)
#define HOST_WINDOW_SIZE UINT64_C(0x2000000000)

int host_open(void **state);
int host_close(void **state);

/* What a test compares before and after: everything that can leak. */
struct host_holdings {
    size_t allocations, tables, regions;
    uint64_t frames; /* bytes handed out */
};
struct host_holdings host_holdings(void);
void host_expect_same(const struct host_holdings *before);

/* The model has seen nothing wrong and everything is settled. */
void host_expect_sound(void);

/* The allocation number `count` from now on (0: the next) fails: of memory, of frames, or of tables. Negative: none
 * does. */
void host_fail_alloc(long count);
void host_fail_frames(long count);
void host_fail_tables(long count);

/*
 * Make every allocation that `run` needs fail in turn, until it succeeds. run returns whether it did, and undoes
 * its success itself; after a failure nothing may be held that was not before.
 */
void host_fail_each(bool (*run)(void *), void *context);

/* What the kernel's tables say of an address; it has to be mapped. */
uint32_t host_attr(uint64_t va);
uint64_t host_pa(uint64_t va);

/* The linear map's address of a RAM byte, as a number; and the attributes there. */
uint64_t host_linear(uint64_t pa);
uint32_t host_linear_type(uint64_t pa);

/* Runs, and returns the message of the panic that ended it, or NULL. */
const char *host_panic(void (*run)(void *), void *context);

/* Leave no two free frames together; none below 4 GiB; so many in all. Or undo that. */
void host_fragment(void);
void host_take_low(void);
void host_take_but(size_t count);
void host_defragment(void);

extern size_t host_logs; /* diagnostics printed so far */
extern int host_core;    /* what port_core answers */

/* Tasks get this many bits of ASIDs from now on (16 otherwise). Not while there is a task. */
void host_asids(unsigned bits);

extern void (*host_wait)(void); /* what port_wait does; NULL: nobody could end the wait */
extern port_abort_handler host_abort_handler;

/* Bytes cleaned or invalidated so far. */
extern uint64_t host_cleaned;
extern unsigned host_forgets;       /* times that the caches of instructions have forgotten all */
extern void (*host_on_clean)(void); /* after each cache_clean_invalidate; NULL: nothing */

#endif
