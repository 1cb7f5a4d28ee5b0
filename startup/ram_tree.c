/* What the device tree says about RAM, cores and firmware (Devicetree Specification 0.4, chapters 3 and 5). */
#include "startup/ram_tree.h"

#include <libfdt.h>
#include <string.h>

#include "boards/board.h"

typedef bool (*range_visit)(struct ram_map *map, uint64_t start, uint64_t size);

static bool is_enabled(const void *fdt, int node)
{
    const char *status = fdt_getprop(fdt, node, "status", NULL);

    return !status || strcmp(status, "okay") == 0 || strcmp(status, "ok") == 0;
}

static bool has_type(const void *fdt, int node, const char *type)
{
    const char *value = fdt_getprop(fdt, node, "device_type", NULL);

    return value && strcmp(value, type) == 0;
}

static uint64_t read_cells(const fdt32_t *cells, int count)
{
    uint64_t value = 0;

    while (count-- > 0)
        value = value << 32 | fdt32_ld(cells++);
    return value;
}

/* Every (address, size) of the node's reg, in the parent's cells. */
static bool visit_reg(struct ram_map *map, const void *fdt, int parent, int node, range_visit visit)
{
    int address_cells = fdt_address_cells(fdt, parent), size_cells = fdt_size_cells(fdt, parent);
    int length, entry = (address_cells + size_cells) * (int)sizeof(fdt32_t);
    const fdt32_t *reg = fdt_getprop(fdt, node, "reg", &length);
    bool fits = true;

    if (!reg || address_cells < 1 || size_cells < 1)
        return true;
    for (; length >= entry; length -= entry, reg += address_cells + size_cells)
        fits &= visit(map, read_cells(reg, address_cells), read_cells(reg + address_cells, size_cells));
    return fits;
}

static bool read_reserved(struct ram_map *map, const void *fdt)
{
    int node, parent = fdt_path_offset(fdt, "/reserved-memory");
    bool fits = true;

    if (parent < 0)
        return true;
    fdt_for_each_subnode(node, fdt, parent) if (is_enabled(fdt, node)) fits &=
        visit_reg(map, fdt, parent, node, fdt_getprop(fdt, node, "no-map", NULL) ? ram_cut : ram_reserve);
    return fits;
}

bool ram_read_tree(struct ram_map *map, const void *fdt)
{
    int node, count = fdt_num_mem_rsv(fdt);
    bool fits = true;

    if (fdt_check_header(fdt))
        return true;
    fdt_for_each_subnode(node, fdt, 0) if (has_type(fdt, node, "memory") && is_enabled(fdt, node)) fits &=
        visit_reg(map, fdt, 0, node, ram_add);
    for (int i = 0; i < count; i++) {
        uint64_t start, size;

        if (fdt_get_mem_rsv(fdt, i, &start, &size) == 0)
            fits &= ram_reserve(map, start, size);
    }
    return fits & read_reserved(map, fdt); /* after all RAM is known: it cuts */
}

int ram_core_count(const void *fdt)
{
    int node, count = 0, cpus = fdt ? fdt_path_offset(fdt, "/cpus") : -1;

    if (cpus >= 0)
        fdt_for_each_subnode(node, fdt, cpus) count += has_type(fdt, node, "cpu");
    return count ? count : board.core_count;
}

char ram_psci_conduit(const void *fdt)
{
    int node = fdt ? fdt_path_offset(fdt, "/psci") : -1;
    const char *method = node < 0 ? NULL : fdt_getprop(fdt, node, "method", NULL);

    if (!method || !is_enabled(fdt, node))
        return 0;
    return strcmp(method, "smc") == 0 ? 's' : strcmp(method, "hvc") == 0 ? 'h' : 0;
}
