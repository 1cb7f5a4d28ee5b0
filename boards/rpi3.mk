QEMU_MACHINE := raspi3b
# What a Cortex-A53 up to r0p4 gets wrong in rare sequences of instructions: the compiler makes none, and the linker
# mends those in libraries. Every Pi 3 and Zero 2 W has r0p4.
BOARD_FLAGS := -mfix-cortex-a53-835769 -mfix-cortex-a53-843419
