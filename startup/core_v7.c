/* What a core is started with, and how it waits. */
#include "startup/core.h"

#include <string.h>

#include "arch/boot_core.h"
#include "mmu/cache.h"
#include "mmu/space.h"
#include "startup/boot.h"
#include "startup/memory.h"

static struct boot_core boot_cores[CORE_MAX] __attribute__((aligned(128)));

/* As on AArch64: in memory, as the core's caches are off at first, and not written again while it may be reading. */
uint64_t core_prepare(const struct core *core, uint64_t affinity, void (*run)(void))
{
    struct boot_core *boot = &boot_cores[core->number];
    struct boot_core due = {
        .ttbr1 = mmu_space_root(mmu_kernel_space()),
        .record = (uint32_t)core,
        .main_stack = (uint32_t)core->main_stack_top,
        .exception_stack = (uint32_t)core->exception_stack_top,
        .run = (uint32_t)run,
        .affinity = affinity,
    };

    if (memcmp(boot, &due, sizeof due))
        *boot = due;
    cache_clean(boot, sizeof *boot);
    return boot_image_pa(boot);
}

/* WFI ends with an interrupt that is masked, too; where there are none, WFE does with any event. */
void core_doze(const struct core *core)
{
    if (core->irq_ready)
        __asm__ volatile("dsb\n\twfi" : : : "memory");
    else
        __asm__ volatile("wfe" : : : "memory");
    __asm__ volatile("cpsie if\n\tisb\n\tcpsid if" : : : "memory");
}
