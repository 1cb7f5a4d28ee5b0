#include "startup/tree.h"

#include <string.h>

uint64_t tree_number(const fdt32_t *cells, int count)
{
    uint64_t value = 0;

    while (count-- > 0)
        value = value << 32 | fdt32_ld(cells++);
    return value;
}

bool tree_reg(const void *fdt, int node, int index, struct board_range *out)
{
    int parent = fdt_parent_offset(fdt, node), length;
    int address_cells = fdt_address_cells(fdt, parent), size_cells = fdt_size_cells(fdt, parent);
    int entry = address_cells + size_cells;
    const fdt32_t *reg = fdt_getprop(fdt, node, "reg", &length);

    if (!reg || address_cells < 1 || size_cells < 0 || (index + 1) * entry > length / (int)sizeof *reg)
        return false;
    reg += index * entry;
    *out = (struct board_range){tree_number(reg, address_cells), tree_number(reg + address_cells, size_cells)};
    return true;
}

/* One step, from a bus to the one above it (Devicetree Specification 0.4, 2.3.8). No ranges: nothing gets through. */
static bool translate(const void *fdt, int bus, int above, struct board_range *range)
{
    int length, inner = fdt_address_cells(fdt, bus), outer = fdt_address_cells(fdt, above);
    int sizes = fdt_size_cells(fdt, bus), entry = inner + outer + sizes;
    const fdt32_t *cells = fdt_getprop(fdt, bus, "ranges", &length);

    if (!cells || inner < 1 || outer < 1 || sizes < 0)
        return false;
    for (int left = length / (int)sizeof *cells; left >= entry; left -= entry, cells += entry) {
        uint64_t into = range->pa - tree_number(cells, inner);

        if (into < tree_number(cells + inner + outer, sizes)) {
            range->pa = tree_number(cells + inner, outer) + into;
            return true;
        }
    }
    return length == 0; /* the same addresses */
}

bool tree_registers(const void *fdt, int node, int index, struct board_range *out)
{
    int bus = fdt_parent_offset(fdt, node);

    if (!tree_reg(fdt, node, index, out))
        return false;
    while (bus > 0) {
        int above = fdt_parent_offset(fdt, bus);

        if (above < 0 || !translate(fdt, bus, above, out))
            return false;
        bus = above;
    }
    return bus == 0;
}

bool tree_has_type(const void *fdt, int node, const char *type)
{
    const char *value = fdt_getprop(fdt, node, "device_type", NULL);

    return value && strcmp(value, type) == 0;
}

bool tree_is_enabled(const void *fdt, int node)
{
    const char *status = fdt_getprop(fdt, node, "status", NULL);

    return !status || strcmp(status, "okay") == 0 || strcmp(status, "ok") == 0;
}
