/* For host tests built with DEBUG=1: they map one page with any types, on purpose. test_mmu_debug has one that tells.
 */
#include "mmu/conflict.h"

void mmu_conflict_found(const struct mmu_conflict *conflict)
{
    (void)conflict;
}
