/* iomem/port.h on the host: tasks' spaces, each core's active one, and their ASIDs, over the model. */
#include "iomem/port.h"
#include "mmu/cache.h"
#include "startup/frames.h"
#include "mmu/asid.h"
#include "tests/host/model.h"
#include "tests/host/port_host.h"

#define TASK_BITS 39

static struct asid_pool asids;

uint64_t port_space_size(void)
{
    return UINT64_C(1) << TASK_BITS;
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

void port_space_activate(struct mmu_space *space)
{
    if (!asids.count)
        asid_start(&asids, ASID_BITS_MAX, model_forget_all);
    asid_enter(&asids, (unsigned)host_core, space);
}

struct mmu_space *port_space_active(void)
{
    return asids.active[host_core];
}

void port_space_destroy(struct mmu_space *space)
{
    if (asids.active[host_core] == space)
        port_space_activate(NULL);
    assert_false(asid_is_active(&asids, space));
    asid_release(&asids, space);
    model_forget(space);
    mmu_space_destroy(space);
}

void port_set_reclaim(bool (*reclaim)(void))
{
    frames_set_reclaim(reclaim);
}

void cache_forget_instructions(void)
{
}
