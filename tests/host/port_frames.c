/* iomem/port.h on the host: RAM that is short, in pieces or far up. */
#include "startup/frames.h"
#include "tests/host/port_host.h"

#define FRAGMENTS ((HOST_RAM_SIZE + HOST_RAM2_SIZE) / HOST_PAGE)
#define LOW_END   UINT64_C(0x100000000)

static uint64_t taken[FRAGMENTS];
static size_t taken_count;

static void take_all(uint64_t max_pa)
{
    uint64_t pa;

    host_defragment();
    while ((pa = frame_alloc(HOST_PAGE, HOST_PAGE, max_pa, PORT_OWNER_RUNTIME)) != PORT_NO_FRAME)
        taken[taken_count++] = pa;
}

void host_fragment(void)
{
    take_all(HOST_NOBODYS - 1);
    for (size_t i = 0; i < taken_count; i += 2) {
        frame_free(taken[i], HOST_PAGE);
        taken[i] = PORT_NO_FRAME;
    }
}

void host_take_low(void)
{
    take_all(LOW_END - 1);
}

void host_take_but(size_t count)
{
    take_all(HOST_NOBODYS - 1);
    assert_true(count <= taken_count);
    while (count-- > 0)
        frame_free(taken[--taken_count], HOST_PAGE);
}

void host_defragment(void)
{
    for (size_t i = 0; i < taken_count; i++)
        if (taken[i] != PORT_NO_FRAME)
            frame_free(taken[i], HOST_PAGE);
    taken_count = 0;
}
