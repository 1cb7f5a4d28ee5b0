/*
 * Device trees as they should be, and as they should not: what the runtime takes from them is RAM, reservations and
 * addresses, or nothing. The trees are made here.
 */
#include <libfdt.h>
#include <string.h>

#include "startup/layout.h"
#include "startup/ram.h"
#include "startup/ram_tree.h"
#include "startup/tree.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"

static uint32_t memory[2048]; /* of the tree */
static struct ram_map map;

/* ---- making one ---------------------------------------------------------------------------------------------------
 */

static void property(const char *name, const uint32_t *cells, unsigned count)
{
    fdt32_t value[16];

    for (unsigned i = 0; i < count; i++)
        value[i] = cpu_to_fdt32(cells[i]);
    CHECK_EQ(fdt_property(memory, name, value, (int)(count * sizeof *value)), 0);
}
#define CELLS(name, ...)                                                                                               \
    property(name, (const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static void begin(const char *name, uint32_t addresses, uint32_t sizes)
{
    CHECK_EQ(fdt_begin_node(memory, name), 0);
    CELLS("#address-cells", addresses);
    CELLS("#size-cells", sizes);
}

static void end(void)
{
    CHECK_EQ(fdt_end_node(memory), 0);
}

static void begin_tree(void)
{
    memset(memory, 0, sizeof memory);
    memset(&map, 0, sizeof map);
    CHECK_EQ(fdt_create(memory, sizeof memory), 0);
    CHECK_EQ(fdt_finish_reservemap(memory), 0);
    begin("", 2, 2);
}

static void end_tree(void)
{
    end();
    CHECK_EQ(fdt_finish(memory), 0);
    CHECK_EQ(fdt_check_full(memory, sizeof memory), 0);
}

static void add_memory(const char *name, uint32_t high, uint32_t low, uint32_t size_high, uint32_t size_low)
{
    CHECK_EQ(fdt_begin_node(memory, name), 0);
    CHECK_EQ(fdt_property(memory, "device_type", "memory", 7), 0);
    CELLS("reg", high, low, size_high, size_low);
    end();
}

static void add_usual_memory(void)
{
    add_memory("memory", 0, (uint32_t)LINEAR_START + 0x1000000, 0, 0x10000000);
}

static uint64_t usual_pa(uint64_t offset)
{
    return LINEAR_START + 0x1000000 + offset;
}

static bool is_reserved(uint64_t pa)
{
    for (size_t i = 0; i < map.reserved_count; i++)
        if (pa >= map.reserved[i].start && pa < map.reserved[i].end)
            return true;
    return false;
}

/* ---- RAM ----------------------------------------------------------------------------------------------------------
 */

static void ram__is_what_lies_in_the_linear_map(void)
{
    begin_tree();
    add_memory("memory@1", 0, (uint32_t)usual_pa(1), 0, 0x10000000);         /* no page's */
    add_memory("memory@2", 0, (uint32_t)usual_pa(0x8000000), 0, 0x10000000); /* goes on from inside the first */
    add_memory("memory@3", 0xffffffff, 0xfffff000, 0xffffffff, 0xffffffff);  /* beyond, and around the end */
    add_memory("memory@4", 0, (uint32_t)usual_pa(0), 0, 0);                  /* none */
    end_tree();
    CHECK(ram_read_tree(&map, memory));
    CHECK_EQ(map.bank_count, 1);
    CHECK_EQ(map.banks[0].start, usual_pa(PAGE));
    CHECK_EQ(map.banks[0].end, usual_pa(0x18000000));
    CHECK_EQ(map.reserved_count, 0);
}

static void ram__that_says_it_is_everywhere_ends_with_the_linear_map(void)
{
    begin_tree();
    add_memory("memory", 0, (uint32_t)usual_pa(0), 0xffffffff, 0xffffffff);
    end_tree();
    CHECK(ram_read_tree(&map, memory));
    CHECK_EQ(map.bank_count, 1);
    CHECK_EQ(map.banks[0].end, LINEAR_END);
}

static void ram__of_a_tree_that_names_none_is_none(void)
{
    begin_tree();
    end_tree();
    CHECK(ram_read_tree(&map, memory));
    CHECK_EQ(map.bank_count, 0);
    memory[1] = 0; /* its size: it is broken */
    CHECK(ram_read_tree(&map, memory));
    CHECK_EQ(map.bank_count, 0);
}

static void ram__in_more_pieces_than_fit_is_told(void)
{
    begin_tree();
    for (uint32_t i = 0; i < FRAME_BANKS + 1; i++)
        add_memory("memory", 0, (uint32_t)usual_pa(i * 2 * MIB), 0, MIB);
    end_tree();
    CHECK(!ram_read_tree(&map, memory));
}

/* ---- what is reserved ---------------------------------------------------------------------------------------------
 */

static void add_reserved(const char *name, uint64_t pa, uint32_t size, bool no_map)
{
    CHECK_EQ(fdt_begin_node(memory, name), 0);
    CELLS("reg", 0, (uint32_t)pa, 0, size);
    if (no_map)
        CHECK_EQ(fdt_property(memory, "no-map", NULL, 0), 0);
    end();
}

static void reserved__may_overlap_and_reach_beyond_ram(void)
{
    begin_tree();
    add_usual_memory();
    begin("reserved-memory", 2, 2);
    add_reserved("a", usual_pa(0x1000000), 2 * MIB, false);
    add_reserved("b", usual_pa(0x1100000), 2 * MIB, false); /* from inside the first */
    add_reserved("c", usual_pa(0x1180000), 0x1000, true);   /* within both, and not even mapped */
    add_reserved("d", usual_pa(0xff00000), 0x7fffffff, true);
    add_reserved("e", usual_pa(0x2000800), 1, false);
    CHECK_EQ(fdt_begin_node(memory, "of-any-place"), 0);
    CELLS("size", 0, 0x1000);
    end();
    end();
    end_tree();
    CHECK(ram_read_tree(&map, memory));
    CHECK_EQ(map.bank_count, 2);
    CHECK_EQ(map.banks[0].end, usual_pa(0x1180000));
    CHECK_EQ(map.banks[1].start, usual_pa(0x1181000));
    CHECK_EQ(map.banks[1].end, usual_pa(0xff00000));
    CHECK(!is_reserved(usual_pa(0xffffff)) && is_reserved(usual_pa(0x1000000)));
    CHECK(is_reserved(usual_pa(0x12fffff)) && !is_reserved(usual_pa(0x1300000)));
    CHECK(is_reserved(usual_pa(0x2000000)) && !is_reserved(usual_pa(0x2001000)));
    CHECK(ram_find(&map, MIB, MIB) != PORT_NO_FRAME);
}

static void reserved__may_be_all_of_ram(void)
{
    begin_tree();
    add_usual_memory();
    begin("reserved-memory", 2, 2);
    add_reserved("all", usual_pa(0), 0x10000000, false);
    end();
    end_tree();
    CHECK(ram_read_tree(&map, memory));
    CHECK_EQ(map.bank_count, 1);
    CHECK_EQ(ram_find(&map, PAGE, PAGE), PORT_NO_FRAME);
}

static void reserved__more_than_fit_is_told(void)
{
    begin_tree();
    add_usual_memory();
    begin("reserved-memory", 2, 2);
    for (uint32_t i = 0; i < RAM_RESERVED + 1; i++)
        add_reserved("one", usual_pa(i * 2 * PAGE), PAGE, false);
    end();
    end_tree();
    CHECK(!ram_read_tree(&map, memory));
}

/* In one cell or in two; nonsense is none. */
static void initrd__is_nobody_elses(void)
{
    begin_tree();
    add_usual_memory();
    CHECK_EQ(fdt_begin_node(memory, "chosen"), 0);
    CELLS("linux,initrd-start", (uint32_t)usual_pa(0x100000));
    CELLS("linux,initrd-end", 0, (uint32_t)usual_pa(0x101234));
    end();
    end_tree();
    CHECK(ram_read_tree(&map, memory));
    CHECK(!is_reserved(usual_pa(0xfffff)) && is_reserved(usual_pa(0x100000)));
    CHECK(is_reserved(usual_pa(0x101233)) && !is_reserved(usual_pa(0x102000)));
    begin_tree();
    add_usual_memory();
    CHECK_EQ(fdt_begin_node(memory, "chosen"), 0);
    CELLS("linux,initrd-start", 0, (uint32_t)usual_pa(0x100000));
    CELLS("linux,initrd-end", 0, (uint32_t)usual_pa(0));
    end();
    end_tree();
    CHECK(ram_read_tree(&map, memory));
    CHECK_EQ(map.reserved_count, 0);
}

/* ---- addresses ----------------------------------------------------------------------------------------------------
 */

/* A device on a bus that says so many cells, with these ranges (all but the first `count` left out). */
static bool find_device(uint32_t addresses, uint32_t sizes, unsigned count, struct board_range *found)
{
    begin_tree();
    begin("bus", addresses, sizes);
    property("ranges", (const uint32_t[]){0x7e000000, 0, 0xfe000000, 0x1000000}, count);
    CHECK_EQ(fdt_begin_node(memory, "device"), 0);
    CELLS("reg", 0x7e001000, 0x200);
    end();
    end();
    end_tree();
    return tree_registers(memory, fdt_path_offset(memory, "/bus/device"), 0, found);
}

/* The same two buses down: the outer one says nonsense. */
static bool find_inner_device(uint32_t addresses, uint32_t sizes)
{
    struct board_range found;

    begin_tree();
    begin("outer", addresses, sizes);
    property("ranges", NULL, 0);
    begin("inner", 1, 1);
    property("ranges", (const uint32_t[]){0, 0, 0, 0xffffffff}, 4);
    CHECK_EQ(fdt_begin_node(memory, "device"), 0);
    CELLS("reg", 0x7e001000, 0x200);
    end();
    end();
    end();
    end_tree();
    return tree_registers(memory, fdt_path_offset(memory, "/outer/inner/device"), 0, &found);
}

static void address__is_the_cpus(void)
{
    struct board_range found = {0};

    CHECK(find_device(1, 1, 4, &found));
    CHECK_EQ(found.pa, 0xfe001000);
    CHECK_EQ(found.size, 0x200);
    CHECK(find_device(1, 1, 0, &found)); /* the bus's are the CPU's */
    CHECK_EQ(found.pa, 0x7e001000);
}

static void address__of_a_bus_that_is_none_is_none(void)
{
    struct board_range found;

    CHECK(!find_device(1, 1, 3, &found)); /* cut off */
    CHECK(!find_device(0, 1, 4, &found));
    CHECK(!find_device(5, 1, 4, &found));
    CHECK(!find_device(1, 5, 4, &found));
    CHECK(!find_device(0xffffffff, 0xffffffff, 4, &found));
    CHECK(!find_device(1, 2, 4, &found)); /* a reg that is too short */
    CHECK(!find_device(2, 0, 4, &found));
    CHECK(find_inner_device(2, 1) && !find_inner_device(5, 1) && !find_inner_device(0, 1));
    CHECK(!find_inner_device(2, 5) && !find_inner_device(0xffffffff, 0xffffffff));
    CHECK(!tree_registers(memory, -1, 0, &found));
    CHECK(!tree_registers(memory, 0, 0, &found));
}

int main(void)
{
    TAP_RUN(ram__is_what_lies_in_the_linear_map);
    TAP_RUN(ram__that_says_it_is_everywhere_ends_with_the_linear_map);
    TAP_RUN(ram__of_a_tree_that_names_none_is_none);
    TAP_RUN(ram__in_more_pieces_than_fit_is_told);
    TAP_RUN(reserved__may_overlap_and_reach_beyond_ram);
    TAP_RUN(reserved__may_be_all_of_ram);
    TAP_RUN(reserved__more_than_fit_is_told);
    TAP_RUN(initrd__is_nobody_elses);
    TAP_RUN(address__is_the_cpus);
    TAP_RUN(address__of_a_bus_that_is_none_is_none);
    return tap_done();
}
