/*
 * Aliases of another memory type, as a build with DEBUG=1 tells of them: that form of the calls that map is compiled
 * into this test. The runtime and the classes make none.
 */
#include "mmu/map_debug.c"

#include "iomem/iomem.h"
#include "iomem/port.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"

static struct mmu_conflict told;
static volatile unsigned tellings;

void mmu_conflict_found(const struct mmu_conflict *conflict)
{
    told = *conflict;
    tellings++;
}

/* Every explicit mode for one page, while the linear map and another map have it, too. */
static void cache_modes__reach_all_aliases_before_a_map_is_made(void)
{
    IOBufferMemoryDescriptorRef buffer = IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut, 4 * PAGE, PAGE);
    IOMemoryMapRef first;

    if (!CHECK(buffer != NULL))
        return;
    first = IOMemoryDescriptorMap((IOMemoryDescriptorRef)buffer, 0);
    CHECK(first != NULL);
    for (IOOptionBits mode = kIOMapInhibitCache; mode <= kIOMapPostedCombinedReordered; mode += kIOMapInhibitCache) {
        IOMemoryMapRef map = IOMemoryDescriptorMap((IOMemoryDescriptorRef)buffer, mode);

        CHECK(map != NULL);
        OSObjectRelease((OSObjectRef)map);
    }
    OSObjectRelease((OSObjectRef)first);
    OSObjectRelease((OSObjectRef)buffer);
    CHECK_EQ(tellings, 0);
}

static void alias_of_another_type__is_told(void)
{
    uint64_t frame = port_frame_alloc(PAGE, PAGE, UINT64_MAX), va = machine_corner() + 3 * PAGE;

    if (!CHECK(frame != PORT_NO_FRAME))
        return;
    CHECK_EQ(mmu_map(mmu_kernel_space(), &(struct mmu_range){va, frame, PAGE, MMU_WRITEBACK}), MMU_OK);
    CHECK_EQ(tellings, 0);
    CHECK_EQ(mmu_unmap(mmu_kernel_space(), va, PAGE), MMU_OK);
    CHECK_EQ(mmu_map(mmu_kernel_space(), &(struct mmu_range){va, frame, PAGE, MMU_UNCACHED}), MMU_OK);
    CHECK_EQ(tellings, 1);
    CHECK_EQ(told.pa, frame);
    CHECK_EQ(told.va, va);
    CHECK_EQ(told.other_va, (uintptr_t)port_linear(frame));
    CHECK_EQ(mmu_unmap(mmu_kernel_space(), va, PAGE), MMU_OK);
    port_frame_free(frame, PAGE);
}

int main(void)
{
    TAP_RUN(cache_modes__reach_all_aliases_before_a_map_is_made);
    TAP_RUN(alias_of_another_type__is_told);
    return tap_done();
}
