/* Waking a core: by PSCI (Arm DEN 0022) where firmware has it, or out of our own park. */
#include "startup/core.h"

#include "mmu/cache.h"
#include "startup/boot.h"
#include "startup/boot_core.h"
#include "startup/irq.h"
#include "startup/irq_tree.h"
#include "startup/memory.h"
#include "startup/psci.h"
#include "startup/runtime.h"

static struct boot_core boot_cores[CORE_MAX] __attribute__((aligned(128)));

#define READ_REGISTER(name)                                                                                            \
    ({                                                                                                                 \
        uint64_t value_;                                                                                               \
        __asm__ volatile("mrs %0, " #name : "=r"(value_));                                                             \
        value_;                                                                                                        \
    })

static uint64_t image_pa(const void *address)
{
    return (uint64_t)((const char *)address - image_start) + boot_info.image_pa;
}

/* What this core has is what the other one gets. Its caches are off at first: memory must hold it. */
static uint64_t prepare(const struct core *core, void (*run)(void))
{
    struct boot_core *boot = &boot_cores[core->number];

    *boot = (struct boot_core){
        .ttbr0 = boot_info.identity_pa,
        .ttbr1 = READ_REGISTER(ttbr1_el1),
        .tcr = READ_REGISTER(tcr_el1),
        .mair = READ_REGISTER(mair_el1),
        .sctlr = READ_REGISTER(sctlr_el1),
        .record = (uint64_t)core,
        .main_stack = core->main_stack_top,
        .exception_stack = core->exception_stack_top,
        .run = (uint64_t)run,
    };
    cache_clean(boot, sizeof *boot);
    return image_pa(boot);
}

/* Firmware's park: the core goes to our own first instruction, and from there to our own park. */
static void call_from_firmware(const struct core *core)
{
    uint64_t pa = irq_tree_release_slot(runtime_device_tree(), (int)core->number);
    volatile uint64_t *slot = pa ? (volatile uint64_t *)(uintptr_t)memory_at(pa) : NULL;

    if (!slot)
        return;
    *slot = boot_info.image_pa;
    cache_clean((const void *)(uintptr_t)slot, sizeof *slot);
}

/* The second word is there before the first one says so. */
static int release(uint64_t affinity, uint64_t context)
{
    boot_release[1] = context;
    __asm__ volatile("dmb ishst" : : : "memory");
    boot_release[0] = affinity | UINT64_C(1) << 63;
    cache_clean((const void *)(uintptr_t)boot_release, sizeof boot_release);
    __asm__ volatile("dsb sy\n\tsev" : : : "memory");
    return 0;
}

/* WFI ends with an interrupt that is masked, too; where there are none, WFE does with any event. */
void core_doze(const struct core *core)
{
    if (core->irq_ready)
        __asm__ volatile("dsb sy\n\twfi" : : : "memory");
    else
        __asm__ volatile("wfe" : : : "memory");
    __asm__ volatile("msr daifclr, #3\n\tisb\n\tmsr daifset, #3" : : : "memory");
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
    uint64_t context = prepare(core, run);
    char conduit = psci_conduit();

    if (conduit)
        return psci_cpu_on(conduit == 's', affinity, image_pa(boot_core), context);
    call_from_firmware(core);
    return release(affinity, context);
}
