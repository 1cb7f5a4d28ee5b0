/* Pages of a memory object that are shown by blocks and groups, when there is no memory to cut one. */
#include "mmu/mmu.h"
#include "tests/host/touch.h"

#define COUNT      512
#define SIZE       (COUNT * PAGE)
#define TAG_DEMAND 3

/* A purgeable buffer of 2 MiB, aligned and in one piece, above 4 GiB; no space shows it yet. */
static IOBufferMemoryDescriptorRef large(void)
{
    IOBufferMemoryDescriptorRef buffer = pageable(NULL, kIOMemoryPurgeable, COUNT);
    uint64_t run;

    host_take_low();
    assert_int_equal(IOMemoryDescriptorPrepare(md_of(buffer), 0), kIOReturnSuccess);
    host_defragment();
    assert_int_equal(IOMemoryDescriptorGetPhysicalSegment(md_of(buffer), 0, &run, 0) % SIZE, 0);
    assert_int_equal(run, SIZE);
    assert_int_equal(IOMemoryDescriptorComplete(md_of(buffer), 0), kIOReturnSuccess);
    return buffer;
}

static void all_of_an_object__goes_without_a_table(void **state)
{
    IOBufferMemoryDescriptorRef buffer = large();
    IOMemoryMapRef map = IOMemoryDescriptorMap(md_of(buffer), kIOMapUnique);
    IOMemoryMapRef other = IOMemoryDescriptorMap(md_of(buffer), kIOMapUnique | kIOMapGuardedSmall);
    uint32_t old;

    (void)state;
    assert_int_equal(shown(kernel_task, address(map)).size, SIZE);
    put_byte(kernel_task, address(map) + 5, 5);
    host_fail_tables(0);
    assert_int_equal(IOMemoryDescriptorSetPurgeable(md_of(buffer), kIOMemoryPurgeableEmpty, &old), kIOReturnSuccess);
    assert_int_equal(resident(buffer), 0);
    for (uint64_t i = 0; i < COUNT; i++) {
        assert_int_equal(shown(kernel_task, address(map) + i * PAGE).tag, TAG_DEMAND);
        assert_int_equal(shown(kernel_task, address(other) + i * PAGE).tag, TAG_DEMAND);
    }
    host_fail_tables(-1);
    assert_int_equal(byte_of(kernel_task, address(map) + 5), 0);
    drop(other);
    drop(map);
    drop(buffer);
}

/* A page that is to move leaves its frame only when no view shows it there any more. */
static void page_in_a_block__stays_when_there_is_no_table(void **state)
{
    IOBufferMemoryDescriptorRef buffer = large();
    IOMemoryMapRef map = IOMemoryDescriptorMap(md_of(buffer), kIOMapUnique);
    IOMemoryMapRef other = IOMemoryDescriptorMap(md_of(buffer), kIOMapUnique);
    IODirection low = kIODirectionInOut | kIODirectionPrepareToPhys32;
    uint64_t pa = shown(kernel_task, address(map)).pa;

    (void)state;
    put_byte(kernel_task, address(map) + SIZE - 1, 7);
    host_fail_tables(0);
    assert_int_equal(IOMemoryDescriptorPrepare(md_of(buffer), low), kIOReturnNoMemory);
    assert_int_equal(port_frame(pa)->owner, PORT_OWNER_IOMEM);
    assert_int_equal(shown(kernel_task, address(map)).pa, pa);
    assert_int_equal(shown(kernel_task, address(other)).pa, pa);
    host_fail_tables(-1);
    assert_int_equal(IOMemoryDescriptorPrepare(md_of(buffer), low), kIOReturnSuccess);
    for (uint64_t i = 0; i < COUNT; i++) {
        pa = shown(kernel_task, address(map) + i * PAGE).pa;
        assert_int_equal(pa >> 32, 0);
        assert_int_equal(shown(kernel_task, address(other) + i * PAGE).pa, pa);
    }
    assert_int_equal(byte_of(kernel_task, address(other) + SIZE - 1), 7);
    drop(other);
    drop(map);
    drop(buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_of_an_object__goes_without_a_table),
        TEST(page_in_a_block__stays_when_there_is_no_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
