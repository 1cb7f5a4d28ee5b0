# What boards with an ARMv7-A core (or a later one in AArch32) have in common. The core has LPAE, VFPv4 and division.
CROSS := arm-none-eabi-
NEWLIB := $(ROOT)build/newlib-arm
LIBFDT := $(ROOT)build/libfdt-arm
SETUP_SUFFIX := -v7
CLANG_TARGET := armv7ve-none-eabihf
ARCH_MACHINE := -mcpu=cortex-a7 -mfloat-abi=hard -mfpu=neon-vfpv4 -marm
# int32_t is int, as on AArch64: this compiler would make it long. A null pointer is an address like any other: the
# compiler would replace such an access by UDF.
ARCH_FLAGS := $(ARCH_MACHINE) -mno-unaligned-access -fno-short-enums -fno-delete-null-pointer-checks \
    -U__INT32_TYPE__ -D__INT32_TYPE__=int -U__UINT32_TYPE__ -D__UINT32_TYPE__=unsigned
# Sizes of 64 bits, which IOKit's interface has everywhere, meet size_t of 32.
ARCH_WARNINGS := -Wno-conversion
# This compiler has its limits.h in a second folder.
ARCH_INCLUDES = -isystem $(GCC_INCLUDE)-fixed
# Addresses are relative to the PC, through no table: the code also runs where it was loaded, the MMU off.
ARCH_EARLY_FLAGS := -fpie -include $(ROOT)startup/v7/arch/hidden.h
# newlib and libfdt were compiled with different sizes of enum; neither passes any.
ARCH_LINK_FLAGS := $(ARCH_MACHINE) -Wl,--no-enum-size-warning -Wl,-z,noexecstack
# The benchmark counts with AArch64's registers.
ARCH_WITHOUT := bench
# The descriptors of the runtime's tables: lpae or short.
FORMAT ?= lpae
FORMATS := lpae short
