#!/bin/bash
# Entered as a Raspberry Pi's firmware does: a raw image at EL2, x0 = a device tree, which says what there is.
# shellcheck disable=SC2317  # ok calls these functions by name
cd "$(dirname "$0")/../.." || exit 1
[ "$BOARD" != rpi2 ] || { echo '1..0 # SKIP pi_tree.pl writes trees of 64-bit boards'; exit 0; }
. tests/target/boot.sh

# QEMU adds what it knows of the machine, the size of RAM.
perl tests/target/pi_tree.pl "$BOARD" "$scratch/plain.dtb"
perl tests/target/pi_tree.pl "$BOARD" "$scratch/reserve.dtb" reserve

passes() {
    ends 0 '^1\.\.[0-9]+$' && says_not '^not ok'
}

with_tree() { # TREE PROGRAM WORD...
    boot 60 "$OUT/$2.bin" "${*:2} monitor=0" -dtb "$scratch/$1.dtb" </dev/null
}

with_tree reserve tour
ok 'the tour takes its devices from the tree' ends 0 'found in the device tree' 'AT.* agrees with all' 'The tour is over: every'
ok 'and the cores, and RAM' says '4 cores at EL1; 9[0-9]+M of RAM'
ok 'addresses are those of the CPU, not of the bus' says 'PL011 UART +at 0x(3f|fe)201000 ' 'mailbox +at 0x(3f|fe)00b880 '
with_tree reserve reserved 0x0 0xffff000 0x10000000 0x100ff000 0x10100000 0x12000000 0x120ff000 0x12100000
ok 'the page of the spin table is nobody else'\''s' says '^0x0: ram 1, mapped 1, handed out 0$'
ok 'the pages beside a reservation are anybody'\''s' ends 0 '^0xffff000: ram 1, mapped 1, handed out 1$' \
    '^0x10100000: ram 1, mapped 1, handed out 1$' '^0x12100000: ram 1, mapped 1, handed out 1$'
ok 'no-map memory is not even mapped' says '^0x10000000: ram 0, mapped 0, handed out 0$' \
    '^0x100ff000: ram 0, mapped 0, handed out 0$'
ok 'reserved memory is mapped and not handed out' says '^0x12000000: ram 1, mapped 1, handed out 0$' \
    '^0x120ff000: ram 1, mapped 1, handed out 0$'
for program in test_boot test_cores test_timer test_irq test_dma; do
    with_tree plain $program
    ok "$program passes" passes
done
done_testing
