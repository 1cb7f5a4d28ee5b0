/*
 * Tasks' address spaces: TTBR0 and the ASIDs, core by core. With none active a core translates the low half by an
 * empty table under ASID 0, which is no space's.
 */
#include "startup/spaces.h"

#include "iomem/port.h"
#include "mmu/asid.h"
#include "mmu/lock.h"
#include "mmu/tlb.h"
#include "startup/boot.h"
#include "startup/core.h"
#include "startup/layout.h"

_Static_assert(CORE_MAX <= ASID_CORES, "the pool of ASIDs has a place for each core");

static struct lock lock = LOCK_INIT; /* the pool, and TTBR0 of every core with it */
static struct asid_pool pool;
static struct mmu_space *orphans[CORE_MAX]; /* destroyed while the core had it active */

uint64_t port_space_size(void)
{
    return UINT64_C(1) << TASK_VA_BITS;
}

struct mmu_space *port_space_create(void)
{
    return mmu_space_create(&KERNEL_FORMAT, TASK_VA_BITS, &mmu_cpu_backend);
}

struct mmu_space *port_space_active(void)
{
    return spaces_active();
}

static void bury(struct mmu_space *space)
{
    if (space->asid_generation == pool.generation)
        tlb_forget_asid(space->asid);
    asid_release(&pool, space);
    mmu_space_destroy(space);
}

static void leave_orphan(unsigned core)
{
    struct mmu_space *orphan = orphans[core];

    orphans[core] = NULL;
    if (orphan && !asid_is_active(&pool, orphan))
        bury(orphan);
}

static uint64_t empty_root(void)
{
    return (uint64_t)(empty_table - image_start) + boot_info.image_pa;
}

static void enter(struct mmu_space *space)
{
    unsigned core = core_self();

    if (!pool.count)
        asid_start(&pool, tlb_asid_bits(), tlb_forget_all);
    if (pool.active[core] == space)
        return;
    if (asid_enter(&pool, core, space))
        __asm__ volatile("dsb ish" : : : "memory"); /* the number first, then what is walked under it: tlb_invalidate */
    if (space)
        ttbr0_set(mmu_space_root(space), space->asid);
    else
        ttbr0_set(empty_root(), 0);
    core_this()->task_space = space;
    leave_orphan(core);
}

void port_space_activate(struct mmu_space *space)
{
    uintptr_t entered = lock_enter(&lock);

    enter(space);
    lock_leave(&lock, entered);
}

/* Another core that has it active walks an empty table until it leaves it: only then does the table go. */
void port_space_destroy(struct mmu_space *space)
{
    uintptr_t entered = lock_enter(&lock);

    if (spaces_active() == space)
        enter(NULL);
    for (unsigned core = 0; core < CORE_MAX; core++)
        if (pool.active[core] == space)
            orphans[core] = space;
    if (asid_is_active(&pool, space))
        mmu_tag(space, 0, port_space_size(), MMU_TAG_NONE, 0);
    else
        bury(space);
    lock_leave(&lock, entered);
}
