/* A failing sequence made small. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/host/ops.h"
#include "tests/host/shrink.h"

static void run(const struct shrink *now)
{
    struct ops ops = *(const struct ops *)now->context;
    const char *what;

    ops.bytes = now->bytes;
    ops.count = now->count;
    what = ops_run(&ops);
    if (what)
        fprintf(stderr, "# %s\n", what);
    _exit(what != NULL);
}

void ops_explain(const struct ops *ops)
{
    struct ops how = *ops;
    struct shrink now = {.count = ops->count, .item = OP_BYTES, .run = run, .context = &how};

    now.bytes = malloc(ops->count * OP_BYTES + 1);
    memcpy(now.bytes, ops->bytes, ops->count * OP_BYTES);
    how.thorough = true;
    if (!shrink(&now))
        how.thorough = false; /* it takes this very sequence of random touches */
    how.print = true;
    fprintf(stderr, "# %s, %zu operations:\n", ops->shape->name, now.count);
    shrink_show(&now);
    fprintf(stderr, "# SHAPE='%s' REPLAY=", ops->shape->name);
    for (size_t i = 0; i < now.count * OP_BYTES; i++)
        fprintf(stderr, "%02x", now.bytes[i]);
    fprintf(stderr, "\n");
    free(now.bytes);
}
