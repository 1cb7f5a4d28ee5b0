/* What the random walks have found of overwriting maps, each by the few calls that it takes. */
#include "iomem/map.h"
#include "mmu/mmu.h"
#include "tests/host/touch.h"

#define LARGE (UINT64_C(1) << 21)

static IOBufferMemoryDescriptorRef wired(uint64_t pages)
{
    IOBufferMemoryDescriptorRef buffer = IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut, pages * PAGE, 1);

    assert_non_null(buffer);
    return buffer;
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

/* When there is no table to be had. Pages that need one are put from cut on until none is left. */
static void drop_without_tables(IOBufferMemoryDescriptorRef page, uint64_t cut)
{
    IOMemoryDescriptorRef md = device(PAGE);
    IOMemoryMapRef map;

    host_fail_tables(0);
    while ((map = map_at(md, cut, kIOMapOverwrite | kIOMapUnique))) { /* the pool may have some */
        drop(map);
        cut += LARGE;
    }
    drop(page);
    host_fail_tables(-1);
    drop(md);
}

/* All of the block that an unmapped map has left goes when there is no table for a part; a map's block stays. */
static void pages_left__go_with_their_block_for_want_of_a_table(void **state)
{
    uint64_t va = HOST_WINDOW + HOST_WINDOW_SIZE / 2;
    IOMemoryDescriptorRef below = device(32 * LARGE), block;
    IOMemoryMapRef base = map_at(below, va, kIOMapUnique), map = NULL;

    (void)state;
    for (int live = 0; live < 2; live++) {
        IOBufferMemoryDescriptorRef one = wired(1);
        uint64_t pa = IOMemoryDescriptorGetPhysicalAddress(md_of(one)), start = pa & ~(LARGE - 1);
        size_t logs = host_logs;

        block = IOMemoryDescriptorCreateWithPhysicalAddress(start, LARGE, kIODirectionInOut);
        drop(map_at(block, va, kIOMapOverwrite | kIOMapUnique));
        if (live)
            map = map_at(block, va, kIOMapOverwrite | kIOMapUnique);
        drop_without_tables(one, va + LARGE);
        assert_int_equal(host_logs, logs + 1);
        assert_int_equal(port_frame(pa)->owner, live ? PORT_OWNER_IOMEM : PORT_OWNER_FREE);
        assert_true(live ? host_pa(va) == start : nothing_at(va) && nothing_at(va + pa % LARGE));
        assert_int_equal(host_pa(va + 31 * LARGE), IOMemoryDescriptorGetPhysicalAddress(below) + 31 * LARGE);
        if (live)
            port_frame_free(pa, PAGE);
        drop(map);
        drop(block);
    }
    drop(base);
    drop(below);
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

/* A page that came showed up where another page of its object was to come, in a map that lay over its own. */
static void overwriting_map__waits_for_its_own_pages(void **state)
{
    IOBufferMemoryDescriptorRef buffer = pageable(NULL, 0, 4);
    IOMemoryMapRef base = IOMemoryDescriptorMap(md_of(buffer), kIOMapUnique);
    uint64_t va = address(base);
    IOMemoryMapRef over = IOMemoryDescriptorCreateMappingInTask(md_of(buffer), kernel_task, va + PAGE,
                                                                kIOMapOverwrite | kIOMapUnique, 0, 3 * PAGE);

    (void)state;
    put_byte(kernel_task, va + 2 * PAGE, 1); /* the second page */
    assert_int_equal(shown(kernel_task, va + PAGE).protection, 0);
    put_byte(kernel_task, va + PAGE, 2); /* the first */
    assert_int_equal(byte_of(kernel_task, va), 2);
    assert_int_equal(byte_of(kernel_task, va + 2 * PAGE), 1);
    drop(over);
    drop(base);
    drop(buffer);
}

/* Pages that lie behind an overwritten one of the same map were entered a second time in another mode. */
static void modes__are_seen_behind_an_overwriting_map(void **state)
{
    IOMemoryDescriptorRef one = device(3 * PAGE), same = device(3 * PAGE);
    IOBufferMemoryDescriptorRef buffer = wired(1);
    IOMemoryMapRef base = IOMemoryDescriptorMap(one, kIOMapUnique | kIOMapWriteCombineCache);
    IOMemoryMapRef over = map_at(md_of(buffer), address(base), kIOMapOverwrite | kIOMapUnique);
    IOMemoryMapRef map = IOMemoryDescriptorMap(same, kIOMapUnique);

    (void)state;
    assert_int_equal(host_attr(address(map) + PAGE), host_attr(address(base) + PAGE));
    assert_int_equal(host_attr(address(map) + 2 * PAGE), host_attr(address(base) + 2 * PAGE));
    drop(map);
    drop(over);
    drop(base);
    drop(buffer);
    drop(one);
    drop(same);
}

/* A map that came back from a redirection lay over the pages of one that still passed for mapped. */
static void overwriting_map__has_no_pages_when_what_lies_beneath_comes_back(void **state)
{
    IOBufferMemoryDescriptorRef below = wired(2), one = wired(1);
    IOMemoryMapRef base = IOMemoryDescriptorMap(md_of(below), kIOMapUnique);
    uint64_t va = address(base);
    IOMemoryMapRef over = map_at(md_of(one), va, kIOMapOverwrite | kIOMapUnique);

    (void)state;
    assert_int_equal(IOMemoryMapRedirect(base, NULL, 0, 0), kIOReturnSuccess);
    assert_int_equal(address(over), 0);
    assert_int_equal(IOMemoryMapRedirect(over, md_of(below), 0, 0), kIOReturnSuccess);
    assert_int_equal(shown(kernel_task, va).protection, 0);
    assert_int_equal(IOMemoryMapRedirect(base, md_of(below), 0, 0), kIOReturnSuccess);
    assert_int_equal(host_pa(va), IOMemoryDescriptorGetPhysicalAddress(md_of(below)));
    drop(over);
    drop(base);
    drop(below);
    drop(one);
}

/* Of a map that lay over the end of another, pages stayed where somebody else came. */
static void overwriting_map__loses_the_part_whose_place_is_taken(void **state)
{
    IOBufferMemoryDescriptorRef below = wired(2), one = wired(3), other = wired(2);
    IOMemoryMapRef base = map_at(md_of(below), HOST_WINDOW + HOST_WINDOW_SIZE / 2, kIOMapUnique), next;
    uint64_t va = address(base), pa = IOMemoryDescriptorGetPhysicalAddress(md_of(one));
    IOMemoryMapRef over = map_at(md_of(one), va + PAGE, kIOMapOverwrite | kIOMapUnique);

    (void)state;
    assert_int_equal(host_pa(va + 3 * PAGE), pa + 2 * PAGE);
    next = map_at(md_of(other), va + 2 * PAGE, kIOMapUnique);
    assert_int_equal(host_pa(va + 2 * PAGE), IOMemoryDescriptorGetPhysicalAddress(md_of(other)));
    assert_int_equal(address(over), 0);
    assert_int_equal(host_pa(va + PAGE), pa);
    drop(over);
    drop(one);
    assert_true(nothing_at(va + PAGE));
    assert_int_equal(host_pa(va + 3 * PAGE), IOMemoryDescriptorGetPhysicalAddress(md_of(other)) + PAGE);
    drop(next);
    drop(base);
    drop(below);
    drop(other);
}

/* Of parts laid over nothing, guard pages stayed when the memory of the others went. */
static void guard_pages_left__go_with_the_memory_beside_them(void **state)
{
    IOMemoryDescriptorRef guard = (IOMemoryDescriptorRef)IOGuardPageMemoryDescriptorCreateWithSize(PAGE);
    IOMemoryDescriptorRef parts[] = {guard, md_of(wired(1))};
    IOMemoryDescriptorRef all = (IOMemoryDescriptorRef)IOMultiMemoryDescriptorCreateWithDescriptors(parts, 2, 3, false);
    uint64_t va = HOST_WINDOW + HOST_WINDOW_SIZE / 2;

    (void)state;
    drop(map_at(all, va, kIOMapOverwrite | kIOMapUnique));
    assert_int_equal(host_pa(va + PAGE), IOMemoryDescriptorGetPhysicalAddress(parts[1]));
    drop(all);
    drop(parts[0]);
    drop(parts[1]);
    assert_true(nothing_at(va));
    assert_true(nothing_at(va + PAGE));
}

/* A map of one page that has left it: of a buffer's first, or of the frame that is that page, by its address. */
static void leave_page(IOMemoryDescriptorRef md, uint64_t va)
{
    IOMemoryMapRef map =
        IOMemoryDescriptorCreateMappingInTask(md, kernel_task, va, kIOMapOverwrite | kIOMapUnique, 0, PAGE);

    assert_non_null(map);
    drop(map);
    drop(md);
}

/* At va an object's page that nobody holds but what was left there, and behind it the same frame. */
static void leave_frame_twice(uint64_t va)
{
    IOBufferMemoryDescriptorRef buffer = pageable(NULL, 0, 1);
    IOMemoryMapRef map = IOMemoryDescriptorMap(md_of(buffer), kIOMapUnique);
    uint64_t pa;

    put_byte(kernel_task, address(map), 1);
    pa = host_pa(address(map));
    drop(map);
    leave_page(md_of(buffer), va);
    assert_int_equal(host_pa(va), pa);
    leave_page(IOMemoryDescriptorCreateWithPhysicalAddress(pa, PAGE, kIODirectionInOut), va + PAGE);
    assert_int_equal(host_pa(va + PAGE), pa);
}

/* So many maps have gone at once that the next to go is freed, and not kept. */
static void fill_spares(IOMemoryDescriptorRef md)
{
    IOMemoryMapRef maps[32];

    for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++)
        maps[i] = IOMemoryDescriptorMap(md, kIOMapUnique);
    for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++)
        drop(maps[i]);
}

