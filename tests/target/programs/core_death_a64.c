/* A run that another core ends: core_death HOW CORE. For scripts. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "startup/runtime.h"

static const char *how;

static void read_nothing(void *unused)
{
    (void)unused;
    (void)*(volatile int *)(uintptr_t)0xdead0000;
}

static volatile bool deeper = true;

static void overflow(void)
{
    volatile char filler[4096];

    filler[0] = 1;
    if (deeper)
        overflow();
    filler[1] = filler[0];
}

static void die(void *number)
{
    struct fault fault;

    if (!strcmp(how, "fault"))
        read_nothing(NULL);
    if (!strcmp(how, "panic"))
        panic("on purpose");
    if (!strcmp(how, "assert"))
        assert(*(int *)number == 0);
    if (!strcmp(how, "overflow"))
        overflow();
    if (!strcmp(how, "handler")) { /* what the interrupted code tries does not catch it */
        timer_call(0, read_nothing, NULL);
        while (fault_try(read_nothing, NULL, &fault) || deeper)
            ;
    }
}

static void talk(void *unused)
{
    (void)unused;
    for (;;)
        printf("core %d talks meanwhile\n", cpu_self());
}

int main(int argc, char **argv)
{
    int core = argc > 2 ? atoi(argv[2]) : 1;

    how = argc > 1 ? argv[1] : "fault";
    for (int i = 1; i < cpu_count(); i++)
        if (i != core)
            cpu_start(i, talk, NULL);
    if (cpu_start(core, die, &core))
        return 1;
    for (;;)
        ;
}
