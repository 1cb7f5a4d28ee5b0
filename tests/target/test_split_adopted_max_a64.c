/*
 * The same on a core that cuts a leaf without a break.
 *
 * QEMU: -smp 2 -cpu max
 */
#include "tests/target/adopted.h"
#include "tests/target/split.h"
#include "tests/target/tap.h"

static struct mmu_space space;

int main(void)
{
    return adopted_take_over(&space) ? split_main(true) : 1;
}
