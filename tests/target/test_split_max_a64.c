/*
 * The same on a core with FEAT_BBM level 2, which cuts a leaf without a break.
 *
 * QEMU: -smp 4 -cpu max
 */
#include "tests/target/split.h"

int main(void)
{
    return split_main(true);
}
