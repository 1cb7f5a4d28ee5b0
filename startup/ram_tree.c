/* What the device tree says about RAM, cores and firmware (Devicetree Specification 0.4, chapters 3 and 5). */
#include "startup/ram_tree.h"

#include <string.h>

#include "startup/tree.h"

typedef bool (*range_visit)(struct ram_map *map, uint64_t start, uint64_t size);

/* Every (address, size) of the node's reg. */
static bool visit_reg(struct ram_map *map, const void *fdt, int node, range_visit visit)
{
    struct board_range range;
    bool fits = true;

    for (int i = 0; tree_reg(fdt, node, i, &range); i++)
        fits &= visit(map, range.pa, range.size);
    return fits;
}

static bool read_reserved(struct ram_map *map, const void *fdt)
{
    int node, parent = fdt_path_offset(fdt, "/reserved-memory");
    bool fits = true;

    if (parent < 0)
        return true;
    fdt_for_each_subnode(node, fdt, parent) if (tree_is_enabled(fdt, node)) fits &=
        visit_reg(map, fdt, node, fdt_getprop(fdt, node, "no-map", NULL) ? ram_cut : ram_reserve);
    return fits;
}

/* What a loader has put beside the program for it: /chosen says where, in as many cells as the property has. */
static bool read_initrd(struct ram_map *map, const void *fdt)
{
    int chosen = fdt_path_offset(fdt, "/chosen"), bytes[2] = {0, 0};
    const fdt32_t *start = fdt_getprop(fdt, chosen, "linux,initrd-start", &bytes[0]);
    const fdt32_t *end = fdt_getprop(fdt, chosen, "linux,initrd-end", &bytes[1]);
    uint64_t from, to;

    if (!start || !end)
        return true;
    from = tree_number(start, bytes[0] / (int)sizeof *start);
    to = tree_number(end, bytes[1] / (int)sizeof *end);
    return to <= from || ram_reserve(map, from, to - from);
}

bool ram_read_tree(struct ram_map *map, const void *fdt)
{
    int node, count = fdt_num_mem_rsv(fdt);
    bool fits = true;

    if (fdt_check_header(fdt))
        return true;
    fdt_for_each_subnode(node, fdt, 0) if (tree_has_type(fdt, node, "memory") && tree_is_enabled(fdt, node)) fits &=
        visit_reg(map, fdt, node, ram_add);
    for (int i = 0; i < count; i++) {
        uint64_t start, size;

        if (fdt_get_mem_rsv(fdt, i, &start, &size) == 0)
            fits &= ram_reserve(map, start, size);
    }
    fits &= read_initrd(map, fdt);
    return fits & read_reserved(map, fdt); /* after all RAM is known: it cuts */
}

int ram_core_count(const void *fdt)
{
    int node, count = 0, cpus = fdt ? fdt_path_offset(fdt, "/cpus") : -1;

    if (cpus >= 0)
        fdt_for_each_subnode(node, fdt, cpus) count += tree_has_type(fdt, node, "cpu");
    return count ? count : board.core_count;
}

char ram_psci_conduit(const void *fdt)
{
    int node = fdt ? fdt_path_offset(fdt, "/psci") : -1;
    const char *method = node < 0 ? NULL : fdt_getprop(fdt, node, "method", NULL);

    if (!method || !tree_is_enabled(fdt, node))
        return 0;
    return strcmp(method, "smc") == 0 ? 's' : strcmp(method, "hvc") == 0 ? 'h' : 0;
}
