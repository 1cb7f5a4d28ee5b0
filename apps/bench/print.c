#include "apps/bench/bench.h"

#include <inttypes.h>
#include <stdio.h>

#define COLUMNS "%-39s %13s %17s %17s %14s %14s\n"

static const char *or_dash(const char *text)
{
    return text ? text : "-";
}

static void print_row(const char *name, const char *ours, const struct peers *peers)
{
    printf(COLUMNS, name, ours, or_dash(peers->linux_6_1), or_dash(peers->linux_7_2), or_dash(peers->tf_a),
           or_dash(peers->lk));
}

void bench_print_header(const char *title)
{
    static const struct peers names = {"Linux 6.1", "Linux 7.2", "TF-A xlat v2", "LK"};

    puts("");
    print_row(title, "iomem", &names);
}

void bench_print_one(const char *name, uint32_t count, const struct peers *peers)
{
    char text[16];

    snprintf(text, sizeof text, "%" PRIu32, count);
    print_row(name, text, peers);
}

void bench_print_two(const char *name, uint32_t first, uint32_t second, const struct peers *peers)
{
    char text[32];

    snprintf(text, sizeof text, "%" PRIu32 " / %" PRIu32, first, second);
    print_row(name, text, peers);
}
