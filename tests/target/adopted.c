#include "tests/target/adopted.h"

#include "startup/runtime.h"
#include "tests/target/live.h"

int adopted_open(struct mmu_space *space)
{
    struct live_root root = live_root();
    const struct mmu_tree tree = {root.table, root.va_bits};

    return mmu_space_adopt(space, mmu_kernel_space()->format, &tree, &mmu_cpu_backend, MMU_SPACE_HIGH | MMU_SPACE_TAGS);
}

bool adopted_take_over(struct mmu_space *space)
{
    return adopted_open(space) == MMU_OK && runtime_hand_over(space) == 0;
}
