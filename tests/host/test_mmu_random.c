/*
 * Random calls against a flat map, with cores touching the range while it changes: some that are the same in each run,
 * and as many new ones. In the environment: SEED=n for the new ones of a run that said so; OPS=n for a long run of n
 * calls in all, without end when n is 0; SHRINK=0 not to shrink a failing sequence; SHAPE and REPLAY, as a failure
 * prints them, for that sequence alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/host/check.h"
#include "tests/host/ops.h"

enum { SEQUENCE = 400, SEQUENCES_A_SHAPE = 10, REPORT_SECONDS = 60 };

static const uint64_t same_seed = 20250;
static uint64_t state, new_seed;
static bool explained;

static uint8_t next_byte(void)
{
    state += UINT64_C(0x9e3779b97f4a7c15);
    return (uint8_t)((state ^ state >> 27) * UINT64_C(0x94d049bb133111eb) >> 56);
}

static uint64_t setting(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);

    return text ? strtoull(text, NULL, 0) : otherwise;
}

/* Two runs at once have two. */
static uint64_t any_seed(void)
{
    return (uint64_t)time(NULL) << 20 ^ (uint64_t)getpid() << 8;
}

static bool clean(const struct shape *shape, uint64_t seed)
{
    uint8_t bytes[SEQUENCE * OP_BYTES];
    struct ops ops = {.shape = shape, .bytes = bytes, .count = SEQUENCE};
    const char *what;

    state = seed;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = next_byte();
    what = ops_run(&ops);
    if (what) {
        fprintf(stderr, "# %s, seed %ju: %s\n", shape->name, (uintmax_t)seed, what);
        if (setting("SHRINK", 1) && !explained)
            ops_explain(&ops);
        explained = true; /* the first one will do: it takes a while */
    }
    return !what;
}

static void random_calls__agree_with_a_flat_map(void **which)
{
    const struct shape *shape = *which;
    uint64_t count = SEQUENCES_A_SHAPE;

    if (shape->granule_bits > 12)
        count /= 3; /* tables are large, and every entry of them is looked at */
    for (uint64_t i = 0; i < count; i++) {
        assert_true(clean(shape, same_seed + i));
        assert_true(clean(shape, new_seed + i));
    }
}

/* Formats with small tables take more turns, as their calls are cheap. */
static const struct shape *turn(uint64_t number)
{
    const struct shape *shape = &shapes[number % shape_count];

    return shape->granule_bits == 12 || number / shape_count % 16 == 0 ? shape : NULL;
}

/* OPS=n: shape by shape, saying now and then how far it is. */
static int long_run(uint64_t goal)
{
    uint64_t done = 0, seed = setting("SEED", any_seed());
    time_t said = time(NULL);

    printf("# SEED=%ju\n", (uintmax_t)seed);
    for (uint64_t number = 0; !goal || done < goal; number++) {
        const struct shape *shape = turn(number);

        if (!shape)
            continue;
        if (!clean(shape, seed + number))
            return 1;
        done += SEQUENCE;
        if (time(NULL) - said >= REPORT_SECONDS) {
            said = time(NULL);
            printf("# %ju operations clean\n", (uintmax_t)done);
            fflush(stdout);
        }
    }
    printf("ok - %ju operations clean\n", (uintmax_t)done);
    return 0;
}

static int replay(const char *hex)
{
    size_t length = strlen(hex) / 2;
    uint8_t *bytes = calloc(length + 1, 1);
    struct ops ops = {.bytes = bytes, .count = length / OP_BYTES, .thorough = true, .print = true};
    const char *name = getenv("SHAPE"), *what = "there is no such SHAPE";

    for (size_t i = 0; i < length; i++)
        bytes[i] = (uint8_t)strtoul((char[]){hex[2 * i], hex[2 * i + 1], 0}, NULL, 16);
    for (size_t i = 0; i < shape_count; i++)
        if (name && !strcmp(name, shapes[i].name)) {
            ops.shape = &shapes[i];
            what = ops_run(&ops);
        }
    printf("%s\n", what ? what : "clean");
    free(bytes);
    return what != NULL;
}

int main(void)
{
    struct CMUnitTest *tests;
    int failed;

    if (getenv("REPLAY"))
        return replay(getenv("REPLAY"));
    if (getenv("OPS"))
        return long_run(setting("OPS", 0));
    new_seed = setting("SEED", any_seed());
    printf("# SEED=%ju\n", (uintmax_t)new_seed);
    tests = calloc(shape_count, sizeof *tests);
    for (size_t i = 0; i < shape_count; i++)
        tests[i] = (struct CMUnitTest){shapes[i].name, random_calls__agree_with_a_flat_map, NULL, NULL,
                                       (void *)(uintptr_t)&shapes[i]};
    failed = _cmocka_run_group_tests("random calls agree with a flat map", tests, shape_count, NULL, NULL);
    free(tests);
    return failed != 0;
}
