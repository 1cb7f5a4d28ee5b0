ARCH := v7
QEMU_MACHINE := virt
CPU ?= cortex-a15
