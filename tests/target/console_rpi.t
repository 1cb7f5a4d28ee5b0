#!/bin/bash
# The console is the UART that the firmware has given GPIO14 and 15 to: the PL011, or the mini-UART. QEMU's model is
# halted before its first instruction, and GDB gives the pins away as the firmware would.
# shellcheck disable=SC2317  # ok calls these functions by name
cd "$(dirname "$0")/../.." || exit 1
command -v gdb-multiarch >/dev/null || { echo '1..0 # SKIP no gdb-multiarch'; exit 0; }
. tests/target/boot.sh
gpfsel1=0x3f200004
[ "$BOARD" != rpi4 ] || gpfsel1=0xfe200004

# with_pins FUNCTIONS: boots the tour with GPFSEL1 so; $pl011 and $output are what came out of either UART.
with_pins() {
    # shellcheck disable=SC2086  # the words of a command
    timeout -k 5 100 $QEMU_COMMAND -monitor none -serial "file:$scratch/pl011" -serial "file:$scratch/mini" \
        -S -gdb "unix:$scratch/gdb,server=on,wait=off" -kernel "$OUT/tour.elf" \
        -semihosting-config enable=on,target=native,arg=tour,arg=monitor=0 </dev/null >"$scratch/qemu" 2>&1 &
    until [ -S "$scratch/gdb" ] || ! kill -0 $!; do sleep 0.1; done
    gdb-multiarch -q -nx -batch -ex "target remote $scratch/gdb" -ex 'maintenance packet Qqemu.PhyMemMode:1' \
        -ex "set *(unsigned *)$gpfsel1 = $1" -ex 'maintenance packet Qqemu.PhyMemMode:0' -ex detach \
        "$OUT/tour.elf" >"$scratch/log" 2>&1
    wait $!
    status=$?
    pl011=$(tr -d '\r\0' <"$scratch/pl011")
    output=$(tr -d '\r\0' <"$scratch/mini")
}

with_pins 0x12000 # ALT5
ok 'the mini-UART: the tour goes there' ends 0 'The tour is over: every mapping' 'console'\''s pin, is ALT5'
ok 'and nothing to the PL011' test -z "$pl011"
with_pins 0x24000 # ALT0
ok 'the PL011: nothing goes to the mini-UART' test -z "$output"
output=$pl011
ok 'but all to the PL011' ends 0 'The tour is over: every mapping' 'console'\''s pin, is ALT0'
done_testing
