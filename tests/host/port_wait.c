/* iomem/port.h on the host: waits. There is one core, and what a test wants to happen meanwhile. */
#include "tests/host/port_host.h"

void (*host_wait)(void);

unsigned port_wakes(void)
{
    return 0;
}

bool port_wait(unsigned wakes)
{
    (void)wakes;
    if (host_wait)
        host_wait();
    return host_wait != NULL;
}

void port_wake(void)
{
}
