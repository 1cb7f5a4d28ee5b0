/*
 * What iomem/ needs of whoever owns the machine. startup/ provides it in the runtime; an
 * embedder provides it in its own firmware; tests/host provides it on the host.
 * None of it calls up into iomem/. All addresses and sizes are in bytes.
 */
#ifndef IOMEM_PORT_H
#define IOMEM_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct mmu_space;

#define PORT_PAGE_SIZE 4096u
#define PORT_NO_FRAME  UINT64_MAX

/*
 * One record a RAM frame, zero at boot. The port writes `owner` when it hands frames out and
 * takes them back; the rest is iomem's.
 */
enum port_owner {
    PORT_OWNER_FREE,    /* nobody's: a program may describe it by its physical address */
    PORT_OWNER_IOMEM,   /* handed out by port_frame_alloc: whole pages, free of anybody's locks */
    PORT_OWNER_RUNTIME, /* image, stacks, tables, heap, records: its cache mode never changes */
};

struct port_frame {
    uint8_t owner;
    uint8_t mode;    /* kIOxxxCache; 0 = as at boot, write-back. The port hands out no frame that has another */
    uint16_t pins;   /* prepares and wires that hold it */
    uint32_t shares; /* objects that own it together */
    void *maps;      /* head of iomem's list of the mappings that show it */
};

/* The record of the RAM frame that holds pa; NULL when pa is not RAM that the port manages. */
struct port_frame *port_frame(uint64_t pa);

/*
 * size bytes of contiguous RAM at a multiple of align (a power of two, at least a page), every byte at or
 * below max_pa; PORT_NO_FRAME when there is none. Contents undefined, write-back in the linear map. Their owner
 * becomes PORT_OWNER_IOMEM.
 */
uint64_t port_frame_alloc(uint64_t size, uint64_t align, uint64_t max_pa);
/*
 * Before the allocator says that nothing is left, it asks this, again and again while it answers true, which means that
 * frames have become free. The caller holds no lock of mmu/; it may hold the lock of the heap.
 */
void port_set_reclaim(bool (*reclaim)(void));
void port_frame_free(uint64_t pa, uint64_t size); /* any part of what was allocated, in pages */

bool port_is_ram(uint64_t pa, uint64_t size); /* every byte is RAM (reserved RAM that is mapped included) */
/* Is the byte at pa RAM? *size is cut to the bytes from pa on that are as it is. */
bool port_ram_run(uint64_t pa, uint64_t *size);
uint64_t port_ram_last(void);   /* the highest RAM byte */
void *port_linear(uint64_t pa); /* the linear map's address of a RAM byte */

/* The part of the kernel space in which iomem places maps: [*min, *max). The rest of the space is the owner's. */
void port_window(uint64_t *min, uint64_t *max);

/*
 * Tasks: translation tables for the low half of the addresses, [0, port_space_size()), which EL0 shares. NULL when
 * there is no memory for them.
 */
uint64_t port_space_size(void);
struct mmu_space *port_space_create(void);
/* This core translates the low half by these tables from now on; NULL: by none. */
void port_space_activate(struct mmu_space *space);
struct mmu_space *port_space_active(void); /* NULL: none */
/*
 * Gives the tables back, in which nothing is mapped or tagged any more. When this core has them active, it leaves
 * them first. Another core that has goes on with an empty table, and that goes when it activates something else.
 */
void port_space_destroy(struct mmu_space *space);

/* What the port may know of a task: an IOAddressSpace begins with this. */
struct port_task {
    struct mmu_space *space; /* NULL in kernel_task */
};

void *port_alloc(size_t size); /* zero-filled, 16-byte aligned, or NULL */
void port_free(void *memory);

int port_core(void);                  /* this core's number, from 0 */
uintptr_t port_interrupts_mask(void); /* returns what port_interrupts_restore takes */
void port_interrupts_restore(uintptr_t was);
/*
 * To wait: ask port_wakes, look whether what is waited for is there, and if not call port_wait with the answer: WFE
 * until a port_wake that came since, an interrupt, or for no reason. false, at once: nobody could end the wait, as
 * every other core that runs a program waits itself, no interrupt has a handler, and no timer is set.
 */
unsigned port_wakes(void);
bool port_wait(unsigned wakes);
void port_wake(void); /* DSB and SEV: to all cores */

void port_panic(const char *message) __attribute__((noreturn)); /* the string stays the caller's */
void port_log(const char *message);                             /* one diagnostic line, no newline in it */

/* Why an abort is not served, when it would be at another time. */
enum port_refusal {
    PORT_REFUSED,   /* it never is */
    PORT_NO_MEMORY, /* for a page that comes when it is touched */
    PORT_NO_WAIT    /* the page is blocked, and the wait could not end */
};

/*
 * A data or instruction abort. true: retry the access, as when the tables show by now what another core had broken to
 * change it. false: it is the port's to explain.
 */
struct port_abort {
    uint64_t va;
    struct mmu_space *space; /* whose tables va is translated by; NULL: none are active */
    bool write, user, translation, permission;
    bool can_wait;              /* the interrupted context had interrupts enabled */
    enum port_refusal *refusal; /* of a handler that answers false; PORT_REFUSED before. NULL: nobody asks */
};
typedef bool (*port_abort_handler)(const struct port_abort *abort);
void port_set_abort_handler(port_abort_handler handler); /* one; NULL takes it away */

#ifdef __cplusplus
}
#endif

#endif
