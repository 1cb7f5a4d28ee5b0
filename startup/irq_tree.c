/*
 * Bindings: Arm's interrupt controllers (an interrupt is three cells: kind, number, flags), the architected
 * timer (its interrupts are Secure, Non-secure, virtual, hypervisor) and the cpu nodes (reg is MPIDR's affinity).
 */
#include "startup/irq_tree.h"

#include "startup/timer.h"
#include "startup/tree.h"

enum { CELLS = 3, KIND_OWN = 1, FIRST_OWN = 16, FIRST_SHARED = 32 };

static int find(const void *fdt, const char *const *compatible)
{
    int node = -1;

    for (; fdt && node < 0 && *compatible; compatible++)
        node = fdt_node_offset_by_compatible(fdt, -1, *compatible);
    return node;
}

bool irq_tree_registers(const void *fdt, const char *const *compatible, struct board_range registers[2])
{
    int node = find(fdt, compatible);

    return node >= 0 && tree_is_enabled(fdt, node) && tree_registers(fdt, node, 0, &registers[0]) &&
           tree_registers(fdt, node, 1, &registers[1]);
}

unsigned irq_tree_timer(const void *fdt, unsigned kind)
{
    static const char *const compatible[] = {"arm,armv8-timer", "arm,armv7-timer", NULL};
    int length, node = find(fdt, compatible);
    const fdt32_t *cells = node < 0 ? NULL : fdt_getprop(fdt, node, "interrupts", &length);

    if (board.timer_irq && kind == TIMER_VIRTUAL)
        return board.timer_irq;
    if (!cells || length < (int)((kind + 1) * CELLS * sizeof *cells))
        return 0;
    cells += kind * CELLS;
    return fdt32_ld(&cells[1]) + (fdt32_ld(&cells[0]) == KIND_OWN ? FIRST_OWN : FIRST_SHARED);
}

/* The index-th node of /cpus that is a core; negative: there is none. */
static int find_core(const void *fdt, int index)
{
    int cpus = fdt ? fdt_path_offset(fdt, "/cpus") : -1;
    int node = cpus < 0 ? -1 : fdt_first_subnode(fdt, cpus);

    for (; node >= 0; node = fdt_next_subnode(fdt, node))
        if (tree_has_type(fdt, node, "cpu") && index-- == 0)
            break;
    return node;
}

uint64_t irq_tree_affinity(const void *fdt, int index)
{
    struct board_range reg;
    int node = find_core(fdt, index);

    return node >= 0 && tree_reg(fdt, node, 0, &reg) ? reg.pa : board.first_core + (uint64_t)index;
}

uint64_t irq_tree_release_slot(const void *fdt, int index)
{
    int length, node = find_core(fdt, index);
    const fdt32_t *cells = node < 0 ? NULL : fdt_getprop(fdt, node, "cpu-release-addr", &length);

    if (cells && length >= (int)sizeof *cells)
        return tree_number(cells, length / (int)sizeof *cells);
    return board.spin_table ? board.spin_table + 8 * (uint64_t)index : 0;
}
