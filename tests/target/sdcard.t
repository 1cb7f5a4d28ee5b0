#!/bin/bash
# The card's image, read back; and its kernel boots on QEMU's model of the board.
# shellcheck disable=SC2317  # ok calls these functions by name
cd "$(dirname "$0")/../.." || exit 1
case ${BOARD:-virt} in
rpi3 | rpi4) ;;
*) echo "1..0 # SKIP $BOARD boots from no card"; exit 0 ;;
esac
command -v mcopy >/dev/null || { echo '1..0 # SKIP no mtools'; exit 0; }
. tests/target/boot.sh
status=0
image=$scratch/sdcard.img
mkdir "$scratch/firmware" "$scratch/none" "$scratch/out"
for file in bootcode.bin start.elf fixup.dat start4.elf fixup4.dat; do
    echo "$file" >"$scratch/firmware/$file"
done

# card KERNEL FIRMWARE: builds the image and copies all of it to $scratch/out
card() {
    rm -rf "$scratch/out" && mkdir "$scratch/out"
    output=$(tools/sdcard.sh "$BOARD" "$1" "$image" "$2" 2>&1 && mcopy -s -i "$image@@1M" :: "$scratch/out" 2>&1)
    status=$?
}

table() {
    output=$(PATH=$PATH:/usr/sbin sfdisk -d "$image" 2>&1)
    says 'label: dos' 'start= *2048, size= *129024, type=c, bootable'
}

has() { # FILE LINE
    grep -Fqx -- "$2" "$scratch/out/$1"
}

card "$OUT/tour.bin" "$scratch/firmware"
ok 'the image is built' status_is 0
ok 'it has one partition, of FAT32' table
ok 'the file system is FAT32' grep -q FAT32 <(head -c $((2048 * 512 + 512)) "$image" | tail -c 512)
ok 'the kernel on it is the program' cmp "$OUT/tour.bin" "$scratch/out/kernel8.img"
ok 'config.txt starts it in 64 bits' has config.txt arm_64bit=1
ok 'config.txt names it' has config.txt kernel=kernel8.img
ok 'config.txt turns the serial port on' has config.txt enable_uart=1
ok 'config.txt turns JTAG on' has config.txt enable_jtag_gpio=1
ok 'the boot firmware is on it' test -e "$scratch/out/$([ "$BOARD" = rpi3 ] && echo bootcode.bin || echo start4.elf)"
# shellcheck disable=SC2086  # the words of a command
timeout 60 $QEMU_COMMAND -serial stdio -monitor none -kernel "$scratch/out/kernel8.img" \
    -semihosting-config enable=on,target=native,arg=tour,arg=monitor=0 </dev/null >"$scratch/output" 2>&1
status=$?
output=$(tr -d '\r\0' <"$scratch/output")
ok 'its kernel boots on the model' ends 0 'The tour is over: every mapping'

card "$OUT/tour.bin" "$scratch/none"
ok 'without the firmware it is built too' status_is 0
ok 'and says which files to copy' says 'Copy to the card before it boots: .*\.dat'
ok 'on the card as well' grep -q 'does not boot yet' "$scratch/out/README.txt"

card wait "$scratch/firmware"
ok 'a kernel that waits for JTAG' cmp "$scratch/out/kernel8.img" <(printf '\137\040\003\325\377\377\377\027')
output=$(tools/sdcard.sh rpi5 "$OUT/tour.bin" "$image" "$scratch/none" 2>&1 && mcopy -o -s -i "$image@@1M" :: "$scratch/out" 2>&1)
status=$?
ok 'a card for a Pi 5 needs no boot firmware' ends 0 '0 boot files wanted'
ok 'its kernel has the name that a Pi 5 looks for' cmp "$OUT/tour.bin" "$scratch/out/kernel_2712.img"
ok 'and is started without a device tree file beside it' has config.txt os_check=0
output=$(tools/sdcard.sh virt "$OUT/tour.bin" "$image" "$scratch/firmware" 2>&1)
status=$?
ok 'a board without a card is refused' ends 1 'does not boot from a card'
done_testing
