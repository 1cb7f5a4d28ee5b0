/* What a core is started with, and how it waits. */
#include "startup/core.h"

#include <string.h>

#include "arch/boot_core.h"
#include "mmu/cache.h"
#include "startup/boot.h"

static struct boot_core boot_cores[CORE_MAX] __attribute__((aligned(128)));

#define READ_REGISTER(name)                                                                                            \
    ({                                                                                                                 \
        uint64_t value_;                                                                                               \
        __asm__ volatile("mrs %0, " #name : "=r"(value_));                                                             \
        value_;                                                                                                        \
    })

/*
 * What this core has is what the other one gets. Its caches are off at first: memory must hold it. One that was called
 * before and comes only now may be reading it: what is there already is not written again.
 */
uint64_t core_prepare(const struct core *core, uint64_t affinity, void (*run)(void))
{
    struct boot_core *boot = &boot_cores[core->number];
    struct boot_core due = {
        .ttbr0 = boot_info.identity_pa,
        .ttbr1 = READ_REGISTER(ttbr1_el1),
        .tcr = READ_REGISTER(tcr_el1),
        .mair = READ_REGISTER(mair_el1),
        .sctlr = READ_REGISTER(sctlr_el1),
        .record = (uint64_t)core,
        .main_stack = core->main_stack_top,
        .exception_stack = core->exception_stack_top,
        .run = (uint64_t)run,
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
        __asm__ volatile("dsb sy\n\twfi" : : : "memory");
    else
        __asm__ volatile("wfe" : : : "memory");
    __asm__ volatile("msr daifclr, #3\n\tisb\n\tmsr daifset, #3" : : : "memory");
}
