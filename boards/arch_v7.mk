# What boards with an ARMv7-A core (or a later one in AArch32) have in common. The core has LPAE, VFPv4 and division.
CROSS := arm-none-eabi-
NEWLIB := $(ROOT)build/newlib-arm
LIBFDT := $(ROOT)build/libfdt-arm
SETUP_SUFFIX := -v7
CLANG_TARGET := armv7ve-none-eabihf
# As on AArch64. A null pointer is an address like any other to the compiler, or it replaces the access by UDF.
ARCH_FLAGS := -mcpu=cortex-a7 -mfloat-abi=hard -mfpu=neon-vfpv4 -marm -mno-unaligned-access -fno-short-enums \
    -fno-delete-null-pointer-checks
# Addresses are relative to the PC, through no table: the code also runs where it was loaded, the MMU off.
ARCH_EARLY_FLAGS := -fpie -include $(ROOT)startup/v7/arch/hidden.h
# newlib and libfdt were compiled with different sizes of enum; neither passes any.
ARCH_LINK_FLAGS := -Wl,--no-enum-size-warning
