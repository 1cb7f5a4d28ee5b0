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

static IOMemoryDescriptorRef several(IOMemoryDescriptorRef one, IOMemoryDescriptorRef other)
{
    IOMemoryDescriptorRef parts[] = {one, other};

    return (IOMemoryDescriptorRef)IOMultiMemoryDescriptorCreateWithDescriptors(parts, 2, kIODirectionInOut, false);
}

/* What lay beneath could be written again, though a part had shared it with its copy before the other failed. */
static void several__that_cannot_be_mapped_leave_a_copy_alone(void **state)
{
    uint64_t va = (uintptr_t)IOMallocPageable(PAGE, PAGE);
    IOMemoryDescriptorRef copied = IOMemoryDescriptorCreateWithAddressRange(
        va, PAGE, kIODirectionInOut | kIOMemoryPersistent | kIOMemoryMapCopyOnWrite, kernel_task);
    IOMemoryDescriptorRef redirected = md_of(wired(1)), all = several(copied, redirected);
    IOMemoryMapRef map;

    (void)state;
    put_byte(kernel_task, va, 1);
    IOMemoryDescriptorRedirect(redirected, NULL, true);
    assert_null(map_at(all, va, kIOMapOverwrite | kIOMapUnique));
    put_byte(kernel_task, va, 2);
    map = IOMemoryDescriptorMap(copied, kIOMapUnique);
    assert_int_equal(byte_of(kernel_task, address(map)), 1);
    assert_int_equal(byte_of(kernel_task, va), 2);
    drop(map);
    drop(all);
    drop(redirected);
    drop(copied);
    IOFreePageable((void *)(uintptr_t)va, PAGE);
}

/* And it came back in the mode that it had before a part got another. */
static void several__that_cannot_be_mapped_leave_one_mode(void **state)
{
    IOMemoryDescriptorRef redirected = md_of(wired(1)), parts[] = {md_of(wired(2)), device(2 * PAGE)};

    (void)state;
    IOMemoryDescriptorRedirect(redirected, NULL, true);
    for (size_t i = 0; i < 2; i++) {
        IOMemoryMapRef beneath = IOMemoryDescriptorMap(parts[i], kIOMapUnique),
                       other = IOMemoryDescriptorMap(parts[i], kIOMapUnique);
        IOMemoryDescriptorRef all = several(parts[i], redirected);

        assert_null(map_at(all, address(beneath), kIOMapOverwrite | kIOMapUnique | kIOMapWriteCombineCache));
        for (uint64_t at = 0; at < 2 * PAGE; at += PAGE) {
            assert_int_equal(host_pa(address(beneath) + at), host_pa(address(other) + at));
            assert_int_equal(host_attr(address(beneath) + at), host_attr(address(other) + at));
        }
        drop(beneath);
        drop(other);
        drop(all);
        drop(parts[i]);
    }
    drop(redirected);
}

