#include "apps/tour/devices.h"

#include <stdlib.h>
#include <string.h>

#include "boards/board.h"
#include "startup/runtime.h"
#include "startup/tree.h"

static int by_address(const void *a, const void *b)
{
    const struct device *left = a, *right = b;

    return (left->pa > right->pa) - (left->pa < right->pa);
}

static void add(struct device *devices, size_t max, size_t *count, const struct board_range *registers)
{
    if (*count < max)
        devices[*count] = (struct device){registers->pa, registers->size};
    (*count)++;
}

/* A device without a status is there; any status but "okay" keeps it from us: the secure world's UART is "disabled". */
static size_t find_in_tree(const void *tree, const char *compatible, struct device *devices, size_t max)
{
    size_t count = 0;

    for (int node = fdt_node_offset_by_compatible(tree, -1, compatible); node >= 0;
         node = fdt_node_offset_by_compatible(tree, node, compatible)) {
        struct board_range registers;
        if (tree_is_enabled(tree, node) && tree_registers(tree, node, 0, &registers) && registers.size)
            add(devices, max, &count, &registers);
    }
    return count;
}

static size_t find_on_board(const char *compatible, struct device *devices, size_t max)
{
    size_t count = 0;

    for (const struct board_device *device = board.devices; device && device->compatible; device++)
        if (strcmp(device->compatible, compatible) == 0)
            add(devices, max, &count, &device->registers);
    return count;
}

size_t devices_find(const char *compatible, struct device *devices, size_t max)
{
    const void *tree = runtime_device_tree();
    size_t count = tree ? find_in_tree(tree, compatible, devices, max) : find_on_board(compatible, devices, max);

    qsort(devices, count < max ? count : max, sizeof *devices, by_address);
    return count;
}

const char *devices_machine(void)
{
    const void *tree = runtime_device_tree();
    const char *name = tree ? fdt_getprop(tree, 0, "model", NULL) : board.name;

    if (tree && name == NULL)
        name = fdt_getprop(tree, 0, "compatible", NULL);
    return name ? name : "a machine without a name";
}

const char *devices_source(void)
{
    return runtime_device_tree() ? "found in the device tree" : "by the board's own list, as there is no device tree";
}
