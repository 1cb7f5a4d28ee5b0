/* iomem/port.h on the host: tasks' spaces, each core's active one, and their ASIDs, over the model. */
#include "iomem/port.h"
#include "mmu/asid.h"
#include "mmu/cache.h"
#include "startup/frames.h"
#include "tests/host/model.h"
#include "tests/host/port_host.h"

enum { TASK_BITS = 39, DEAD_MAX = 8 };

static struct asid_pool asids;
static struct mmu_space *dead[DEAD_MAX]; /* destroyed while another core had it active */

uint64_t port_space_size(void)
{
    return UINT64_C(1) << TASK_BITS;
}

void host_asids(unsigned bits)
{
    asid_start(&asids, bits, model_forget_asid, model_forget_all);
}

struct mmu_space *port_space_create(void)
{
    struct mmu_space *space = mmu_space_create(&mmu_vmsa64_4k, TASK_BITS, &model_backend);
    struct model_space known = {.space = space, .granule_bits = 12, .va_bits = TASK_BITS};

    if (!space)
        return NULL;
    known.root = mmu_space_root(space);
    model_adopt(&known);
    return space;
}

/* Its tables go while the model still knows them; then there is nothing that could be walked. */
static void bury(struct mmu_space *space)
{
    asid_release(&asids, space);
    model_forget(space);
    mmu_space_destroy(space);
}

static void bury_the_dead(void)
{
    for (unsigned i = 0; i < DEAD_MAX; i++) {
        if (!dead[i] || asid_is_active(&asids, dead[i]))
            continue;
        bury(dead[i]);
        dead[i] = NULL;
    }
}

void port_space_activate(struct mmu_space *space)
{
    if (!asids.count)
        host_asids(ASID_BITS_MAX);
    asid_enter(&asids, (unsigned)host_core, space);
    model_enter((unsigned)host_core, space);
    bury_the_dead();
}

struct mmu_space *port_space_active(void)
{
    return asids.active[host_core];
}

void port_space_destroy(struct mmu_space *space)
{
    unsigned place = 0;

    if (asids.active[host_core] == space)
        port_space_activate(NULL);
    while (place < DEAD_MAX && dead[place])
        place++;
    assert_true(place < DEAD_MAX);
    dead[place] = space;
    bury_the_dead();
}

void port_set_reclaim(bool (*reclaim)(void))
{
    frames_set_reclaim(reclaim);
}

unsigned host_forgets;

void cache_forget_instructions(void)
{
    host_forgets++;
}