/* What the last page of an object took away with itself was the map that was to be looked at next. */
static void page_left__takes_away_what_shows_its_frame(void **state)
{
    IOBufferMemoryDescriptorRef below = wired(3), over = wired(3);
    struct host_holdings before = host_holdings();
    IOMemoryMapRef base = IOMemoryDescriptorMap(md_of(below), kIOMapUnique), map;

    (void)state;
    leave_frame_twice(address(base));
    fill_spares(md_of(below));
    drop(base); /* its place goes */
    base = IOMemoryDescriptorMap(md_of(below), kIOMapUnique);
    leave_frame_twice(address(base) + PAGE);
    map = map_at(md_of(over), address(base), kIOMapOverwrite | kIOMapUnique);
    fill_spares(md_of(below));
    drop(map); /* this one stays, and nothing beneath it */
    assert_int_equal(host_pa(address(base) + PAGE), IOMemoryDescriptorGetPhysicalAddress(md_of(over)) + PAGE);
    drop(base);
    assert_int_equal(host_holdings().frames, before.frames);
    assert_int_equal(host_holdings().allocations, before.allocations);
    drop(over);
    drop(below);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(redirection__of_an_overwriting_map),
        TEST(overwriting_map__has_no_pages_when_its_place_has_gone),
        TEST(modes__reach_what_an_overwriting_map_has_left),
        TEST(pages_left__go_with_their_memory),
        TEST(pages_left__go_with_their_block_for_want_of_a_table),
        TEST(modes__leave_rights_alone_beside_an_overwriting_map),
        TEST(overwriting_map__keeps_its_rights_over_the_same_page),
        TEST(overwriting_map__waits_for_its_own_pages),
        TEST(modes__are_seen_behind_an_overwriting_map),
        TEST(overwriting_map__has_no_pages_when_what_lies_beneath_comes_back),
        TEST(overwriting_map__loses_the_part_whose_place_is_taken),
        TEST(guard_pages_left__go_with_the_memory_beside_them),
        TEST(page_left__takes_away_what_shows_its_frame),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
