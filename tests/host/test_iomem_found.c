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

/* The part of a descriptor that is redirected was missing from the map, and nobody waited for it. */
static void several__are_not_mapped_while_one_is_redirected(void **state)
{
    IOMemoryDescriptorRef parts[] = {md_of(wired(1)), md_of(wired(1))};
    IOMemoryDescriptorRef all = (IOMemoryDescriptorRef)IOMultiMemoryDescriptorCreateWithDescriptors(parts, 2, 3, false);
    IOMemoryMapRef map;

    (void)state;
    assert_int_equal(IOMemoryDescriptorRedirect(parts[1], NULL, true), kIOReturnSuccess);
    assert_null(IOMemoryDescriptorMap(all, 0));
    assert_int_equal(IOMemoryDescriptorRedirect(parts[1], NULL, false), kIOReturnSuccess);
    map = IOMemoryDescriptorMap(all, 0);
    assert_int_equal(host_pa(address(map) + PAGE), IOMemoryDescriptorGetPhysicalAddress(parts[1]));
    drop(map);
    drop(all);
    drop(parts[0]);
    drop(parts[1]);
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
    assert_null(map_space_now(over)); /* who looks without the lock does not take the next one's pages for its own */
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

/* A new mode passed by the pages that an overwriting map had left behind. */
static void modes__reach_what_an_overwriting_map_has_left(void **state)
{
    IOBufferMemoryDescriptorRef below = wired(2);
    IOMemoryDescriptorRef one = IOMemoryDescriptorCreateWithPhysicalAddress(RAM, PAGE, kIODirectionInOut);
    IOMemoryMapRef base = IOMemoryDescriptorMap(md_of(below), kIOMapUnique), map;
    uint64_t va = address(base);

    (void)state;
    for (int i = 0; i < 3; i++)
        drop(map_at(one, va, kIOMapOverwrite | kIOMapUnique));
    assert_int_equal(host_pa(va), RAM);
    map = IOMemoryDescriptorMap(one, kIOMapWriteCombineCache);
    assert_int_equal(host_attr(va), MMU_UNCACHED | MMU_WRITE);
    /* The model sees a change of type on the way, if there is one. */
    drop(map_at(one, va, kIOMapOverwrite | kIOMapUnique));
    drop(map);
    drop(IOMemoryDescriptorMap(one, kIOMapCopybackCache));
    assert_int_equal(host_attr(va), MMU_WRITEBACK | MMU_WRITE);
    drop(base);
    drop(below);
    drop(one);
}

/* The frames of a buffer were handed out again while pages that an overwriting map had left showed them. */
static void pages_left__go_with_their_memory(void **state)
{
    IOBufferMemoryDescriptorRef below = wired(3), one = wired(2), other = wired(1);
    IOMemoryMapRef base = IOMemoryDescriptorMap(md_of(below), kIOMapUnique), map;
    uint64_t va = address(base);
    struct host_holdings before = host_holdings();

    (void)state;
    for (int i = 0; i < 3; i++)
        drop(map_at(md_of(one), va, kIOMapOverwrite | kIOMapUnique));
    assert_int_equal(host_holdings().allocations, before.allocations + 1); /* one record, for the latest */
    map = map_at(md_of(other), va + PAGE, kIOMapOverwrite | kIOMapUnique);
    drop(one);
    assert_true(nothing_at(va));
    assert_int_equal(host_pa(va + PAGE), IOMemoryDescriptorGetPhysicalAddress(md_of(other)));
    assert_int_equal(host_pa(va + 2 * PAGE), IOMemoryDescriptorGetPhysicalAddress(md_of(below)) + 2 * PAGE);
    drop(map);
    drop(other);
    assert_true(nothing_at(va + PAGE));
    assert_int_equal(IOMemoryMapUnmap(base), kIOReturnSuccess);
    drop(base);
    drop(below);
}

/* Nor are they handed out when there is no table for what is left of a block. */
static void pages_left__keep_their_memory_for_want_of_a_table(void **state)
{
    uint64_t large = UINT64_C(1) << 21, va = HOST_WINDOW + HOST_WINDOW_SIZE / 2, cut = va;
    IOMemoryDescriptorRef below = device(32 * large), page = device(PAGE), block;
    IOMemoryMapRef base = map_at(below, va, kIOMapUnique), map;
    IOBufferMemoryDescriptorRef one = wired(1);
    uint64_t pa = IOMemoryDescriptorGetPhysicalAddress(md_of(one));
    size_t logs = host_logs;

    (void)state;
    block = IOMemoryDescriptorCreateWithPhysicalAddress(pa & ~(large - 1), large, kIODirectionInOut);
    drop(map_at(block, va, kIOMapOverwrite | kIOMapUnique));
    host_fail_tables(0);
    while ((map = map_at(page, cut += large, kIOMapOverwrite | kIOMapUnique))) /* the pool may have some */
        drop(map);
    drop(one);
    host_fail_tables(-1);
    assert_int_equal(host_logs, logs + 1);
    assert_int_equal(port_frame(pa)->owner, PORT_OWNER_IOMEM);
    assert_int_equal(host_pa(va + pa % large), pa);
    port_frame_free(pa, PAGE);
    drop(block);
    drop(page);
    drop(base);
    drop(below);
}

/* Two parts of a map were of the same page, and the second had not heard of the first one's mode. */
static void several__give_a_page_one_mode(void **state)
{
    IOMemoryDescriptorRef parts[] = {device(PAGE), device(PAGE)};
    IOMemoryMapRef map = IOMemoryDescriptorMap(parts[0], kIOMapWriteCombineCache);
    IOMemoryDescriptorRef all = (IOMemoryDescriptorRef)IOMultiMemoryDescriptorCreateWithDescriptors(parts, 2, 3, false);

    (void)state;
    drop(map); /* the first part remembers, the second would take what it finds */
    map = IOMemoryDescriptorMap(all, 0);
    assert_int_equal(host_attr(address(map)), host_attr(address(map) + PAGE));
    drop(map);
    drop(all);
    drop(parts[0]);
    drop(parts[1]);
}

/* A map that was blocked meanwhile brought its old mode back to a page that others show in another. */
static void unblocked__in_the_mode_of_those_who_show_the_page(void **state)
{
    IOMemoryDescriptorRef one = device(PAGE), other = device(PAGE);
    IOMemoryMapRef blocked = IOMemoryDescriptorMap(one, kIOMapUnique | kIOMapWriteCombineCache), shown;

    (void)state;
    assert_int_equal(IOMemoryMapRedirect(blocked, NULL, 0, 0), kIOReturnSuccess);
    shown = IOMemoryDescriptorMap(other, 0);
    assert_int_equal(IOMemoryMapRedirect(blocked, IOMemoryMapGetMemoryDescriptor(blocked), 0, 0), kIOReturnSuccess);
    assert_int_equal(host_attr(address(blocked)), host_attr(address(shown)));
    drop(blocked);
    drop(shown);
    drop(one);
    drop(other);
}

/* A new mode made read-only pages writable that lie behind those of an overwriting map. */
static void modes__leave_rights_alone_beside_an_overwriting_map(void **state)
{
    IOBufferMemoryDescriptorRef buffer = wired(2);
    IOMemoryMapRef base = IOMemoryDescriptorMap(md_of(buffer), kIOMapUnique | kIOMapReadOnly);
    IOMemoryMapRef over = IOMemoryDescriptorCreateMappingInTask(md_of(buffer), kernel_task, address(base),
                                                                kIOMapOverwrite | kIOMapUnique, 0, PAGE);
    IOMemoryMapRef other = IOMemoryDescriptorMap(md_of(buffer), kIOMapUnique | kIOMapWriteCombineCache);

    (void)state;
    assert_int_equal(host_attr(address(base)), MMU_UNCACHED | MMU_WRITE);
    assert_int_equal(host_attr(address(base) + PAGE), MMU_UNCACHED);
    drop(other);
    drop(over);
    drop(base);
    drop(buffer);
}

/* The base's rights came back to a page that an overwriting map shows too, and a write to it faulted for ever. */
static void overwriting_map__keeps_its_rights_over_the_same_page(void **state)
{
    IOBufferMemoryDescriptorRef buffer = pageable(NULL, 0, 2);
    IOMemoryMapRef base = IOMemoryDescriptorMap(md_of(buffer), kIOMapUnique | kIOMapReadOnly);
    IOMemoryMapRef over = map_at(md_of(buffer), address(base), kIOMapOverwrite | kIOMapUnique), other;

    (void)state;
    put_byte(kernel_task, address(over), 1);
    other = IOMemoryDescriptorMap(md_of(buffer), kIOMapUnique | kIOMapWriteCombineCache);
    assert_int_equal(host_attr(address(over)), MMU_UNCACHED | MMU_WRITE);
    put_byte(kernel_task, address(over), 2);
    drop(other);
    drop(over);
    drop(base);
    drop(buffer);
}

/* A part of a large entry that is to come could not be cut out, and stayed where no region was any more. */
static void deallocation__fails_when_there_is_no_table(void **state)
{
    task_t task = IOAddressSpaceCreate(LOW, HIGH);
    uint64_t va, size = 32 * (UINT64_C(1) << 21), cut = 0;
    IOReturn result = kIOReturnSuccess;

    (void)state;
    va = LOW;
    assert_int_equal(IOAddressSpaceAllocate(task, &va, size, 0, 3), kIOReturnSuccess);
    host_fail_tables(0);
    while (cut < size && (result = IOAddressSpaceDeallocate(task, va + cut + PAGE, PAGE)) == kIOReturnSuccess)
        cut += UINT64_C(1) << 21; /* the pool may have some */
    host_fail_tables(-1);
    assert_int_equal(result, kIOReturnNoMemory);
    put_byte(task, va + cut + PAGE, 1);
    assert_int_equal(IOAddressSpaceDeallocate(task, va + cut + PAGE, PAGE), kIOReturnSuccess);
    assert_int_equal(shown(task, va + cut + PAGE).tag, 0);
    assert_int_equal(shown(task, va + cut).tag, 3);
    IOAddressSpaceDestroy(task);
}

/* A page that two ranges of a descriptor have was mapped in two modes. */
static void ranges__that_overlap_have_one_mode(void **state)
{
    IOAddressRange ranges[] = {{HOST_DEVICE, 7 * PAGE}, {HOST_DEVICE + 5 * PAGE, 7 * PAGE}};
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithAddressRanges(ranges, 2, kIODirectionInOut, NULL);
    IOMemoryDescriptorRef first = device(PAGE);
    IOMemoryMapRef map = IOMemoryDescriptorMap(md, kIOMapWriteCombineCache), other;

    (void)state;
    drop(map);
    other = IOMemoryDescriptorMap(first, 0);
    map = IOMemoryDescriptorMap(md, 0);
    for (uint64_t page = 5; page < 7; page++)
        assert_int_equal(host_attr(address(map) + page * PAGE), host_attr(address(map) + (page + 2) * PAGE));
    assert_int_equal(host_attr(address(map)), host_attr(address(other)));
    drop(map);
    drop(other);
    drop(first);
    drop(md);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(redirection__unwires_the_old_memory),
        TEST(several__are_not_mapped_while_one_is_redirected),
        TEST(redirection__of_an_overwriting_map),
        TEST(overwriting_map__has_no_pages_when_its_place_has_gone),
        TEST(modes__reach_what_an_overwriting_map_has_left),
        TEST(pages_left__go_with_their_memory),
        TEST(pages_left__keep_their_memory_for_want_of_a_table),
        TEST(several__give_a_page_one_mode),
        TEST(unblocked__in_the_mode_of_those_who_show_the_page),
        TEST(modes__leave_rights_alone_beside_an_overwriting_map),
        TEST(ranges__that_overlap_have_one_mode),
        TEST(deallocation__fails_when_there_is_no_table),
        TEST(overwriting_map__keeps_its_rights_over_the_same_page),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
