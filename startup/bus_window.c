#include "startup/bus_window.h"

#include <string.h>

#include "boards/board.h"
#include "startup/tree.h"

/* One of a bus's dma-ranges: its devices' addresses, those of the bus above it, a size. PCI's first cell is no address.
 */
static bool entry_of(const void *fdt, int bus, int index, struct bus_window *window)
{
    int length, inner = fdt_address_cells(fdt, bus), sizes = fdt_size_cells(fdt, bus);
    int outer = fdt_address_cells(fdt, fdt_parent_offset(fdt, bus)), entry = inner + outer + sizes;
    const fdt32_t *cells = fdt_getprop(fdt, bus, "dma-ranges", &length);
    uint64_t address;

    if (!cells || inner < 1 || outer < 1 || sizes < 1 || index >= length / (int)sizeof *cells / entry)
        return false;
    cells += index * entry;
    address = tree_number(cells, inner);
    window->pa = tree_number(cells + inner, outer);
    window->size = tree_number(cells + inner + outer, sizes);
    window->offset = address - window->pa;
    return window->size != 0;
}

/* One step up. A bus that says nothing, or nothing but so, passes addresses on. */
static bool rise(const void *fdt, int bus, struct bus_window *window)
{
    struct bus_window step;
    int length;

    if (!fdt_getprop(fdt, bus, "dma-ranges", &length) || length == 0)
        return true;
    for (int i = 0; entry_of(fdt, bus, i, &step); i++)
        if (bus_window_rise(window, &step))
            return true;
    return false;
}

bool bus_window_read(const void *fdt, const char *compatible, unsigned index, struct bus_window *window)
{
    int length, bus = fdt ? fdt_node_offset_by_compatible(fdt, -1, compatible) : -1;
    struct bus_window found;

    if (bus < 0 || index > INT16_MAX)
        return false;
    if (!fdt_getprop(fdt, bus, "dma-ranges", &length)) /* no bridge */
        bus = fdt_parent_offset(fdt, bus);
    while (bus > 0 && (!fdt_getprop(fdt, bus, "dma-ranges", &length) || length == 0))
        bus = fdt_parent_offset(fdt, bus);
    if (bus <= 0 || !entry_of(fdt, bus, (int)index, &found))
        return false;
    while ((bus = fdt_parent_offset(fdt, bus)) > 0)
        if (!rise(fdt, bus, &found))
            return false;
    *window = found;
    return true;
}

bool runtime_bus_window(const char *compatible, unsigned index, struct bus_window *window)
{
    const struct board_window *known = board.windows;

    if (bus_window_read(runtime_device_tree(), compatible, index, window))
        return true;
    for (; known && known->compatible; known++)
        if (strcmp(known->compatible, compatible) == 0 && index-- == 0) {
            *window = (struct bus_window){known->memory.pa, known->memory.size, known->offset};
            return true;
        }
    return false;
}
