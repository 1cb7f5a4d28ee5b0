#!/bin/bash
# A program of one's own: three lines of make, in C, C++ and assembler, anywhere on the disk.
cd "$(dirname "$0")/../.." || exit 1
. tests/target/boot.sh
root=$PWD
app=$scratch/my-app
mkdir -p "$app/driver"

cat >"$app/Makefile" <<MAKE
IOMEM = $root
SRCS = main.c driver/map.cpp driver/answer.S
include \$(IOMEM)/app.mk
MAKE
cat >"$app/main.c" <<'C'
#include <stdio.h>
#include <iomem/iomem.h>
int device_answers(void);
int answer(void);
int main(int argc, char **argv)
{
    printf("argc %d, %s\n", argc > 0, argc > 0 ? argv[0] : "");
    printf("device %d, answer %d\n", device_answers(), answer());
#ifdef STATUS
    return STATUS;
#else
    return 0;
#endif
}
C
cat >"$app/driver/map.cpp" <<'CPP'
#include <IOKit/IOBufferMemoryDescriptor.h>
#include <IOKit/IOMemoryDescriptor.h>
#include <iomem/iomem.h>
#include <mmu/mmu.h>
#include <startup/runtime.h>

namespace {
struct Object {
    int number;
    Object() : number(0x31) {}
} object; // a constructor that must have run

class Map {
public:
    Map(IOPhysicalAddress pa, IOByteCount size)
        : memory(IOMemoryDescriptor::withPhysicalAddress(pa, size, kIODirectionInOut)), map(memory->map(kIOMapAnywhere))
    {
    }
    ~Map()
    {
        map->release();
        OSSafeReleaseNULL(memory);
    }
    uint32_t read(unsigned offset) const
    {
        return *reinterpret_cast<volatile uint32_t *>(map->getVirtualAddress() + offset);
    }

private:
    IOMemoryDescriptor *memory;
    IOMemoryMap *map;
};
} // namespace

extern "C" int device_answers(void)
{
    return Map(0x09010000, 4096).read(0xfe0) == static_cast<uint32_t>(object.number);
}
CPP
answer='mov w0, #42; ret'
[ "${BOARD:-virt}" = virt32 ] && answer='mov r0, #42; bx lr'
cat >"$app/driver/answer.S" <<ASM
    .global answer
    .type answer, %function
answer:
    $answer
ASM

# What stands in the tree, with sizes and times, and in the program's folder; the build folders left out.
listing() {
    (cd "$root" && find . -path ./build -prune -o -path ./.git -prune -o -type f -printf '%p %s %t\n' | sort)
    (cd "$app" && find . -path ./build -prune -o -print | sort)
}

# make with nothing inherited from the make that runs the tests
run_make() {
    output=$(env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS -u OUT -u QEMU_COMMAND make -C "$app" "$@" 2>&1 </dev/null | tr -d '\r'
        exit "${PIPESTATUS[0]}")
    status=$?
}

before=$(listing)
run_make
ok 'the default goal builds' status_is 0
ok 'build/BOARD/NAME.elf and .bin, NAME the name of the folder' \
    test -s "$app/$OUT/my-app.elf" -a -s "$app/$OUT/my-app.bin"
ok 'it says one line a file' says_not '-ffreestanding'
run_make
ok 'a second time does nothing twice' says_not 'CC|LINK|AR '
run_make run
ok 'run boots it and passes status 0' ends 0 'device 1, answer 42' 'argc 1, my-app'
run_make run FORM=bin
ok 'run boots the raw image too' ends 0 'device 1, answer 42'
touch "$app/driver/answer.S"
run_make
ok 'a touched source is compiled again' says 'answer\.S'

run_make run CFLAGS=-DSTATUS=3
ok 'CFLAGS are honoured; a status fails make' ends 2 'Error 3'
run_make run CFLAGS='-DSTATUS=300'
ok 'the status is modulo 256' says 'Error 44'
sed -i 's/^include/CFLAGS += -DSTATUS=5\ninclude/' "$app/Makefile"
run_make run
ok 'CFLAGS += in the Makefile is honoured' says 'Error 5'
sed -i '/^CFLAGS/d; s/^SRCS/NAME = other\nSRCS/' "$app/Makefile"
run_make
ok 'NAME is honoured' test -s "$app/$OUT/other.elf"
run_make clean
ok 'clean takes the build folder away' test ! -e "$app/build"

output=$(diff <(echo "$before") <(listing))
ok 'nothing was written outside the two build folders' test -z "$output"

echo 'int main(void) { for (;;); }' >"$app/main.c"
rm -f "$app/driver/map.cpp" "$app/driver/answer.S"
sed -i 's/^SRCS.*/SRCS = main.c/' "$app/Makefile"
run_make run TIMEOUT=3
ok 'TIMEOUT ends a run with status 124' says 'Error 124'

done_testing
