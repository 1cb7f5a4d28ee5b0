#!/bin/bash
# Write an image to a card and read it back: flash.sh IMAGE DEVICE
# Refused: what is not a whole disk, is not removable, is in use, or is too small. SYSFS, MOUNTS, SWAPS and IS_DEVICE
# are for the tests.
set -euo pipefail

image=$1
sysfs=${SYSFS:-/sys}
mounts=${MOUNTS:-/proc/mounts}
swaps=${SWAPS:-/proc/swaps}

refuse() {
    echo "flash: $*" >&2
    exit 1
}

[ -n "${2:-}" ] || refuse "say which device: DEV=/dev/sdX"
[ -s "$image" ] || refuse "there is no image $image"
device=$(readlink -f "$2") || refuse "there is no $2"
test "${IS_DEVICE:--b}" "$device" || refuse "$device is not a block device"
name=$(basename "$device")
block=$sysfs/block/$name
[ -d "$block" ] || refuse "$device is not a whole disk"
# A reader on the board's own bus calls its cards fixed, but says that they are SD cards.
[ "$(cat "$block/removable")" = 1 ] || [ "$(cat "$block/device/type" 2>/dev/null)" = SD ] ||
    refuse "$device is not removable"
for part in "$device" "$block/$name"*; do
    node=$(dirname "$device")/$(basename "$part")
    awk -v node="$node" '$1 == node { found = 1 } END { exit !found }' "$mounts" "$swaps" && refuse "$node is in use"
done
size=$(stat -c %s "$image")
[ $(($(cat "$block/size") * 512)) -ge "$size" ] || refuse "$device is too small: the image has $size bytes"

echo "flash: writing $size bytes to $device"
dd if="$image" of="$device" bs=4M conv=fsync,notrunc status=none
# Read from the card, not from what was just written to memory.
[ ! -b "$device" ] || PATH=$PATH:/usr/sbin:/sbin blockdev --flushbufs "$device"
cmp -n "$size" "$image" "$device" || refuse "$device does not hold what was written"
echo "flash: $device holds the image"
