# iomem. `make help` lists the targets; app.mk says how a program is compiled, linked and run.
IN_TREE := 1
.DEFAULT_GOAL := all
include app.mk

APP ?= apps/tour
STRICT := $(WARNINGS)
HOST := build/host

# ---- which files: the Makefile chooses, the preprocessor chooses nothing -----------------------------------------

# A file named NAME_SUFFIX is for one architecture or one variant; a file with no such suffix is for all.
CHECKS := $(if $(filter 1,$(DEBUG)),debug,release)
# el1 and el2 are for the level where an AArch64 runtime stays.
SUFFIXES := a64 v7 lpae short el1 el2 debug release
portable = $(filter-out $(foreach suffix,$(SUFFIXES),%_$(suffix).c %_$(suffix).S),$1)
chosen = $(filter $(foreach suffix,$(ARCH) $(FORMAT) $(EL:%=el%) $(CHECKS),%_$(suffix).c %_$(suffix).S) %.cpp,$1) $(call portable,$1)
folder = $(sort $(call chosen,$(wildcard $1/*.c $1/*.S $1/*.cpp)))

# boards/ holds one object a board, and the devices that boards share.
BOARDS := $(filter-out sections,$(patsubst linker/%.ld,%,$(wildcard linker/*.ld)))
OTHER_BOARDS := $(filter-out $(BOARD),$(BOARDS))
LIBRARY_SRCS := $(filter-out $(OTHER_BOARDS:%=boards/%.c),$(foreach room,startup boards mmu iomem,$(call folder,$(room))))
LIBRARY_OBJS := $(foreach source,$(LIBRARY_SRCS),$(call object,$(source)))

# A program is a folder of apps/, or one file tests/target/test_*.c or tests/target/programs/*.c with the support
# in the other files of tests/target/. Those in programs/ are booted by scripts, tests/target/*.t.
APPS := $(foreach app,$(filter-out $(ARCH_WITHOUT),$(patsubst apps/%/,%,$(wildcard apps/*/))),$(if $(call folder,apps/$(app)),$(app)))
TARGET_SRCS := $(call folder,tests/target)
TEST_SRCS := $(filter tests/target/test_%,$(TARGET_SRCS)) $(call folder,tests/target/programs)
TARGET_SUPPORT := $(filter-out $(TEST_SRCS),$(TARGET_SRCS))
TARGET_TESTS := $(basename $(notdir $(TEST_SRCS)))
PROGRAM_SRCS := $(sort $(foreach app,$(APPS),$(call folder,apps/$(app))) $(TARGET_SUPPORT) $(TEST_SRCS))
PROGRAMS := $(APPS) $(TARGET_TESTS)
NAME := $(notdir $(patsubst %/,%,$(APP)))

# ---- the library and the programs ----------------------------------------------------------------------------------

$(eval $(call flags_file,$(OUT)/library.flags,$(TARGET_FLAGS) $(STRICT)))
$(eval $(call flags_file,$(OUT)/programs.flags,$(TARGET_FLAGS) $(STRICT) $(CFLAGS)))
$(eval $(call flags_file,$(OUT)/library.list,$(LIBRARY_SRCS)))
$(call objects,$(LIBRARY_SRCS),$(STRICT),$(OUT)/library.flags)
$(call objects,$(PROGRAM_SRCS),$(STRICT) $(CFLAGS),$(OUT)/programs.flags)

$(LIBRARY): $(LIBRARY_OBJS) $(OUT)/library.list
	@$(say) AR $@
	$(Q)rm -f $@ && $(CROSS)gcc-ar rcsD $@ $(LIBRARY_OBJS)

program_objects = $(foreach source,$1,$(call object,$(source)))
$(foreach app,$(APPS),$(eval $(call program,$(app),$(call program_objects,$(call folder,apps/$(app))))))
$(foreach test,$(TEST_SRCS),\
    $(eval $(call program,$(basename $(notdir $(test))),$(call program_objects,$(test) $(TARGET_SUPPORT)))))

