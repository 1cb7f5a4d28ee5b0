/* What the random walks have found, each by the few calls that it takes. */
#include "iomem/map.h"
#include "mmu/mmu.h"
#include "tests/host/touch.h"

#define LOW  UINT64_C(0x10000000)
#define HIGH UINT64_C(0x40000000)

static IOBufferMemoryDescriptorRef wired(uint64_t pages)
{
    IOBufferMemoryDescriptorRef buffer = IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut, pages * PAGE, 1);

    assert_non_null(buffer);
    return buffer;
}

/* The old memory went while it was wired by the map that had been redirected away from it. */
static void redirection__unwires_the_old_memory(void **state)
{
    IOBufferMemoryDescriptorRef one = wired(2), other = wired(2);
    IOMemoryMapRef map = IOMemoryDescriptorMap(md_of(one), kIOMapUnique);
    uint64_t pa = host_pa(address(map) + PAGE);

    (void)state;
    assert_int_equal(IOMemoryMapWireRange(map, kIODirectionOut, 0, 2 * PAGE), kIOReturnSuccess);
    assert_int_equal(port_frame(pa)->pins, 2);
    assert_int_equal(IOMemoryMapRedirect(map, NULL, 0, 0), kIOReturnSuccess);
    assert_int_equal(IOMemoryMapRedirect(map, md_of(one), 0, 0), kIOReturnSuccess);
    assert_int_equal(port_frame(pa)->pins, 2);
    assert_int_equal(IOMemoryMapRedirect(map, md_of(other), 0, 0), kIOReturnSuccess);
    assert_int_equal(port_frame(pa)->pins, 1);
    assert_int_equal(port_frame(host_pa(address(map)))->pins, 1);
    assert_int_equal(IOMemoryMapWireRange(map, 0, 0, PAGE), kIOReturnBadArgument);
    drop(one);
    drop(map);
    drop(other);
}

/* A view that an overwriting map got by a redirection belonged to nobody when the map went. */
static void redirection__of_an_overwriting_map(void **state)
{
    IOBufferMemoryDescriptorRef one = pageable(NULL, 0, 2), other = pageable(NULL, 0, 2), below = wired(3);
    IOMemoryMapRef base = IOMemoryDescriptorMap(md_of(below), kIOMapUnique);
    uint64_t va = address(base) + PAGE;
    IOMemoryMapRef over = map_at(md_of(one), va, kIOMapOverwrite | kIOMapUnique);

    (void)state;
    put_byte(kernel_task, va, 1);
    assert_int_equal(IOMemoryMapRedirect(over, md_of(other), 0, 0), kIOReturnSuccess);
    put_byte(kernel_task, va, 2);
    assert_int_equal(IOMemoryMapRedirect(over, md_of(one), 0, 0), kIOReturnSuccess);
    assert_int_equal(byte_of(kernel_task, va), 1);
    drop(over);
    put_byte(kernel_task, va + PAGE, 3); /* what the map has left serves its faults */
    drop(base);
    drop(below);
    drop(other);
    drop(one);
}

/* An overwriting map whose place had gone was redirected there all the same, over whoever had the place by then. */
static void overwriting_map__has_no_pages_when_its_place_has_gone(void **state)
{
    IOBufferMemoryDescriptorRef below = wired(1), one = wired(1), other = wired(1);
    IOMemoryMapRef base = IOMemoryDescriptorMap(md_of(below), kIOMapUnique), next;
    uint64_t va = address(base);
    IOMemoryMapRef over = map_at(md_of(one), va, kIOMapOverwrite | kIOMapUnique);

    (void)state;
    assert_int_equal(address(over), va);
    drop(base);
    assert_int_equal(address(over), 0);
    next = map_at(md_of(below), va, kIOMapUnique);
    assert_non_null(next);
    assert_int_equal(IOMemoryMapRedirect(over, md_of(other), 0, 0), kIOReturnSuccess);
    assert_int_equal(host_pa(va), IOMemoryDescriptorGetPhysicalAddress(md_of(below)));
    drop(over);
    drop(next);
    drop(below);
    drop(other);
    drop(one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(redirection__unwires_the_old_memory),
        TEST(redirection__of_an_overwriting_map),
        TEST(overwriting_map__has_no_pages_when_its_place_has_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
