/* For each physical page that the words name: is it RAM, is it mapped, can anybody be given it? */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "iomem/port.h"
#include "tests/target/at.h"
#include "tests/target/machine.h"

static uint64_t linear_base(void)
{
    return (uintptr_t)port_linear(port_ram_last()) - port_ram_last();
}

#define ASKED_MAX 16
static struct {
    uint64_t pa;
    bool handed_out;
} asked[ASKED_MAX];
static int count;

static void note(uint64_t pa, uint64_t size)
{
    for (int i = 0; i < count; i++)
        asked[i].handed_out |= asked[i].pa - pa < size;
}

/* Runs of frames that have been taken, kept apart: to touch them all would have the host find all that memory. */
#define TAKEN_MAX 8192
static struct board_range taken[TAKEN_MAX];
static int taken_count;

static void take(uint64_t size)
{
    uint64_t pa;

    while (taken_count < TAKEN_MAX && (pa = port_frame_alloc(size, size, UINT64_MAX)) != PORT_NO_FRAME) {
        note(pa, size);
        taken[taken_count++] = (struct board_range){pa, size};
    }
}

/* All of RAM, large pieces first, and back again. */
static bool take_all(void)
{
    bool all;

    for (uint64_t size = MIB; size >= PAGE; size /= 16)
        take(size);
    all = taken_count < TAKEN_MAX;
    while (taken_count-- > 0)
        port_frame_free(taken[taken_count].pa, taken[taken_count].size);
    return all;
}

static void tell(uint64_t pa, bool handed_out)
{
    bool mapped = at_translate(linear_base() + pa, AT_EL1_READ).result == AT_OK;

    printf("0x%llx: ram %d, mapped %d, handed out %d\n", (unsigned long long)pa, port_is_ram(pa, PAGE), mapped,
           handed_out);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc && count < ASKED_MAX; i++) {
        char *end;
        uint64_t pa = strtoull(argv[i], &end, 0);

        if (*end == 0)
            asked[count++].pa = pa;
    }
    if (!take_all())
        return 1;
    for (int i = 0; i < count; i++)
        tell(asked[i].pa, asked[i].handed_out);
    return 0;
}
