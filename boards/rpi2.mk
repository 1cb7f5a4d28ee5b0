ARCH := v7
QEMU_MACHINE := raspi2b
