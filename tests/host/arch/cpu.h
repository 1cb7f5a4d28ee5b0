/* The host's twin of mmu/a64/arch/cpu.h: every store into a table passes the model (tests/host/model.h). */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void model_entry_write(volatile uint64_t *slot, uint64_t value);
void model_entry_link(volatile uint64_t *slot, uint64_t value);
void model_entry_write32(volatile uint32_t *slot, uint32_t value);
void model_entry_link32(volatile uint32_t *slot, uint32_t value);

static inline uintptr_t irq_mask(void)
{
    return 0;
}

static inline void irq_restore(uintptr_t was)
{
    (void)was;
}

/* Not 0, and no other core's: here, no other thread's. */
static inline uintptr_t core_key(void)
{
    return (uintptr_t)&errno; /* one a thread; a variable of this function would be one a source file */
}

static inline unsigned core_self(void)
{
    return 0;
}

static inline bool core_claim(uintptr_t *word, uintptr_t key)
{
    uintptr_t free = 0;

    return __atomic_compare_exchange_n(word, &free, key, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static inline void core_relax(void)
{
}

static inline void entry_write(volatile uint64_t *slot, uint64_t value)
{
    model_entry_write(slot, value);
}

static inline void entry_link(volatile uint64_t *slot, uint64_t value)
{
    model_entry_link(slot, value);
}

static inline void entry_write32(volatile uint32_t *slot, uint32_t value)
{
    model_entry_write32(slot, value);
}

static inline void entry_link32(volatile uint32_t *slot, uint32_t value)
{
    model_entry_link32(slot, value);
}

#include "mmu/v7/arch/entry_runs.h"

#endif
