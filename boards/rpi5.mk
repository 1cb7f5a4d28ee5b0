QEMU_MACHINE := raspi5b
QEMU_SINCE := no QEMU has a model of the Raspberry Pi 5
