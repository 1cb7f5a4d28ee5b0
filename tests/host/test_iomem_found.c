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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(redirection__unwires_the_old_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
