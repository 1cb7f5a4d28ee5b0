#include "startup/stacks.h"

#include <stddef.h>

#include "mmu/mmu.h"
#include "mmu/space.h"
#include "startup/core.h"
#include "startup/frames.h"

#define SLOT_SIZE       0x200000u
#define MIDDLE          0x100000u
#define MAIN_START      (MIDDLE - MAIN_STACK_SIZE)
#define EXCEPTION_START (MIDDLE + EXCEPTION_STACK_SIZE)
#define EXCEPTION_END   (MIDDLE + 2 * EXCEPTION_STACK_SIZE)

static uint64_t slot_of(uint64_t number)
{
    return STACKS_VA + number * SLOT_SIZE;
}

static bool map_stack(uint64_t va, uint64_t size)
{
    uint64_t pa = frame_alloc(size, 1, UINT64_MAX, PORT_OWNER_RUNTIME);
    struct mmu_range range = {va, pa, size, MMU_WRITEBACK | MMU_WRITE | MMU_PAGES};

    if (pa == PORT_NO_FRAME)
        return false;
    if (mmu_map(mmu_kernel_space(), &range) == MMU_OK)
        return true;
    frame_free(pa, size);
    return false;
}

static bool guard(uint64_t va, uint64_t size)
{
    return mmu_tag(mmu_kernel_space(), va, size, MMU_TAG_GUARD, 0) == MMU_OK;
}

bool stacks_create(struct core *core)
{
    uint64_t slot = slot_of(core->number);

    if (!guard(slot, MAIN_START) || !map_stack(slot + MAIN_START, MAIN_STACK_SIZE) ||
        !guard(slot + MIDDLE, EXCEPTION_STACK_SIZE) || !map_stack(slot + EXCEPTION_START, EXCEPTION_STACK_SIZE) ||
        !guard(slot + EXCEPTION_END, SLOT_SIZE - EXCEPTION_END))
        return false;
    core->main_stack_top = (uintptr_t)(slot + MIDDLE);
    core->exception_stack_top = (uintptr_t)(slot + EXCEPTION_END);
    return true;
}

/* An address's place in its slot; SLOT_SIZE outside the window. */
static uint64_t place_of(uint64_t va)
{
    return va - STACKS_VA < (uint64_t)CORE_MAX * SLOT_SIZE ? (va - STACKS_VA) % SLOT_SIZE : SLOT_SIZE;
}

const char *stack_name(uint64_t sp)
{
    uint64_t place = place_of(sp);

    if (place == SLOT_SIZE)
        return "no stack of the runtime's";
    if (place >= MAIN_START && place <= MIDDLE)
        return "main stack";
    if (place >= EXCEPTION_START && place <= EXCEPTION_END)
        return "exception stack";
    return "a stack's guard";
}

const char *stack_guard_name(uint64_t va, unsigned *core_number)
{
    uint64_t place = place_of(va);

    *core_number = (unsigned)((va - STACKS_VA) / SLOT_SIZE);
    if (place == SLOT_SIZE || !cores[*core_number].main_stack_top)
        return NULL;
    if (place < MAIN_START)
        return "main stack";
    return place >= MIDDLE && place < EXCEPTION_START ? "exception stack" : NULL;
}
