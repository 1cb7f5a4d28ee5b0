# How a program is set up, compiled, linked and run. A program of your own, anywhere on the disk, is three lines:
#
#     IOMEM = ../iomem
#     SRCS = main.c driver/uart.cpp start.S
#     include $(IOMEM)/app.mk
#
# It builds build/BOARD/NAME.elf and NAME.bin; `make run` boots it. The project's own Makefile includes this file too.

# The variables that a call of make or a Makefile may set.
BOARD ?= virt#       a board: linker/BOARD.ld and boards/BOARD.c
OPT ?= -O2
TIMEOUT ?=#          seconds after which a run ends with status 124; none: never
QEMU_FLAGS ?=#       more words for QEMU
# MACHINE              appended to -M, such as virtualization=on
FORM ?= elf#         what QEMU is given: elf or bin
MONITOR ?=#          1 or 0 for the guest; unset: 1 when make's standard input is a terminal
ARGS ?=#             more words for the guest's command line
V ?=#                1 shows the commands
DEBUG ?=#            1 links the checks of *_debug.c in

ROOT := $(filter-out ./,$(dir $(lastword $(MAKEFILE_LIST))))
ifndef IN_TREE
NAME ?= $(notdir $(abspath $(dir $(firstword $(MAKEFILE_LIST)))))
.DEFAULT_GOAL := all
endif

SHELL := /bin/bash
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),:,printf '  %-6s %s\n')

# A board that is not an AArch64 machine which QEMU knows by the board's name says so in boards/BOARD.mk.
ARCH := a64
QEMU_MACHINE := $(BOARD)
-include $(ROOT)boards/$(BOARD).mk
include $(ROOT)boards/arch_$(ARCH).mk
# Tables of other descriptors are another library, and so is a runtime that stays at EL2: each has a folder of its own.
OUT := build/$(BOARD)$(if $(filter short,$(FORMAT)),-short)$(if $(filter 2,$(EL)),-el2)
LIBRARY := $(ROOT)$(OUT)/libiomem.a
ifeq ($(wildcard $(ROOT)linker/$(BOARD).ld),)
$(if $(filter-out help clean,$(or $(MAKECMDGOALS),all)),$(error there is no board $(BOARD)))
endif
ifneq ($(filter-out $(LEVELS),$(EL)),)
$(error EL=$(EL): $(BOARD) has no runtime that stays there)
endif
ifeq ($(QEMU_MACHINE),virt)
ifeq ($(EL),2)
CPU ?= cortex-a76
MACHINE ?= virtualization=on
endif
CPU ?= cortex-a57
MEMORY ?= 256M
endif

# ---- set-up: what the goals need of the machine ------------------------------------------------------------

GOALS := $(filter-out help clean format,$(or $(MAKECMDGOALS),all))
SETUP := $(if $(filter docs,$(GOALS)),docs,$(if $(filter test test-long target ready lint clang headers host host-programs mutants fuzz soak soak-iomem setup,$(GOALS)),test,$(if $(filter debug sdcard flash jtag,$(GOALS)),debug,$(if $(filter run screenshot bench,$(GOALS)),run,build))))
ifneq ($(GOALS),)
include $(ROOT)build/setup-$(SETUP)$(SETUP_SUFFIX).mk
endif
$(ROOT)build/setup-%.mk: $(ROOT)tools/setup.sh
	@$(ROOT)tools/setup.sh $* $@

# ---- compiling ------------------------------------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Werror $(ARCH_WARNINGS)
# __DYNAMIC_REENT__: newlib is built so; a core has its own errno and streams.
TARGET_FLAGS := $(OPT) -g -ffreestanding -fno-pie -fno-stack-protector -fno-common \
    -ffunction-sections -fdata-sections $(ARCH_FLAGS) -D__DYNAMIC_REENT__
GCC_FLAGS := -no-pie --param=min-pagesize=0 -U__linux__ -Ulinux -Uunix
INCLUDES := -I$(or $(ROOT),.) -I$(ROOT)mmu/$(ARCH) -I$(ROOT)startup/$(ARCH)
SYSTEM_INCLUDES := -nostdinc -isystem $(NEWLIB)/include -isystem $(GCC_INCLUDE) $(ARCH_INCLUDES) -isystem $(LIBFDT)/include
C_FLAGS := -std=gnu11
CXX_FLAGS := -std=gnu++17 -fno-exceptions -fno-rtti -fno-threadsafe-statics -I$(ROOT)iomem/cxx
# Code that runs with the MMU off, or before SIMD's registers are saved, must not touch them.
EARLY := startup/boot% startup/fault% boards/%
early_flags = $(if $(filter $(EARLY),$1),-mgeneral-regs-only $(if $(filter %.c,$1),$(ARCH_EARLY_FLAGS)))

# mmu/ for size: a frame pointer a function, loop constants kept in registers, large frames that keep GCC from inlining,
# and prologues put off to where they are needed, are a twentieth of it.
SMALL_FLAGS := $(if $(filter -Os,$(OPT)),-fomit-frame-pointer -fno-move-loop-invariants -fno-shrink-wrap \
    --param=large-stack-frame=4096)
room_flags = $(if $(filter mmu/%,$1),$(SMALL_FLAGS))

