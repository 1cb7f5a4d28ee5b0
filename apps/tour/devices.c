#include "apps/tour/devices.h"

#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include "startup/runtime.h"

static uint64_t read_cells(const fdt32_t *cells, int count)
{
    uint64_t value = 0;

    for (int i = 0; i < count; i++)
        value = value << 32 | fdt32_to_cpu(cells[i]);
    return value;
}

/* The first entry of the node's "reg". Its address is the CPU's only below the root: buses deeper down have their own.
 */
static bool read_registers(const void *tree, int node, struct device *device)
{
    int parent = fdt_parent_offset(tree, node), length = 0;
    int address_cells = fdt_address_cells(tree, parent), size_cells = fdt_size_cells(tree, parent);
    const fdt32_t *cells = fdt_getprop(tree, node, "reg", &length);

    if (parent != 0 || cells == NULL || address_cells < 1 || size_cells < 1)
        return false;
    if (length < (address_cells + size_cells) * (int)sizeof *cells)
        return false;
    device->pa = read_cells(cells, address_cells);
    device->size = read_cells(cells + address_cells, size_cells);
    return device->size != 0;
}

/* A device without a status is there; any status but "okay" keeps it from us: the secure world's UART is "disabled". */
static bool is_available(const void *tree, int node)
{
    const char *status = fdt_getprop(tree, node, "status", NULL);

    return status == NULL || strcmp(status, "okay") == 0 || strcmp(status, "ok") == 0;
}

static int by_address(const void *a, const void *b)
{
    const struct device *left = a, *right = b;

    return (left->pa > right->pa) - (left->pa < right->pa);
}

size_t devices_find(const char *compatible, struct device *devices, size_t max)
{
    const void *tree = runtime_device_tree();
    size_t count = 0;

    if (tree == NULL)
        return 0;
    for (int node = fdt_node_offset_by_compatible(tree, -1, compatible); node >= 0;
         node = fdt_node_offset_by_compatible(tree, node, compatible)) {
        struct device device;
        if (!is_available(tree, node) || !read_registers(tree, node, &device))
            continue;
        if (count < max)
            devices[count] = device;
        count++;
    }
    qsort(devices, count < max ? count : max, sizeof *devices, by_address);
    return count;
}

const char *devices_machine(void)
{
    const void *tree = runtime_device_tree();
    const char *name = tree ? fdt_getprop(tree, 0, "model", NULL) : NULL;

    if (tree && name == NULL)
        name = fdt_getprop(tree, 0, "compatible", NULL);
    return name ? name : "a machine without a device tree";
}
