/*
 * The same when the runtime goes on with its own tables adopted: what is cut was not made by the space that cuts it.
 *
 * QEMU: -smp 2
 */
#include "tests/target/adopted.h"
#include "tests/target/split.h"
#include "tests/target/tap.h"

static struct mmu_space space;

int main(void)
{
    return adopted_take_over(&space) ? split_main(false) : 1;
}
