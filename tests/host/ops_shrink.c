/* A failing sequence made small: each try runs in a process of its own, as it may well crash or hang. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/host/ops.h"

enum { TRY_SECONDS = 20, TRIES_MAX = 4000, ALL_SECONDS = 60 };

static unsigned tries;
static time_t started;

static bool fails(const struct ops *ops)
{
    int status = 0;
    pid_t child;

    if (tries++ >= TRIES_MAX || time(NULL) - started > ALL_SECONDS)
        return false;
    fflush(NULL);
    child = fork();
    if (child == 0) {
        freopen("/dev/null", "w", stderr);
        alarm(TRY_SECONDS);
        _exit(ops_run(ops) ? 1 : 0);
    }
    return child > 0 && waitpid(child, &status, 0) == child && status != 0;
}

/* Leave out `length` operations from `first` on, if it still fails then. */
static bool leave_out(struct ops *ops, uint8_t *bytes, size_t first, size_t length)
{
    struct ops shorter = *ops;
    size_t rest = (ops->count - first - length) * OP_BYTES;
    uint8_t *copy = malloc(ops->count * OP_BYTES);
    bool failed;

    memcpy(copy, bytes, first * OP_BYTES);
    memcpy(copy + first * OP_BYTES, bytes + (first + length) * OP_BYTES, rest);
    shorter.bytes = copy;
    shorter.count = ops->count - length;
    failed = fails(&shorter);
    if (failed) {
        memcpy(bytes, copy, shorter.count * OP_BYTES);
        ops->count = shorter.count;
    }
    free(copy);
    return failed;
}

static void shorten(struct ops *ops, uint8_t *bytes)
{
    for (size_t length = ops->count / 2; length; length /= 2)
        for (size_t end = ops->count; end >= length && end > 0; end -= length < end ? length : end)
            leave_out(ops, bytes, end - length, length);
}

/* Bytes that do not matter become 0. */
static void blank(const struct ops *ops, uint8_t *bytes)
{
    for (size_t i = 0; i < ops->count * OP_BYTES; i++) {
        uint8_t was = bytes[i];

        bytes[i] = 0;
        if (was && !fails(ops))
            bytes[i] = was;
    }
}

static void print(const struct ops *ops)
{
    struct ops loud = *ops;
    pid_t child;

    loud.print = true;
    fprintf(stderr, "# %s, %zu operations:\n", ops->shape->name, ops->count);
    fflush(NULL);
    child = fork();
    if (child == 0) {
        const char *what = ops_run(&loud);

        fprintf(stderr, "# %s\n", what ? what : "and it does not fail this time");
        _exit(0);
    }
    waitpid(child, NULL, 0);
    fprintf(stderr, "# SHAPE='%s' REPLAY=", ops->shape->name);
    for (size_t i = 0; i < ops->count * OP_BYTES; i++)
        fprintf(stderr, "%02x", ops->bytes[i]);
    fprintf(stderr, "\n");
}

void ops_explain(const struct ops *ops)
{
    struct ops small = *ops;
    uint8_t *bytes = malloc(ops->count * OP_BYTES + 1);

    memcpy(bytes, ops->bytes, ops->count * OP_BYTES);
    small.bytes = bytes;
    small.thorough = true;
    tries = 0;
    started = time(NULL);
    if (fails(&small)) {
        shorten(&small, bytes);
        shorten(&small, bytes);
        blank(&small, bytes);
    } else {
        small.thorough = false; /* it takes this very sequence of random touches */
    }
    print(&small);
    free(bytes);
}
