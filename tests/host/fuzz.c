/* libFuzzer's door to the driver of random calls: the first byte picks the space, the others are operations. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/host/ops.h"

enum { OPERATIONS_MAX = 200 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ops ops = {.bytes = data + 1, .count = size ? (size - 1) / OP_BYTES : 0};
    const char *what;

    if (ops.count == 0)
        return 0;
    if (ops.count > OPERATIONS_MAX)
        ops.count = OPERATIONS_MAX;
    ops.shape = &shapes[data[0] % shape_count];
    what = ops_run(&ops);
    if (what) {
        fprintf(stderr, "# %s: %s\n", ops.shape->name, what);
        ops_explain(&ops);
        abort();
    }
    return 0;
}
