#!/bin/bash
# What the device tree keeps for others is never handed out; what it forbids to map is not mapped.
cd "$(dirname "$0")/../.." || exit 1
. tests/target/boot.sh

"$QEMU" -M virt,dumpdtb="$scratch/virt.dtb" -cpu cortex-a57 -m 256M -display none >/dev/null 2>&1
perl tests/target/reserve.pl "$scratch/virt.dtb" "$scratch/reserved.dtb"

check() { # FORM OPTION...
    local form=$1
    shift
    boot 60 "$OUT/reserved.$form" 'reserved 0x43fff000 0x44000000 0x440ff000 0x44100000 0x46000000 0x460ff000 0x48000000' \
        -dtb "$scratch/reserved.dtb" "$@" </dev/null
    ok "$form: the pages beside a reservation are anybody's" \
        ends 0 '^0x43fff000: ram 1, mapped 1, handed out 1$' '^0x44100000: ram 1, mapped 1, handed out 1$'
    ok "$form: no-map memory is not even mapped" \
        says '^0x44000000: ram 0, mapped 0, handed out 0$' '^0x440ff000: ram 0, mapped 0, handed out 0$'
    ok "$form: reserved memory is mapped and not handed out" \
        says '^0x46000000: ram 1, mapped 1, handed out 0$' '^0x460ff000: ram 1, mapped 1, handed out 0$'
    ok "$form: so is a /memreserve/" says '^0x48000000: ram 1, mapped 1, handed out 0$'
}

check elf
check bin -M virt,virtualization=on -cpu max

done_testing
