/*
 * Tasks' address spaces: TTBR0 and the ASIDs, core by core. With none active a core translates the low half by an
 * empty table under ASID 0, which is no space's.
 */
#include "startup/spaces.h"

#include <stdlib.h>

#include "iomem/port.h"
#include "mmu/asid.h"
#include "mmu/lock.h"
#include "mmu/tlb.h"
#include "startup/boot.h"
#include "startup/core.h"
#include "startup/el0.h"
#include "startup/layout.h"

_Static_assert(CORE_MAX <= ASID_CORES, "the pool of ASIDs has a place for each core");

static struct lock lock = LOCK_INIT; /* the pool, and TTBR0 of every core with it */
static struct asid_pool pool;

/* What a task has of the port. */
struct task_space {
    struct mmu_space tables; /* first: iomem knows the whole by it */
    struct el0_thread *threads;
    unsigned holds; /* by spaces_borrow */
    bool dead;      /* destroyed while some core had it active or held it */
};

uint64_t port_space_size(void)
{
    return UINT64_C(1) << TASK_VA_BITS;
}

struct mmu_space *port_space_create(void)
{
    struct task_space *space = calloc(1, sizeof *space);

    if (space && mmu_space_init(&space->tables, &KERNEL_FORMAT, TASK_VA_BITS, &mmu_cpu_backend, 0) == MMU_OK)
        return &space->tables;
    free(space);
    return NULL;
}

struct mmu_space *port_space_active(void)
{
    return spaces_active();
}

static struct task_space *whole(struct mmu_space *space)
{
    return (struct task_space *)space;
}

struct el0_thread **spaces_threads(struct mmu_space *space)
{
    return &whole(space)->threads;
}

/* No core has it active or holds it. */
static void bury(struct task_space *space)
{
    asid_release(&pool, &space->tables);
    mmu_space_release(&space->tables);
    while (space->threads) {
        struct el0_thread *next = space->threads->next;

        free(space->threads);
        space->threads = next;
    }
    free(space);
}

static void bury_if_dead(struct mmu_space *space)
{
    if (space && whole(space)->dead && !whole(space)->holds && !asid_is_active(&pool, space))
        bury(whole(space));
}

static void enter(struct mmu_space *space)
{
    struct mmu_space *before = spaces_active();

    if (!pool.count)
        asid_start(&pool, tlb_asid_bits(), tlb_forget_asid, tlb_forget_all);
    if (before == space)
        return;
    if (asid_enter(&pool, core_self(), space))
        __asm__ volatile("dsb ish" : : : "memory"); /* the number first, then what is walked under it: tlb_invalidate */
    if (space)
        ttbr0_set(mmu_space_root(space), space->asid);
    else
        ttbr0_set(boot_image_pa(empty_table), 0);
    core_this()->task_space = space;
    bury_if_dead(before);
}

void port_space_activate(struct mmu_space *space)
{
    uintptr_t entered = lock_enter(&lock);

    enter(space);
    lock_leave(&lock, entered);
}

static void let_go(struct mmu_space *space)
{
    if (space)
        whole(space)->holds--;
    bury_if_dead(space);
}

static void give_back(struct loan *loan)
{
    const struct space_loan *mine = (const struct space_loan *)loan;
    struct mmu_space *space = mine->space, *before = mine->before;
    uintptr_t entered = lock_enter(&lock);

    core_this()->loans = loan->outer;
    enter(before && whole(before)->dead ? NULL : before);
    let_go(before);
    let_go(space);
    lock_leave(&lock, entered);
}

void spaces_borrow(struct space_loan *loan, struct mmu_space *space)
{
    uintptr_t entered = lock_enter(&lock);
    struct mmu_space *before = spaces_active();

    *loan = (struct space_loan){{core_this()->loans, give_back}, space, before};
    core_this()->loans = &loan->loan;
    whole(space)->holds++;
    if (before)
        whole(before)->holds++;
    enter(space);
    lock_leave(&lock, entered);
}

void spaces_return(struct space_loan *loan)
{
    give_back(&loan->loan);
}

void cpu_low_space(struct mmu_space *space)
{
    core_this()->low_space = space;
}

int spaces_asid_count(void)
{
    return pool.count ? (int)pool.taken - 1 : 0;
}

/* Another core that has it active walks an empty table until it leaves it: only then does the table go. */
void port_space_destroy(struct mmu_space *space)
{
    uintptr_t entered = lock_enter(&lock);

    if (spaces_active() == space)
        enter(NULL);
    whole(space)->dead = true;
    bury_if_dead(space);
    lock_leave(&lock, entered);
}
