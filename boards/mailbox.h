/*
 * The mailbox to the Raspberry Pi's VideoCore, its property channel (8): a list of tags goes to the firmware, which
 * answers in the same memory. Every Pi has one.
 */
#ifndef BOARDS_MAILBOX_H
#define BOARDS_MAILBOX_H

#include <stdint.h>

#define MAILBOX_BUFFER_SIZE 256 /* bytes */
#define MAILBOX_VALUES      8

/* Whoever has one of these has the mailbox to himself: calls do not overlap. */
struct mailbox {
    uintptr_t registers; /* where they are mapped, as Device: 64 bytes, physically at ...880 */
    uint32_t *buffer;    /* MAILBOX_BUFFER_SIZE bytes of RAM, 16-byte aligned, in cache lines that hold nothing else */
    uint64_t buffer_pa;  /* below 1 GiB: the VideoCore reaches no further */
};

struct mailbox_tag {
    uint32_t id;
    uint32_t count;                  /* words of values: what is given and what may be answered. After: answered */
    uint32_t values[MAILBOX_VALUES]; /* little-endian, in and out */
};

enum {
    MAILBOX_ROOM = -1,   /* caller: more tags or words than the buffer holds, or a buffer out of reach */
    MAILBOX_SILENT = -2, /* the firmware does not answer */
    MAILBOX_REFUSED = -3 /* the firmware could not make sense of the list */
};

/*
 * Ask; 0 = the firmware has answered. A tag that it does not know then has count 0. After an error the tags are as
 * they were. The buffer may be cached: it is cleaned before and invalidated after.
 */
int mailbox_call(const struct mailbox *mailbox, struct mailbox_tag *tags, unsigned count);

#endif
