/*
 * getPhysicalSegment while another core takes the map away and gives its address to other memory: what it answers is
 * the map's own memory or nothing, never what has come to its address since.
 *
 * QEMU: -smp 4
 */
#include <time.h>

#include "iomem/IODeviceMemory.h"
#include "iomem/IOMemoryMap.h"
#include "iomem/OSObject.h"
#include "startup/runtime.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/team.h"

enum { SECONDS = 3 };

#define FIRST_PA  UINT64_C(0x5000000000) /* nothing there is touched */
#define SECOND_PA UINT64_C(0x6000000000)

static IOMemoryMapRef shown; /* what the reader asks about; NULL: it is to stop asking */
static int reading;          /* the reader holds it */
static volatile unsigned found, gone;
static unsigned strange, asked;
static bool finished;

static void ask(IOMemoryMapRef map)
{
    IOByteCount length;
    IOPhysicalAddress pa = IOMemoryMapGetPhysicalSegment(map, 0, &length, kIOMemoryMapperNone);

    if (length == 0)
        gone++;
    else if (length == PAGE && pa == FIRST_PA)
        found++;
    else
        strange++;
    __atomic_fetch_add(&asked, 1, __ATOMIC_SEQ_CST);
}

static void wait_for_question(void)
{
    unsigned before = __atomic_load_n(&asked, __ATOMIC_SEQ_CST);

    while (__atomic_load_n(&asked, __ATOMIC_SEQ_CST) == before)
        ;
}

static void read_segments(void *arg)
{
    (void)arg;
    while (!__atomic_load_n(&finished, __ATOMIC_ACQUIRE)) {
        IOMemoryMapRef map;

        __atomic_store_n(&reading, 1, __ATOMIC_SEQ_CST);
        map = __atomic_load_n(&shown, __ATOMIC_SEQ_CST);
        if (map)
            ask(map);
        __atomic_store_n(&reading, 0, __ATOMIC_SEQ_CST);
    }
}

/* The same address twice: the second map takes it the moment that the first is unmapped. */
static bool swap_once(IOMemoryDescriptorRef first, IOMemoryDescriptorRef second)
{
    IOMemoryMapRef map = IOMemoryDescriptorMap(first, kIOMapUnique), other;
    uint64_t va = IOMemoryMapGetAddress(map);
    bool same;

    __atomic_store_n(&shown, map, __ATOMIC_SEQ_CST);
    wait_for_question();
    IOMemoryMapUnmap(map);
    other = IOMemoryDescriptorMap(second, kIOMapUnique);
    same = map && other && IOMemoryMapGetAddress(other) == va;
    wait_for_question();
    __atomic_store_n(&shown, NULL, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&reading, __ATOMIC_SEQ_CST))
        ;
    OSObjectRelease((OSObjectRef)map);
    OSObjectRelease((OSObjectRef)other);
    return same;
}

static void segments__are_the_maps_own_or_none(void)
{
    IOMemoryDescriptorRef first = IODeviceMemoryCreateWithRange(FIRST_PA, PAGE);
    IOMemoryDescriptorRef second = IODeviceMemoryCreateWithRange(SECOND_PA, PAGE);
    clock_t end = clock() + SECONDS * CLOCKS_PER_SEC, last = end + 10 * SECONDS * CLOCKS_PER_SEC;
    bool same = true;

    if (!CHECK(team_start(1, read_segments, NULL)))
        return;
    do
        same = swap_once(first, second) && same;
    while (clock() < end || (!(found && gone) && clock() < last)); /* the host may give the other core no time yet */
    __atomic_store_n(&finished, true, __ATOMIC_RELEASE);
    CHECK(team_wait_idle(1));
    CHECK(same);
    CHECK(found > 0);
    CHECK(gone > 0);
    CHECK_EQ(strange, 0);
    OSObjectRelease((OSObjectRef)first);
    OSObjectRelease((OSObjectRef)second);
}

int main(void)
{
    TAP_RUN(segments__are_the_maps_own_or_none);
    return tap_done();
}
