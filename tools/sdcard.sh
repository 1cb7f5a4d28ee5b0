#!/bin/bash
# Build the image of an SD card: sdcard.sh BOARD KERNEL IMAGE FIRMWARE
# KERNEL is a raw image, or "wait" for a core that only waits to be loaded by JTAG. FIRMWARE is a folder of the
# Raspberry Pi's boot files; where there is none, README.txt on the card says which ones to copy there.
set -euo pipefail

board=$1 kernel=$2 image=$3 firmware=$4
sectors=$((64 * 2048)) # 64 MiB, of 512 bytes; the first MiB is the partition table's
start=2048

case $board in
rpi3) name=kernel8.img boot=(bootcode.bin start.elf fixup.dat) ;;
rpi4) name=kernel8.img boot=(start4.elf fixup4.dat) ;;
rpi5) name=kernel_2712.img boot=() ;; # its boot program is in the board's own flash
*) echo "sdcard: $board does not boot from a card of ours (rpi3, rpi4, rpi5)" >&2 && exit 1 ;;
esac

work=$image.work
rm -rf "$work" && mkdir -p "$work"
trap 'rm -rf "$work"' EXIT

if [ "$kernel" = wait ]; then
    printf '\137\040\003\325\377\377\377\027' >"$work/$name" # WFE; B to it
else
    cp "$kernel" "$work/$name"
fi

cat >"$work/config.txt" <<CONFIG
# iomem on $board
arm_64bit=1
enable_uart=1
enable_jtag_gpio=1
kernel=$name
CONFIG
# Its firmware asks for a device tree's file, by which it knows a kernel of its time.
[ "$board" != rpi5 ] || echo 'os_check=0' >>"$work/config.txt"

missing=()
for file in "${boot[@]}"; do
    if [ -e "$firmware/$file" ]; then
        cp "$firmware/$file" "$work/"
    else
        missing+=("$file")
    fi
done
{
    echo "iomem for $board: $name is the program."
    if [ ${#missing[@]} != 0 ]; then
        echo "This card does not boot yet. Copy these files beside this one, from the folder boot of"
        echo "github.com/raspberrypi/firmware or from any Raspberry Pi OS card: ${missing[*]}"
    fi
    [ "$board" = rpi3 ] || echo "With the board's .dtb file from there the program also learns of its devices."
} >"$work/README.txt"

new=$image.new
rm -f "$new"
truncate -s $((sectors * 512)) "$new"
PATH=$PATH:/usr/sbin:/sbin sfdisk -q --label dos "$new" <<<"start=$start, type=c, bootable" >/dev/null
partition=$new@@$((start * 512))
mformat -i "$partition" -F -c 1 -h 255 -s 63 -T $((sectors - start)) -H $start -v IOMEM ::
mcopy -i "$partition" "$work"/* ::
mv "$new" "$image"
echo "$image: $name, config.txt, ${#boot[@]} boot files wanted, ${#missing[@]} missing"
[ ${#missing[@]} = 0 ] || echo "Copy to the card before it boots: ${missing[*]} (README.txt on it says from where)."