.PHONY: all library programs run bench debug size test target lint host mutants fuzz soak soak-iomem docs clang headers format setup clean help FORCE

all: library programs compile_commands.json ## the library and every program, in build/BOARD
library: $(LIBRARY)
programs: $(PROGRAMS:%=$(OUT)/%.elf) $(PROGRAMS:%=$(OUT)/%.bin)

# QEMU's virt has no screen of its own.
SCREEN := $(if $(filter virt,$(QEMU_MACHINE)),-device ramfb)
run: $(OUT)/$(NAME).elf $(OUT)/$(NAME).bin ## boot APP (apps/tour) under QEMU; Ctrl-A x ends it
	$(Q)$(call run,$(NAME),$(if $(filter picture,$(NAME)),$(SCREEN)))

.PHONY: screenshot
screenshot: $(OUT)/picture.elf $(OUT)/picture.bin ## boot apps/picture and save what it shows in build/BOARD/screen.png
	$(Q)tools/screenshot.py $(OUT)/screen.png $(QEMU_COMMAND) $(SCREEN) -kernel $(OUT)/picture.$(FORM) \
	    -semihosting-config enable=on,target=native,arg=picture

bench: $(OUT)/bench.elf $(OUT)/bench.bin ## instructions of the engine's calls, beside the peers'
	$(Q)$(call run,bench,-cpu cortex-a57 -icount shift=0$(comma)sleep=off)

debug: $(OUT)/$(NAME).elf $(OUT)/$(NAME).bin ## APP halted before its first instruction, in GDB with our commands: help iomem
	$(call debug,$(NAME))

# ---- real boards ---------------------------------------------------------------------------------------------------

.PHONY: sdcard flash jtag
SDCARD := $(OUT)/sdcard.img
FIRMWARE := build/raspi-firmware
ADAPTER ?= ftdi/olimex-arm-usb-ocd-h
ENTRY = $$($(CROSS)readelf -h $(OUT)/$(NAME).elf | awk '/Entry point/ { print $$NF }')

sdcard: $(OUT)/$(NAME).bin ## build/BOARD/sdcard.img for a Raspberry Pi with APP; JTAG=1: one that waits for make jtag
	$(Q)[ -e $(FIRMWARE) ] || tools/firmware.sh $(FIRMWARE) || true
	$(Q)tools/sdcard.sh $(BOARD) $(if $(filter 1,$(JTAG)),wait,$<) $(SDCARD) $(FIRMWARE)

flash: sdcard ## write that image to the card DEV=/dev/..., and read it back
	$(Q)tools/flash.sh $(SDCARD) $(DEV)

jtag: $(OUT)/$(NAME).elf ## load APP into a Raspberry Pi by OpenOCD and start it; ADAPTER=OpenOCD's interface/NAME.cfg
	$(Q)openocd -s tools/openocd -f interface/$(ADAPTER).cfg -f tools/openocd/$(BOARD).cfg \
	    -c "iomem_run $< $(ENTRY)"

size: $(LIBRARY) $(OUT)/$(NAME).elf ## bytes of each room, of programs' parts of mmu/, and of APP; OPT=-Os
	$(Q)$(foreach room,startup boards mmu iomem,$(CROSS)size -t $(filter $(OUT)/obj/$(room)/%,$(LIBRARY_OBJS)) | awk \
	    'END { printf "%-10s text %7d  data %6d  bss %7d\n", "$(room)", $$1, $$2, $$3 }';)
	$(Q)tools/size.sh $(CROSS) $(or $(FORMAT),vmsa64_4k) $(LIBRARY)
	$(Q)$(CROSS)size $(OUT)/$(NAME).elf

# ---- host tests ----------------------------------------------------------------------------------------------------

