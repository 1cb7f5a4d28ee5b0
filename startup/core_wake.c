/* Waking a core: by PSCI (Arm DEN 0022) where firmware has it, or out of our own park. */
#include "startup/core.h"

#include "boards/board.h"
#include "mmu/cache.h"
#include "startup/access.h"
#include "startup/boot.h"
#include "startup/irq.h"
#include "startup/irq_tree.h"
#include "startup/memory.h"
#include "startup/psci.h"
#include "startup/runtime.h"

/* Firmware's park: the core goes to our own first instruction, and from there to our own park. */
static void call_from_firmware(const struct core *core)
{
    struct board_access access = access_lend();
    uint64_t pa = irq_tree_release_slot(runtime_device_tree(), (int)core->number);
    volatile uint64_t *slot = pa ? (volatile uint64_t *)(uintptr_t)memory_at(pa) : NULL;

    if (board.call_core)
        board.call_core(&access, (int)core->number, boot_info.image_pa);
    if (!slot)
        return;
    *slot = boot_info.image_pa;
    cache_clean((const void *)(uintptr_t)slot, sizeof *slot);
}

/* One store: a core that comes while it changes finds the old or the new, and either says whose it is. */
static int release(uint64_t context)
{
    boot_release = (uintptr_t)context;
    cache_clean((const void *)(uintptr_t)&boot_release, sizeof boot_release);
    __asm__ volatile("dsb sy\n\tsev" : : : "memory");
    return 0;
}

void core_rouse(const struct core *core)
{
    if (core->irq_ready && irq_ready())
        irq_ring(core);
    else
        __asm__ volatile("dsb ish\n\tsev" : : : "memory");
}

int core_wake(const struct core *core, void (*run)(void))
{
    uint64_t affinity = irq_tree_affinity(runtime_device_tree(), (int)core->number);
    uint64_t context = core_prepare(core, affinity, run);
    char conduit = psci_conduit();

    if (conduit)
        return psci_cpu_on(conduit == 's', affinity, boot_image_pa(boot_core), context);
    call_from_firmware(core);
    return release(context);
}
