/* What the abort handler answers, and the reason that it gives when it does not serve a fault. */
#include "iomem/address_space.h"
#include "tests/host/touch.h"

#define LOW   UINT64_C(0x10000000)
#define HIGH  UINT64_C(0x20000000)
#define BLOCK (UINT64_C(1) << 21)

enum { BLOCKS = 32 };

static enum port_refusal refusal;

/* A fault of EL0's in a task, of the kernel's in its own space. */
static struct port_abort fault_at(task_t task, uint64_t va)
{
    refusal = PORT_REFUSED;
    return (struct port_abort){.va = va,
                               .space = address_space_tables(task),
                               .user = task->user,
                               .translation = true,
                               .can_wait = true,
                               .refusal = &refusal};
}

static void fault__that_finds_no_frame_says_so(void **state)
{
    IOBufferMemoryDescriptorRef buffer = pageable(kernel_task, 0, 2);
    struct port_abort abort = fault_at(kernel_task, bytes_of(buffer) + PAGE);

    (void)state;
    host_fail_frames(0);
    assert_false(host_abort_handler(&abort));
    assert_int_equal(refusal, PORT_NO_MEMORY);
    host_fail_frames(-1);
    assert_true(host_abort_handler(&abort));
    drop(buffer);
}

static void fault__on_what_is_nobodys_has_no_reason(void **state)
{
    IOBufferMemoryDescriptorRef buffer = pageable(kernel_task, 0, 1);
    struct port_abort abort = fault_at(kernel_task, bytes_of(buffer) + 100 * PAGE);

    (void)state;
    assert_false(host_abort_handler(&abort));
    assert_int_equal(refusal, PORT_REFUSED);
    drop(buffer);
}

/* Another core has served it meanwhile. */
static void fault__on_a_page_that_has_come_is_tried_again(void **state)
{
    IOBufferMemoryDescriptorRef buffer = pageable(kernel_task, 0, 1);
    struct port_abort abort = fault_at(kernel_task, bytes_of(buffer));

    (void)state;
    put_byte(kernel_task, bytes_of(buffer), 7);
    assert_true(host_abort_handler(&abort));
    assert_int_equal(byte_of(kernel_task, bytes_of(buffer)), 7);
    drop(buffer);
}

static void wait__of_el0s_that_nobody_ends_is_refused_with_the_reason(void **state)
{
    task_t task = IOAddressSpaceCreate(LOW, HIGH);
    IOMemoryDescriptorRef md = device(PAGE);
    IOMemoryMapRef map = IOMemoryDescriptorCreateMappingInTask(md, task, LOW, kIOMapUnique, 0, 0);
    struct port_abort abort = fault_at(task, LOW);

    (void)state;
    assert_int_equal(IOMemoryMapRedirect(map, NULL, 0, 0), kIOReturnSuccess);
    assert_false(host_abort_handler(&abort)); /* no other core runs here */
    assert_int_equal(refusal, PORT_NO_WAIT);
    drop(map);
    drop(md);
    IOAddressSpaceDestroy(task);
}

/* Its object has the page then, and waits with it until there is a table. */
static void page__that_found_no_table_is_shown_later(void **state)
{
    task_t task = IOAddressSpaceCreate(LOW, HIGH);
    uint64_t va = LOW, at;

    (void)state;
    assert_int_equal(IOAddressSpaceAllocate(task, &va, BLOCKS * BLOCK, 0, 3), kIOReturnSuccess);
    host_fail_tables(0);
    for (at = va; at < va + BLOCKS * BLOCK && touch_write(task, at, 9);) /* the pool may have some */
        at += BLOCK;
    assert_true(at < va + BLOCKS * BLOCK);
    host_fail_tables(-1);
    put_byte(task, at, 9);
    assert_int_equal(byte_of(task, at), 9);
    IOAddressSpaceDestroy(task);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(fault__that_finds_no_frame_says_so),
        TEST(fault__on_what_is_nobodys_has_no_reason),
        TEST(fault__on_a_page_that_has_come_is_tried_again),
        TEST(wait__of_el0s_that_nobody_ends_is_refused_with_the_reason),
        TEST(page__that_found_no_table_is_shown_later),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
