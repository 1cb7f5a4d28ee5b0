/* The monitor's commands that touch memory. A fault costs a message, not the monitor. */
#include "apps/tour/monitor.h"

#include <inttypes.h>
#include <stdio.h>

#include "apps/tour/access.h"

#define PEEK_MAX 1024u

static void print_value(const struct access *access)
{
    printf(" 0x%0*" PRIx64, (int)access->bits / 4, access->value);
}

void monitor_peek(const struct words *words)
{
    struct access access = {.bits = words->bits ? words->bits : 32};
    struct fault fault;
    uint64_t va, count = 1;

    if (!monitor_number(words, 1, "VA", &va) || (words->count > 2 && !monitor_number(words, 2, "COUNT", &count)))
        return;
    if (count > PEEK_MAX) {
        printf("COUNT: %u at most\n", PEEK_MAX);
        return;
    }
    const uint64_t bytes = access.bits / 8, a_line = 32 / bytes < 8 ? 32 / bytes : 8;
    for (uint64_t i = 0; i < count; i++) {
        access.va = va + i * bytes;
        if (!access_try(&access, &fault)) {
            if (i % a_line)
                puts("");
            access_explain(&access, &fault, "");
            return;
        }
        if (i % a_line == 0)
            printf("0x%016" PRIx64 " ", access.va);
        print_value(&access);
        if ((i + 1) % a_line == 0 || i + 1 == count)
            puts("");
    }
}

void monitor_poke(const struct words *words)
{
    struct access access = {.bits = words->bits ? words->bits : 32, .write = true};
    struct fault fault;

    if (!monitor_number(words, 1, "VA", &access.va) || !monitor_number(words, 2, "VALUE", &access.value))
        return;
    if (access.bits < 64 && access.value >> access.bits) {
        printf("VALUE: does not fit %u bits\n", access.bits);
        return;
    }
    if (!access_try(&access, &fault))
        access_explain(&access, &fault, "");
}

void monitor_fault(const struct words *words)
{
    struct access access = {.bits = 32};
    struct fault fault;

    if (!monitor_number(words, 1, "VA", &access.va))
        return;
    if (!access_try(&access, &fault)) {
        access_explain(&access, &fault, "");
        return;
    }
    printf("No fault: it read");
    print_value(&access);
    puts("");
}
