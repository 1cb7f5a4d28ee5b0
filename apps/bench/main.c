/*
 * The benchmark: guest instructions of each call, beside those of other code bases for the same
 * work. With the word "check" on the command line it prints TAP and holds us to our limits.
 */
#include <stdio.h>
#include <string.h>

#include "apps/bench/bench.h"

uint32_t bench_overhead;

/* False when nothing is counted. */
static bool calibrate(void)
{
    uint32_t least = UINT32_MAX;

    retired_start();
    for (int i = 0; i < 4; i++) {
        uint32_t count = BENCH_COUNT((void)0);
        least = count < least ? count : least;
    }
    bench_overhead = least;
    return least != 0;
}

static bool has_word(int argc, char **argv, const char *word)
{
    for (int i = 0; i < argc; i++)
        if (strcmp(argv[i], word) == 0)
            return true;
    return false;
}

int main(int argc, char **argv)
{
    struct results results;
    bool check = has_word(argc, argv, "check");

    memset(&results, 0xff, sizeof results); /* BENCH_UNKNOWN: what was not measured keeps no limit */
    if (!calibrate()) {
        puts(check ? "Bail out! The instruction counter reads 0: this machine counts only under QEMU's -icount."
                   : "The instruction counter reads 0: this machine counts only under QEMU's -icount (make bench).");
        return 1;
    }
    if (!check)
        puts("Guest instructions of one call, lookups and barriers included, everything warm.");
    bool right = bench_tables(&results);
    right = bench_maps(&results) && right;
    int status = check ? bench_check(&results) : 0;
    return right ? status : 1;
}
