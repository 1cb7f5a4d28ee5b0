#!/bin/bash
# Machines that are not as they should be: each is told in a line, or does as well as it can.
# shellcheck disable=SC2317  # ok calls these functions by name
cd "$(dirname "$0")/../.." || exit 1
. tests/target/boot.sh

# A little RAM.
boot 30 "$OUT/facts.elf" facts -m 4M </dev/null
ok '4 MiB are too little, and that is said' ends 139 '^panic on core 0: no 2048 KiB of RAM in one piece'
boot 30 "$OUT/facts.elf" facts -m 8M </dev/null
ok '8 MiB are enough' ends 0 'ram=8M .*tree=1$'

# More cores than the runtime keeps records of.
boot 30 "$OUT/facts.elf" facts -M virt,gic-version=3 -smp 12 </dev/null
ok 'of 12 cores 8 are used' ends 0 'cores=8 '

# A loader's memory, which it tells of where it takes the program for Linux.
head -c 100000 /dev/zero >"$scratch/initrd"
boot 30 "$OUT/reserved.bin" 'reserved 0x47fff000 0x48000000 0x48018000 0x48019000' -initrd "$scratch/initrd" </dev/null
ok 'an initrd is mapped and not handed out' ends 0 '^0x48000000: ram 1, mapped 1, handed out 0$' \
    '^0x48018000: ram 1, mapped 1, handed out 0$' '^0x47fff000: .* handed out 1$' '^0x48019000: .* handed out 1$'

# A core that firmware does not know. (QEMU doubles the size of a tree that it is given: this one is cut before.)
"$QEMU" -M virt,dumpdtb="$scratch/virt.dtb" -cpu cortex-a57 -smp 2 -m 256M -display none >/dev/null 2>&1
perl -0777 -pe 's/^(.{4}).{4}(.{16376}).*/$1 . pack("N", 16384) . $2/es or die;
    s/(cpu\@1\0.*?\x00\x00\x00\x03\x00\x00\x00\x04.{4}\x00\x00\x00)\x01/$1\x77/s or die' \
    "$scratch/virt.dtb" >"$scratch/refused.dtb"
boot 30 "$OUT/start_core.elf" start_core -smp 2 -dtb "$scratch/refused.dtb" </dev/null
ok 'firmware does not know core 1: CPU_REFUSED, each time' ends 0 '^cpu_start 0 of 2: -4$' '^cpu_start 1 of 2: -4$'
boot 30 "$OUT/start_core.elf" start_core -smp 2 </dev/null
ok 'else it comes' ends 0 '^cpu_start 0 of 2: 0$'

# with_words "OPTIONS" PROGRAM WORD=VALUE...: boots with words of RAM changed before the first instruction.
tree=0x40000000
with_words() {
    local options=$1 program=$2 commands=() word
    shift 2
    for word in "$@"; do
        commands+=(-ex "set *(unsigned *)$((${word%=*})) = ${word#*=}")
    done
    rm -f "$scratch/gdb"
    # shellcheck disable=SC2086  # the words of a command
    timeout -k 5 100 $QEMU_COMMAND $options -monitor none -serial stdio -S \
        -gdb "unix:$scratch/gdb,server=on,wait=off" -kernel "$OUT/$program.elf" \
        -semihosting-config "enable=on,target=native,arg=$program" </dev/null >"$scratch/output" 2>&1 &
    until [ -S "$scratch/gdb" ] || ! kill -0 $!; do sleep 0.1; done
    gdb-multiarch -q -nx -batch -ex "target remote $scratch/gdb" "${commands[@]}" -ex detach "$OUT/$program.elf" \
        >"$scratch/log" 2>&1
    wait $!
    status=$?
    output=$(tr -d '\r\0' <"$scratch/output")
}

# offset_of TREE PERL: where these bytes stand in it
offset_of() {
    perl -0777 -ne "print index \$_, $2" "$scratch/$1.dtb"
}

# Values are words of the tree, which is big-endian, for a CPU that is not.
if command -v gdb-multiarch >/dev/null; then
    with_words "" facts "$tree=0"
    ok 'no device tree: what the board is known for' ends 0 'ram=128M .*tree=0$'
    with_words "" facts "$tree+4=0xffffff7f"
    ok 'a tree above 2 MiB is ignored, and that is said' ends 0 \
        '^the device tree at 40000000 is ignored: it has no size, or one above 2 MiB$' 'ram=128M .*tree=0$'
    with_words "" facts "$tree+8=0xffffff7f"
    ok 'a header that points beyond the tree' ends 0 '^the device tree at 40000000 is ignored: it is broken$' 'tree=0$'
    with_words "" facts "$tree+0x48=0xdeadbeef"
    ok 'garbage among its nodes' ends 0 '^the device tree at 40000000 is ignored: it is broken$' 'tree=0$'
    "$QEMU" -M virt,dumpdtb="$scratch/large.dtb" -cpu cortex-a57 -m 4G -display none >/dev/null 2>&1
    at=$(offset_of large 'pack "N4", 0, 0x40000000, 1, 0')
    with_words "-m 4G" facts "$tree+$at=0x01000000" "$tree+$at+4=0" "$tree+$at+8=0" "$tree+$at+12=0x40"
    ok 'all RAM above 4 GiB, the program outside it' ends 0 'ram=1024M .*tree=1$'
    with_words "-m 4G" facts "$tree+$at=0x00100000"
    ok 'all RAM beyond the linear map: what the board is known for' ends 0 'ram=128M .*tree=1$'
    with_words '-smp 2' start_core "$tree+$(offset_of virt '"hvc\0"')=0x00637678"
    ok 'nobody can start core 1: CPU_SILENT, each time' ends 0 '^cpu_start 0 of 2: -5$' '^cpu_start 1 of 2: -5$'
else
    skip 'broken device trees, and a core that never comes' 'no gdb-multiarch'
fi
done_testing
