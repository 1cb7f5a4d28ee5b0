# What boards with an AArch64 core have in common.
CROSS := aarch64-linux-gnu-
NEWLIB := $(ROOT)build/newlib-aarch64
LIBFDT := $(ROOT)build/libfdt
SETUP_SUFFIX :=
CLANG_TARGET := aarch64-none-elf
# No access before its time that the hardware may refuse, no helper of libgcc.
ARCH_FLAGS := -mno-outline-atomics -mstrict-align $(BOARD_FLAGS)
ARCH_WARNINGS :=
ARCH_INCLUDES :=
ARCH_EARLY_FLAGS :=
ARCH_LINK_FLAGS := $(BOARD_FLAGS)
ARCH_WITHOUT :=
# The exception level where the runtime stays. EL2 needs a core with VHE, and a machine that enters there.
EL ?= 1
LEVELS := 1 2
