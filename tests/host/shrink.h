/* A failing sequence made small: items of bytes that do not matter go, then bytes that do not matter become 0. */
#ifndef TESTS_HOST_SHRINK_H
#define TESTS_HOST_SHRINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct shrink {
    uint8_t *bytes;                        /* changed in place */
    size_t count;                          /* items: fewer at the end */
    size_t item;                           /* bytes of one */
    void (*run)(const struct shrink *now); /* in a process of its own: returns or exits with 0, or fails in any way */
    const void *context;                   /* run's */
    int status;                            /* as wait tells it: how it fails */
};

/* Runs it once more, with what it says. */
void shrink_show(const struct shrink *now);

/* False: it did not fail, and is as it was. Takes about two minutes at most. */
bool shrink(struct shrink *now);

#endif
