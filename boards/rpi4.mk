QEMU_MACHINE := raspi4b
QEMU_SINCE := it came with QEMU 9.0
