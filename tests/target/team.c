#include "tests/target/team.h"

#include <stddef.h>
#include <time.h>

#include "startup/runtime.h"

enum { MINUTE = 60 };

/* What a core takes only once it has come to the end of what it did before. */
static void nothing(void *unused)
{
    (void)unused;
}

bool team_start(int core, void (*run)(void *), void *arg)
{
    clock_t end = clock() + MINUTE * CLOCKS_PER_SEC;
    int error;

    do
        error = cpu_start(core, run, arg);
    while ((error == CPU_RUNNING || error == CPU_SILENT) && clock() < end); /* the host may be busy */
    return !error;
}

bool team_wait_idle(int core)
{
    return team_start(core, nothing, NULL);
}

bool team_wait(void)
{
    bool good = true;

    for (int i = 0; i < cpu_count(); i++)
        if (i != cpu_self())
            good &= team_wait_idle(i);
    return good;
}

bool team_run(void (*run)(void *), void *arg)
{
    bool good = true;

    for (int i = 0; i < cpu_count(); i++)
        if (i != cpu_self())
            good &= team_start(i, run, arg);
    run(arg);
    return good & team_wait();
}