/* Nobody knew any more whose pages an overwriting map had left there, and they stayed when their memory went. */
static void several__that_cannot_be_mapped_leave_what_goes_with_its_memory(void **state)
{
    IOMemoryDescriptorRef gone = md_of(wired(1)), redirected = md_of(wired(1)), all = several(redirected, redirected);
    uint64_t va = (uintptr_t)IOMallocPageable(PAGE, PAGE), pa = IOMemoryDescriptorGetPhysicalAddress(gone);

    (void)state;
    drop(map_at(gone, va, kIOMapOverwrite | kIOMapUnique));
    assert_int_equal(host_pa(va), pa);
    IOMemoryDescriptorRedirect(redirected, NULL, true);
    assert_null(map_at(all, va, kIOMapOverwrite | kIOMapUnique));
    assert_int_equal(host_pa(va), pa);
    drop(gone);
    assert_int_not_equal(shown(kernel_task, va).pa, pa);
    drop(all);
    drop(redirected);
    IOFreePageable((void *)(uintptr_t)va, PAGE);
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

/* A map that had given the page its mode while another showed it came back in the mode from before. */
static void unblocked__in_the_mode_that_it_gave(void **state)
{
    IOMemoryDescriptorRef one = device(PAGE), other = device(PAGE);
    IOMemoryMapRef shown = IOMemoryDescriptorMap(other, 0);
    IOMemoryMapRef map = IOMemoryDescriptorMap(one, kIOMapUnique | kIOMapWriteCombineCache);
    uint32_t attr = host_attr(address(map));

    (void)state;
    assert_int_equal(attr & MMU_TYPE_MASK, MMU_UNCACHED);
    assert_int_equal(IOMemoryMapRedirect(map, NULL, 0, 0), kIOReturnSuccess);
    drop(shown);
    assert_int_equal(IOMemoryMapRedirect(map, IOMemoryMapGetMemoryDescriptor(map), 0, 0), kIOReturnSuccess);
    assert_int_equal(host_attr(address(map)), attr);
    drop(map);
    drop(one);
    drop(other);
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

/* A part of which there was a record at the very place was taken for mapped there. */
static void several__are_mapped_where_a_part_is_on_record(void **state)
{
    IOMemoryDescriptorRef parts[] = {md_of(wired(1)), md_of(wired(1))};
    IOMemoryDescriptorRef all = (IOMemoryDescriptorRef)IOMultiMemoryDescriptorCreateWithDescriptors(parts, 2, 3, false);
    uint64_t va = HOST_WINDOW + HOST_WINDOW_SIZE / 2;
    IOMemoryMapRef record = IOMemoryDescriptorSetMapping(parts[0], kernel_task, va, 0), map;

    (void)state;
    map = map_at(all, va, kIOMapUnique);
    assert_int_equal(host_pa(va), IOMemoryDescriptorGetPhysicalAddress(parts[0]));
    drop(map);
    drop(record);
    drop(all);
    drop(parts[0]);
    drop(parts[1]);
}

/* Of memory that a protect had cut in pieces the first was given back. */
static void pageable_memory__is_given_back_in_all_its_pieces(void **state)
{
    uint64_t va = (uintptr_t)IOMallocPageable(4 * PAGE, PAGE);

    (void)state;
    put_byte(kernel_task, va + 3 * PAGE, 1);
    assert_int_equal(IOAddressSpaceProtect(kernel_task, va + PAGE, PAGE, 1), kIOReturnSuccess);
    IOFreePageable((void *)(uintptr_t)va, 4 * PAGE);
    for (uint64_t page = 0; page < 4; page++)
        assert_true(nothing_at(va + page * PAGE));
}

/* Of a place with a hole before the pages, the hole was not cleared, and showed what lay over it to nobody's account.
 */
static void place__goes_with_what_lies_over_its_hole(void **state)
{
    task_t task = IOAddressSpaceCreate(LOW, HIGH);
    IOMemoryDescriptorRef large = md_of(wired(515)), over = md_of(wired(1));
    IOMemoryMapRef map = IOMemoryDescriptorCreateMappingInTask(large, task, 0, kIOMapAnywhere, 0, 0), above;

    (void)state;
    assert_true(map->skip);
    above = IOMemoryDescriptorCreateMappingInTask(over, task, map->region.va, kIOMapOverwrite | kIOMapUnique, 0, 0);
    assert_int_equal(shown(task, map->region.va).pa, IOMemoryDescriptorGetPhysicalAddress(over));
    drop(map);
    assert_int_equal(shown(task, LOW).protection, 0);
    drop(above);
    drop(over);
    drop(large);
    IOAddressSpaceDestroy(task);
}

/* For want of a table the page was purged whose table it was, and was looked at then. */
static void volatile_page__may_go_for_the_table_that_is_to_show_it(void **state)
{
    const uint64_t table = UINT64_C(1) << 21;
    IOBufferMemoryDescriptorRef buffer = IOBufferMemoryDescriptorCreateWithOptions(
        kIODirectionInOut | kIOMemoryPageable | kIOMemoryPurgeable, 32 * table, 1);
    uint64_t va = (uintptr_t)IOBufferMemoryDescriptorGetBytesNoCopy(buffer), end = va + 32 * table;
    IOOptionBits old;

    (void)state;
    host_fail_tables(0);
    do { /* the pool may have some */
        assert_int_equal(IOMemoryDescriptorSetPurgeable(md_of(buffer), kIOMemoryPurgeableNonVolatile, &old), 0);
        assert_int_equal(IOMemoryDescriptorSetPurgeable(md_of(buffer), kIOMemoryPurgeableVolatile, &old), 0);
    } while (touch_write(kernel_task, va, 1) && (va += table) < end);
    assert_true(va < end);
    assert_int_equal(IOMemoryDescriptorSetPurgeable(md_of(buffer), kIOMemoryPurgeableNonVolatile, &old), 0);
    assert_int_equal(old, kIOMemoryPurgeableEmpty);
    host_fail_tables(-1);
    assert_int_equal(byte_of(kernel_task, va), 0);
    drop(buffer);
}

/* The last that held the old memory was the map, which lay in that memory's place: it has none any more. */
static void redirection__may_end_the_place_of_the_map(void **state)
{
    IOBufferMemoryDescriptorRef old = IOBufferMemoryDescriptorCreateInTaskWithGuardPages(kernel_task, 3, PAGE);
    IOMemoryDescriptorRef other = md_of(wired(1));
    uint64_t va = (uintptr_t)IOBufferMemoryDescriptorGetBytesNoCopy(old);
    IOMemoryMapRef map = map_at(md_of(old), va, kIOMapOverwrite | kIOMapUnique);

    (void)state;
    assert_int_equal(address(map), va);
    drop(old);
    assert_int_equal(IOMemoryMapRedirectTask(map, NULL, true), kIOReturnSuccess);
    assert_int_equal(IOMemoryMapRedirect(map, other, 0, 0), kIOReturnSuccess);
    assert_int_equal(address(map), 0);
    assert_true(nothing_at(va));
    drop(map);
    drop(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(redirection__unwires_the_old_memory),
        TEST(redirection__may_end_the_place_of_the_map),
        TEST(several__are_not_mapped_while_one_is_redirected),
        TEST(several__give_a_page_one_mode),
        TEST(several__that_cannot_be_mapped_leave_a_copy_alone),
        TEST(several__that_cannot_be_mapped_leave_one_mode),
        TEST(several__that_cannot_be_mapped_leave_what_goes_with_its_memory),
        TEST(unblocked__in_the_mode_of_those_who_show_the_page),
        TEST(unblocked__in_the_mode_that_it_gave),
        TEST(ranges__that_overlap_have_one_mode),
        TEST(deallocation__fails_when_there_is_no_table),
        TEST(pageable_memory__is_given_back_in_all_its_pieces),
        TEST(several__are_mapped_where_a_part_is_on_record),
        TEST(place__goes_with_what_lies_over_its_hole),
        TEST(volatile_page__may_go_for_the_table_that_is_to_show_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