# $(call compile,SOURCE,MORE FLAGS) is the command without its output
compile = $(CROSS)$(if $(filter %.cpp,$1),g++ $(CXX_FLAGS),gcc $(if $(filter %.c,$1),$(C_FLAGS))) $(TARGET_FLAGS) \
    $(GCC_FLAGS) $(call early_flags,$1) $(call room_flags,$1) $(INCLUDES) $(SYSTEM_INCLUDES) $2 -c $1
# ../x.c becomes up/x.c: objects stay inside the build folder
object = $(OUT)/obj/$(subst ../,up/,$1).o

# A file that changes when the flags do, for objects to depend on.
define flags_file
$1: FORCE
	@mkdir -p $$(@D)
	@echo '$$(subst ','\'',$2)' | cmp -s - $$@ || echo '$$(subst ','\'',$2)' >$$@
endef
FORCE:

# $(call objects,SOURCES,FLAGS,FLAGS FILE)
define object_rule
$(call object,$1): $1 $3
	@mkdir -p $$(@D)
	@$$(say) CC $1
	$$(Q)$$(call compile,$1,$2) -MMD -MP -o $$@
-include $(patsubst %.o,%.d,$(call object,$1))
endef
objects = $(foreach source,$1,$(eval $(call object_rule,$(source),$2,$3)))

# ---- linking --------------------------------------------------------------------------------------------------

LIBRARIES := $(LIBRARY) $(LIBFDT)/lib/libfdt.a $(NEWLIB)/lib/libc.a $(NEWLIB)/lib/libm.a
LINKER_SCRIPTS := $(ROOT)linker/$(BOARD).ld $(ROOT)linker/sections.ld $(ROOT)linker/$(ARCH)/arch.ld
LINK := $(CROSS)gcc -nostdlib -nostartfiles -static -no-pie -Wl,--build-id=none -Wl,-z,max-page-size=4096 \
    -Wl,--gc-sections -Wl,--fatal-warnings $(ARCH_LINK_FLAGS) -L$(ROOT)linker -L$(ROOT)linker/$(ARCH) -T $(ROOT)linker/$(BOARD).ld

# $(call program,NAME,OBJECTS)
define program
$(OUT)/$1.elf: $2 $(LIBRARIES) $(LINKER_SCRIPTS)
	@$$(say) LINK $$@
	$$(Q)$(LINK) -o $$@ $2 -Wl,--start-group $(LIBRARIES) -lgcc -Wl,--end-group
$(OUT)/$1.bin: $(OUT)/$1.elf
	$$(Q)$(CROSS)objcopy -O binary $$< $$@
endef

# ---- running --------------------------------------------------------------------------------------------------

comma := ,
QEMU ?= qemu-system-aarch64
QEMU_COMMAND = $(QEMU) -M $(QEMU_MACHINE)$(if $(MACHINE),$(comma)$(MACHINE)) $(if $(CPU),-cpu $(CPU)) \
    $(if $(MEMORY),-m $(MEMORY)) $(if $(SMP),-smp $(SMP)) -display none $(QEMU_FLAGS)
# QEMU_SINCE, from boards/BOARD.mk, is what to say when QEMU does not know the machine.
# $(call run,NAME,MORE WORDS FOR QEMU)
run = QEMU_SINCE='$(QEMU_SINCE)' TIMEOUT='$(TIMEOUT)' MONITOR='$(MONITOR)' ARGS='$1 $(ARGS)' \
    $(ROOT)tools/run.sh $(OUT)/$1.$(FORM) $(QEMU_COMMAND) $2
GDB := $(shell command -v gdb-multiarch 2>/dev/null)

define debug
	@$(if $(GDB),,echo 'In another terminal: gdb-multiarch -ex "target remote :1234" -x $(ROOT)tools/gdb/iomem.py $(OUT)/$1.elf')
	$(Q)$(if $(GDB),$(call run,$1,-S -gdb tcp::1234) </dev/null & qemu=$$!; \
	    $(GDB) -q -ex 'target remote :1234' -x $(ROOT)tools/gdb/iomem.py $(OUT)/$1.elf; kill $$qemu 2>/dev/null || true,$(call run,$1,-S -gdb tcp::1234))
endef

# ---- a program out of tree ------------------------------------------------------------------------------------

ifndef IN_TREE
PROGRAM_FLAGS := -Wall $(CFLAGS)
$(eval $(call flags_file,$(OUT)/$(NAME).flags,$(TARGET_FLAGS) $(PROGRAM_FLAGS)))
$(call objects,$(SRCS),$(PROGRAM_FLAGS),$(OUT)/$(NAME).flags)
$(eval $(call program,$(NAME),$(foreach source,$(SRCS),$(call object,$(source)))))

.PHONY: all run debug size clean FORCE
all: $(OUT)/$(NAME).elf $(OUT)/$(NAME).bin
$(LIBRARY): FORCE
	@$(MAKE) --no-print-directory -C $(ROOT) BOARD=$(BOARD) $(if $(FORMAT),FORMAT=$(FORMAT)) $(if $(EL),EL=$(EL)) OPT='$(OPT)' DEBUG=$(DEBUG) V=$(V) library
run: all
	$(Q)$(call run,$(NAME))
debug: all
	$(call debug,$(NAME))
size: all
	$(Q)$(CROSS)size $(OUT)/$(NAME).elf
clean:
	rm -rf build
endif
