/* What device trees say of devices' view of memory: trees as a Raspberry Pi's firmware passes them, and broken ones. */
#include <libfdt.h>
#include <string.h>

#include "startup/bus_window.h"
#include "tests/target/tap.h"

static uint8_t tree[4096];

struct cells {
    const uint32_t *values;
    int count;
};
#define CELLS(...)                                                                                                     \
    ((struct cells){(const uint32_t[]){__VA_ARGS__}, (int)(sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))})

static const struct cells none = {NULL, -1}, empty = {NULL, 0};

static void begin_bus(const char *name, unsigned address_cells, unsigned size_cells, struct cells dma_ranges)
{
    uint32_t cells[24];

    fdt_begin_node(tree, name);
    fdt_property_u32(tree, "#address-cells", address_cells);
    fdt_property_u32(tree, "#size-cells", size_cells);
    for (int i = 0; i < dma_ranges.count; i++)
        cells[i] = cpu_to_fdt32(dma_ranges.values[i]);
    if (dma_ranges.count >= 0)
        fdt_property(tree, "dma-ranges", cells, dma_ranges.count * 4);
}

static void compatible_is(const char *compatible)
{
    fdt_property(tree, "compatible", compatible, (int)strlen(compatible) + 1);
}

static void device(const char *name, const char *compatible)
{
    fdt_begin_node(tree, name);
    compatible_is(compatible);
    fdt_end_node(tree);
}

static void begin(unsigned size_cells)
{
    fdt_create(tree, sizeof tree);
    fdt_finish_reservemap(tree);
    begin_bus("", 2, size_cells, none);
}

static void end_bus(void)
{
    fdt_end_node(tree);
}

static void end(void)
{
    end_bus();
    CHECK_EQ(fdt_finish(tree), 0);
}

static bool window_is(const char *compatible, unsigned index, struct bus_window wanted)
{
    struct bus_window window = {0};

    return CHECK(bus_window_read(tree, compatible, index, &window)) && CHECK_EQ(window.pa, wanted.pa) &&
           CHECK_EQ(window.size, wanted.size) && CHECK_EQ(window.offset, wanted.offset);
}

static bool has_none(const char *compatible, unsigned index)
{
    struct bus_window window = {1, 2, 3};

    return CHECK(!bus_window_read(tree, compatible, index, &window)) && CHECK_EQ(window.pa, 1) &&
           CHECK_EQ(window.size, 2) && CHECK_EQ(window.offset, 3);
}

/* 32-bit addresses in the root, as a Pi 3's has them. */
static void window__of_a_pi_3(void)
{
    fdt_create(tree, sizeof tree);
    fdt_finish_reservemap(tree);
    begin_bus("", 1, 1, none);
    begin_bus("soc", 1, 1, CELLS(0xc0000000, 0, 0x3f000000, 0x7e000000, 0x3f000000, 0x01000000));
    device("dma@7e007000", "brcm,bcm2835-dma");
    end_bus();
    end();
    window_is("brcm,bcm2835-dma", 0, (struct bus_window){0, 0x3f000000, 0xc0000000});
    window_is("brcm,bcm2835-dma", 1, (struct bus_window){0x3f000000, 0x01000000, 0x3f000000}); /* its registers */
    has_none("brcm,bcm2835-dma", 2);
    has_none("brcm,bcm2711-pcie", 0);
}

/* PCIe's first cell is its kind of space; the bridge is the bus, not a device on the one above. */
static void windows__of_a_pi_4(void)
{
    begin(1);
    begin_bus("soc", 1, 1, CELLS(0xc0000000, 0, 0, 0x40000000));
    device("dma@7e007000", "brcm,bcm2835-dma");
    end_bus();
    begin_bus("scb", 2, 1, none);
    begin_bus("pcie@7d500000", 3, 2, CELLS(0x02000000, 0, 0, 0, 0, 0, 0xc0000000));
    compatible_is("brcm,bcm2711-pcie");
    device("usb@0,0", "pci1106,3483");
    end_bus();
    end_bus();
    end();
    window_is("brcm,bcm2835-dma", 0, (struct bus_window){0, 0x40000000, 0xc0000000});
    window_is("brcm,bcm2711-pcie", 0, (struct bus_window){0, 0xc0000000, 0});
    window_is("pci1106,3483", 0, (struct bus_window){0, 0xc0000000, 0});
    has_none("brcm,bcm2711-pcie", 1);
}

/* Devices behind the RP1 bridge: its addresses are PCIe's, and PCIe's are 64 GiB above memory. */
static void window__is_of_all_buses_on_the_way(void)
{
    begin(2);
    begin_bus("axi", 2, 2, empty);
    begin_bus("pcie@120000", 3, 2, CELLS(0x02000000, 0x10, 0, 0, 0, 0x10, 0));
    begin_bus("rp1", 2, 2, CELLS(0xc0, 0x40000000, 0x02000000, 0, 0, 0, 0x400000, 0x10, 0, 0x02000000, 0x10, 0, 4, 0));
    device("ethernet@40100000", "raspberrypi,rp1-gem");
    end_bus();
    end_bus();
    end_bus();
    end();
    has_none("raspberrypi,rp1-gem", 0); /* the bridge's own registers are not memory */
    window_is("raspberrypi,rp1-gem", 1, (struct bus_window){0, 0x400000000, 0x1000000000});
}

static void window__is_cut_by_the_bus_above(void)
{
    begin(1);
    begin_bus("soc", 1, 1, CELLS(0x80000000, 0, 0x40000000, 0x20000000));
    begin_bus("inner", 1, 1, CELLS(0x10000000, 0x90000000, 0x20000000));
    device("dma", "some,dma");
    end_bus();
    end_bus();
    end();
    window_is("some,dma", 0, (struct bus_window){0x50000000, 0x10000000, 0 - (uint64_t)0x40000000});
}

static void trees__that_are_no_use_have_none(void)
{
    begin(1);
    begin_bus("short", 1, 1, CELLS(0xc0000000, 0, 0));
    device("dma", "short,dma");
    end_bus();
    begin_bus("void", 1, 1, CELLS(0xc0000000, 0, 0, 0));
    device("dma", "void,dma");
    end_bus();
    begin_bus("plain", 1, 1, none);
    device("dma", "plain,dma");
    end_bus();
    end();
    has_none("short,dma", 0);
    has_none("void,dma", 0);
    has_none("plain,dma", 0);
    has_none("plain,dma", UINT32_MAX);
    CHECK(!bus_window_read(NULL, "plain,dma", 0, &(struct bus_window){0}));
}

int main(void)
{
    TAP_RUN(window__of_a_pi_3);
    TAP_RUN(windows__of_a_pi_4);
    TAP_RUN(window__is_of_all_buses_on_the_way);
    TAP_RUN(window__is_cut_by_the_bus_above);
    TAP_RUN(trees__that_are_no_use_have_none);
    return tap_done();
}
