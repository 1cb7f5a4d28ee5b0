/* What the files of the walk share. */
#ifndef TESTS_HOST_WALK_INNER_H
#define TESTS_HOST_WALK_INNER_H

#include "tests/host/touch.h"
#include "tests/host/walk.h"

/* The bytes of a step */
enum {
    KIND,    /* which */
    WHICH,   /* the one that it is about */
    OTHER,   /* another, or a mode */
    TASK,    /* where */
    OPTIONS, /* bits, each kind's own */
    OFFSET,
    LENGTH,
    STARVE /* low two bits 3: an allocation fails; then two bits which, and which in turn */
};

enum { THINGS = 12, MAPS = 16, TASKS = 4, OWNED = 6, SPOILED = 64 };
#define WALK_LOW  UINT64_C(0x10000000)
#define WALK_HIGH UINT64_C(0x40000000)

struct span {
    task_t task;
    uint64_t va, size;
};

struct walk_state {
    IOMemoryDescriptorRef things[THINGS]; /* a reference each */
    IOMemoryMapRef maps[MAPS];
    task_t tasks[TASKS];          /* the first is kernel_task, which stays */
    struct span owned[OWNED];     /* by IOAddressSpaceAllocate or, of kernel_task, IOMallocPageable; size 0: none */
    struct span spoiled[SPOILED]; /* where maps have been laid over others: if they go, nothing may be there */
    size_t spoiled_count;
    bool starved;         /* in this step something may fail that otherwise may not */
    bool short_of_frames; /* and in each, until it ends */
    bool thorough;
    size_t step;
};
extern struct walk_state walk;

void walk_wrong(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* What a step picked, or NULL when there is none. */
IOMemoryDescriptorRef walk_thing(uint8_t byte);
IOMemoryMapRef walk_map(uint8_t byte);
task_t walk_task(uint8_t byte);
void walk_keep(void *md);               /* takes the reference */
void walk_keep_map(IOMemoryMapRef map); /* the same; NULL is ignored */
void walk_feed(void);                   /* nothing fails any more in this step */

bool walk_is_spoiled(task_t task, uint64_t va);
/* Does some map lie over whatever is there? Then it alone tells what the tables show. */
bool walk_is_covered(task_t task, uint64_t va);
bool walk_is_on_top(IOMemoryMapRef map, uint64_t va); /* is it this one? */

/* The steps, each in a file of its name */
struct walk_kind {
    const char *name;
    unsigned weight;
    void (*step)(const uint8_t *bytes);
};
extern const struct walk_kind walk_makes[], walk_uses[], walk_asks[], walk_weaves[], walk_mallocs[], walk_buses[],
    walk_dma[];
extern const size_t walk_makes_count, walk_uses_count, walk_asks_count, walk_weaves_count, walk_mallocs_count,
    walk_buses_count, walk_dma_count;

/* walk_weave.c: the interleaved descriptors and their parts, each once or more; at the end they go. */
void walk_weaves_each(void (*see)(IOMemoryDescriptorRef));
void walk_weaves_end(void);
/* walk_malloc.c: memory that is pinned by descriptors of iomem's own. Checked when it goes, and at the end. */
void walk_mallocs_pinned(void (*count)(uint64_t pa, uint64_t size));
void walk_mallocs_end(void);
/* walk_bus.c: mappers. The CPU's address of a device's, false: nothing is there; and the other way, of what is
 * described to the system mapper. */
bool walk_bus_to_cpu(uint64_t device, uint64_t *pa);
uint64_t walk_bus_address(uint64_t pa);
void walk_check_buses(void);
void walk_buses_end(void);
/* walk_dma.c: descriptors that are mapped for a device */
void walk_dmas_each(void (*see)(IOMemoryDescriptorRef));

/* What a byte of a descriptor is to be mapped as. */
struct walk_source {
    enum { SOURCE_UNKNOWN, SOURCE_NOTHING, SOURCE_FRAME, SOURCE_OBJECT } kind;
    uint64_t pa;                  /* of the byte: SOURCE_FRAME */
    struct memory_object *object; /* SOURCE_OBJECT */
    uint64_t page;
};
/*
 * Does it show, or will it when it is mapped, pages of others: that an overwriting map has put into a space, or of a
 * buffer that is at its addresses by now? They are not held: they may go while it is mapped or prepared.
 */
bool walk_is_borrowed(IOMemoryDescriptorRef md);
struct walk_source walk_source_of(IOMemoryDescriptorRef md, uint64_t offset);

/* All of them. */
void walk_check(void);
/* Every entry of every task's tables. */
void walk_check_tables(void);

#endif
