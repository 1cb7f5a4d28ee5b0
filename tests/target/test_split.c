/*
 * Break before make: what a core meets while another one cuts a leaf in use.
 *
 * QEMU: -smp 4
 */
#include "tests/target/split.h"

int main(void)
{
    return split_main(false);
}