HOST_SRCS := $(call portable,$(wildcard mmu/*.c iomem/*.c startup/frames*.c startup/bus_step.c \
    boards/bcm2711_ram.c)) \
    $(filter-out tests/host/test_%,$(wildcard tests/host/*.c)) $(wildcard $(CHECKS:%=mmu/*_%.c) $(CHECKS:%=iomem/*_%.c))
HOST_TESTS := $(wildcard tests/host/test_*.c)
SANITIZE ?= -fsanitize=address,undefined -fno-sanitize-recover=all
HOST_FLAGS = -std=gnu11 -O2 -g -fno-omit-frame-pointer -pthread -I. -Itests/host $(SANITIZE)
HOST_COMPILERS ?= gcc clang
STRICT_clang := -Wno-bitwise-instead-of-logical

# $(call host_rules,COMPILER): the code under test as a library, each test a program
define host_rules
$(call flags_file,$(HOST)/$1.flags,$$(HOST_FLAGS) $$(STRICT))
$(call flags_file,$(HOST)/$1.list,$(HOST_SRCS))
$(HOST)/$1/%.o: %.c $(HOST)/$1.flags
	@mkdir -p $$(@D)
	@$$(say) $1 $$<
	$$(Q)$1 $$(HOST_FLAGS) $$(STRICT) $$(STRICT_$1) -MMD -MP -c $$< -o $$@
$(HOST)/$1/libhost.a: $(HOST_SRCS:%.c=$(HOST)/$1/%.o) $(HOST)/$1.list
	$$(Q)rm -f $$@ && ar rcs $$@ $$(filter %.o,$$^)
$(HOST)/$1/test_%: $(HOST)/$1/tests/host/test_%.o $(HOST)/$1/libhost.a
	$$(Q)$1 $$(HOST_FLAGS) -o $$@ $$^ -lcmocka
-include $(HOST_SRCS:%.c=$(HOST)/$1/%.d) $(HOST_TESTS:%.c=$(HOST)/$1/%.d)
endef
$(foreach compiler,$(HOST_COMPILERS),$(eval $(call host_rules,$(compiler))))
HOST_PROGRAMS := $(foreach compiler,$(HOST_COMPILERS),$(HOST_TESTS:tests/host/%.c=$(HOST)/$(compiler)/%))

# mmu/ leaves code out where it is compiled for size (mmu/small.h): its tests once more over that, of the first compiler.
SMALL_OF := $(HOST)/$(firstword $(HOST_COMPILERS))
SMALL_OBJS := $(patsubst %.c,$(HOST)/small/%.o,$(filter mmu/%,$(HOST_SRCS)))
$(HOST)/small/%.o: %.c $(SMALL_OF).flags
	@mkdir -p $(@D)
	@$(say) -Os $<
	$(Q)$(notdir $(SMALL_OF)) $(HOST_FLAGS) -Os $(STRICT) -MMD -MP -c $< -o $@
$(HOST)/small/libhost.a: $(SMALL_OBJS) $(patsubst %.c,$(SMALL_OF)/%.o,$(filter-out mmu/%,$(HOST_SRCS))) $(SMALL_OF).list
	$(Q)rm -f $@ && ar rcs $@ $(filter %.o,$^)
$(HOST)/small/test_%: $(HOST)/small/tests/host/test_%.o $(HOST)/small/libhost.a
	$(Q)$(notdir $(SMALL_OF)) $(HOST_FLAGS) -o $@ $^ -lcmocka
SMALL_TESTS := $(filter tests/host/test_mmu_%,$(HOST_TESTS))
-include $(SMALL_OBJS:.o=.d) $(SMALL_TESTS:%.c=$(HOST)/small/%.d)
HOST_PROGRAMS += $(SMALL_TESTS:tests/host/%.c=$(HOST)/small/%)
.SECONDARY:

# ---- what lint asks of the compilers ---------------------------------------------------------------------------------

# Every target file through clang as well, every header alone and in C++: a stamp a file, so that nothing is done twice.
# -Wno-bitwise...: tests join checks by & and | so that each is made.
CLANG := clang --target=$(CLANG_TARGET)
CLANG_STRICT := $(STRICT) -Wno-bitwise-instead-of-logical -Wno-unused-command-line-argument
CLANG_SYSTEM := -nostdinc -isystem $(NEWLIB)/include -isystem $(CLANG_INCLUDE) -isystem $(LIBFDT)/include
CLANG_OK := $(patsubst %,$(OUT)/clang/%.ok,$(filter %.c,$(LIBRARY_SRCS) $(PROGRAM_SRCS)))
# mmu/engine*.h are templates: the file of a format defines what they are about, then includes them.
HEADERS := $(filter-out mmu/engine%.h,$(wildcard startup/*.h boards/*.h mmu/*.h iomem/*.h))
HEADERS_OK := $(patsubst %,$(OUT)/headers/%.ok,$(HEADERS))

clang: $(CLANG_OK)
$(OUT)/clang/%.ok: % $(OUT)/library.flags
	@mkdir -p $(@D)
	@$(say) clang $<
	$(Q)$(CLANG) $(C_FLAGS) $(TARGET_FLAGS) $(call early_flags,$<) $(CLANG_STRICT) $(INCLUDES) $(CLANG_SYSTEM) \
	    -fsyntax-only -MMD -MP -MT $@ -MF $(@:.ok=.d) $<
	@touch $@
-include $(CLANG_OK:.ok=.d)

headers: $(HEADERS_OK)
$(OUT)/headers/%.ok: % $(OUT)/library.flags
	@mkdir -p $(@D)
	$(Q)echo '#include "$<"' | $(CROSS)gcc -x c $(C_FLAGS) $(TARGET_FLAGS) $(STRICT) $(INCLUDES) $(SYSTEM_INCLUDES) \
	    -fsyntax-only -MMD -MP -MT $@ -MF $(@:.ok=.d) -
	$(Q)$(if $(filter $(PUBLIC_HEADERS),$<),echo '#include "$<"' | $(CROSS)g++ -x c++ $(CXX_FLAGS) $(TARGET_FLAGS) \
	    $(filter-out -Wshadow,$(STRICT)) $(INCLUDES) $(SYSTEM_INCLUDES) -fsyntax-only -)
	@touch $@
-include $(HEADERS_OK:.ok=.d)
# What a program in C++ may include.
PUBLIC_HEADERS := $(wildcard iomem/IO*.h iomem/OS*.h) iomem/iomem.h iomem/port.h mmu/mmu.h startup/runtime.h

# ---- tests -----------------------------------------------------------------------------------------------------------

LINT_TESTS := $(wildcard tests/lint/*.t) $(wildcard tests/tools/*.t)
JOBS ?= $(shell nproc)
PROVE = prove -j$(JOBS) --exec tests/run

# What a board is tested with: programs that it boots, as ELF file and some as raw image too, and scripts,
# tests/target/NAME.t, for which build/BOARD/NAME.t stands. tests/run knows the board by that folder's test.env.
VIRT := $(filter virt,$(QEMU_MACHINE))
SCRIPTS := $(patsubst tests/target/%.t,%,$(wildcard tests/target/*.t))
SCRIPTS_a64 := $(filter-out %_v7 %_el2 %_rpi sdcard,$(SCRIPTS))
SCRIPTS_a64-el2 := $(filter %_el2,$(SCRIPTS)) tour monitor fault_report gdb
SCRIPTS_v7 := $(filter %_v7,$(SCRIPTS)) status stdin tour monitor outoftree picture gdb
BOARD_SCRIPTS := $(if $(VIRT),$(SCRIPTS_$(ARCH)$(if $(filter 2,$(EL)),-el2)),$(filter %_rpi tour picture gdb sdcard,$(SCRIPTS)))
BOARD_PROGRAMS := $(filter test_%,$(TARGET_TESTS))
ALL_TESTS := $(words $(BOARD_PROGRAMS) $(BOARD_SCRIPTS))
# Every boot costs: where `make test` covers all boards, the others are tested with these only.
BRIEF_TESTS := test_boot test_map test_faults test_modes test_leaves test_wx test_tasks test_dma% \
    test_cores% test_irq% test_timer% tour picture gdb sdcard %_rpi %_v7
BRIEF_TESTS += $(if $(filter 2,$(EL)),%_el2 test_smp% test_el0% test_isolation%)
ifdef BRIEF
BOARD_PROGRAMS := $(filter $(BRIEF_TESTS),$(BOARD_PROGRAMS))
BOARD_SCRIPTS := $(filter $(BRIEF_TESTS),$(BOARD_SCRIPTS))
endif
BOARD_IMAGES := $(if $(VIRT),,$(filter test_boot test_cores%,$(BOARD_PROGRAMS)))
BOARD_TESTS := $(BOARD_PROGRAMS:%=$(OUT)/%.elf) $(BOARD_IMAGES:%=$(OUT)/%.bin) $(BOARD_SCRIPTS:%=$(OUT)/%.t)
BOOTED := $(if $(BRIEF),$(BOARD_PROGRAMS) tour picture facts death reserved,$(PROGRAMS))
LEFT_OUT = $(if $(BRIEF),echo '$(OUT:build/%=%): $(words $(BOARD_PROGRAMS) $(BOARD_SCRIPTS)) of \
    its $(ALL_TESTS) tests; make test BOARD=$(BOARD)$(if $(filter 2,$(EL)), EL=2) runs all of them',:)
$(eval $(call flags_file,$(OUT)/test.env,$(foreach name,BOARD CPU MACHINE QEMU QEMU_COMMAND QEMU_SINCE OUT SCREEN FORMAT EL,\
    export $(name)='$($(name))';)))

# A board whose tables may have other descriptors is tested with each kind, unless FORMAT was given; virt at each level,
# unless EL or what the machine is was given. All boards are tested when nothing was said of the machine.
OTHER_FORMATS := $(if $(and $(filter file,$(origin FORMAT)),$(if $(BRIEF),$(VIRT),all)),$(filter-out $(FORMAT),$(FORMATS)))
said = $(filter command environment,$(foreach name,$1,$(origin $(name))))
OTHER_LEVELS := $(if $(VIRT),$(if $(call said,EL CPU MACHINE),,$(filter-out $(EL),$(LEVELS))))
SAID := $(call said,BOARD CPU MEMORY SMP MACHINE FORM FORMAT EL)
TEST_LIST := build/test.list
SUBMAKE = $(MAKE) --no-print-directory $(if $(filter -j%,$(MAKEFLAGS)),,-j$(JOBS))

.PHONY: ready host-programs
host-programs: $(HOST_PROGRAMS)
ready: $(BOOTED:%=$(OUT)/%.elf) $(BOOTED:%=$(OUT)/%.bin) $(OUT)/test.env
	@printf '%s\n' $(BOARD_TESTS) >>$(TEST_LIST); $(LEFT_OUT)
	+$(Q)$(foreach format,$(OTHER_FORMATS),$(SUBMAKE) FORMAT=$(format) ready &&) true
	+$(Q)$(foreach level,$(OTHER_LEVELS),env -u CPU -u MACHINE $(SUBMAKE) EL=$(level) $(if $(SAID),,BRIEF=1) ready &&) true

test: ## lint, host tests, tests under QEMU: of all boards, or of BOARD when it is given
	$(Q)printf '%s\n' $(LINT_TESTS) $(HOST_PROGRAMS) >$(TEST_LIST)
	+$(Q)$(SUBMAKE) host-programs ready
	+$(Q)$(if $(SAID),,$(foreach board,$(OTHER_BOARDS),$(SUBMAKE) BOARD=$(board) BRIEF=1 ready &&)) true
	$(Q)$(PROVE) $$(cat $(TEST_LIST))

target: ## only those under QEMU
	$(Q)rm -f $(TEST_LIST)
	+$(Q)$(SUBMAKE) ready
	$(Q)$(PROVE) $$(cat $(TEST_LIST))

.PHONY: test-long
test-long: programs ## tests that take minutes
	$(Q)$(PROVE) --timer $(wildcard tests/long/*.t)

lint: $(OUT)/library.flags ## the rules of the sources
	$(Q)$(PROVE) $(LINT_TESTS)

host: $(HOST_PROGRAMS) ## the tests that need no QEMU
	$(Q)$(PROVE) $(HOST_PROGRAMS)

mutants: ## break the code on purpose: some test must notice
	$(Q)tests/mutants/run

# The engine's random test again: driven by libFuzzer, and long without sanitizers.
FUZZ = address,undefined,fuzzer
OPS ?= 100000000
fuzz: ## random calls of mmu/ that libFuzzer chooses, until one fails; FUZZ_FLAGS=-max_total_time=60
	$(Q)$(MAKE) --no-print-directory HOST=build/fuzz HOST_COMPILERS=clang \
	    SANITIZE=-fsanitize=$(FUZZ)-no-link build/fuzz/clang/libhost.a
	$(Q)clang -fsanitize=$(FUZZ) -Wl,-u,LLVMFuzzerTestOneInput -o build/fuzz/fuzz build/fuzz/clang/libhost.a
	$(Q)mkdir -p build/fuzz/corpus && build/fuzz/fuzz -artifact_prefix=build/fuzz/ $(FUZZ_FLAGS) build/fuzz/corpus

soak: ## OPS random calls of mmu/ (0: until one fails); SEED=n
	$(Q)$(MAKE) --no-print-directory HOST=build/soak HOST_COMPILERS=gcc SANITIZE= build/soak/gcc/test_mmu_random
	$(Q)OPS=$(OPS) build/soak/gcc/test_mmu_random

# Under sanitizers, ten million steps are eight minutes of a core.
STEPS ?= 10000000
soak-iomem: ## STEPS random steps over the classes, with the invariants after each; SEED=n
	$(Q)$(MAKE) --no-print-directory HOST_COMPILERS=gcc build/host/gcc/test_iomem_walk
	$(Q)STEPS=$(STEPS) build/host/gcc/test_iomem_walk

# ---- the rest ----------------------------------------------------------------------------------------------------------

define command_line
{ "directory": "$(CURDIR)", "file": "$1", "command": "$(subst ",\",$(call compile,$1,$(STRICT)))" }
endef
compile_commands.json: $(OUT)/library.list $(OUT)/library.flags Makefile app.mk
	$(file >$@,[)$(foreach source,$(LIBRARY_SRCS) $(PROGRAM_SRCS),$(file >>$@,$(call command_line,$(source))$(comma)))
	@echo '{} ]' >>$@

format: ## put all sources into the project's layout
	$(Q)clang-format -i $$(find startup boards mmu iomem apps tests -name '*.[ch]' -o -name '*.cpp')

docs: ## the API's pages, from the public headers: build/docs/html
	$(Q)mkdir -p build/docs && doxygen docs/Doxyfile

setup: ## install what is missing, again
	$(Q)rm -f build/setup-*.mk && tools/setup.sh test$(SETUP_SUFFIX) build/setup-test$(SETUP_SUFFIX).mk

clean: ## all but newlib, libfdt and the set-up
	rm -rf $(BOARDS:%=build/%{,-short,-el2}) build/{host,mutants,fuzz,soak,docs,test.list} compile_commands.json

help: ## this
	@grep -hE '^[a-z_.-]+:.*##' Makefile | sed -E 's/:[^#]*## */ /' | awk '{ n = $$1; $$1 = ""; printf "  %-11s%s\n", n, $$0 }'
	@echo 'Variables: BOARD ($(BOARDS)) FORMAT (of virt32, rpi2: lpae short) EL (of AArch64: 1 2) APP OPT V=1 DEBUG=1; for runs CPU MEMORY SMP MACHINE FORM=bin QEMU_FLAGS TIMEOUT MONITOR ARGS'
