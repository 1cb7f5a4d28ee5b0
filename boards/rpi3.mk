QEMU_MACHINE := raspi3b
