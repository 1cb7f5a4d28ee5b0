#!/bin/sh
# Get the Raspberry Pi's boot firmware: firmware.sh DIRECTORY
# Debian's package raspi-firmware (component non-free-firmware) is downloaded and unpacked, never installed. The files
# of the boot partition go to DIRECTORY; on failure it is left absent and the status is 1.
set -eu

out=$1
work=$out.work
log=$out.log

# shellcheck source=tools/apt.sh
. "$(dirname "$0")/apt.sh"

get() {
    apt_mirrors | awk '{ print $1, $2, "non-free-firmware" }' | sort -u | while read -r line; do
        apt_source "$line"
    done >"$work/sources.list"
    apt_private "$work" update || echo "going on with the lists that could be had"
    (cd "$work" && apt_private "$work" download raspi-firmware)
    dpkg-deb -x "$work"/raspi-firmware_*.deb "$work/tree"
    mv "$work/tree/usr/lib/raspi-firmware" "$work/boot"
}

rm -rf "$work" "$out"
mkdir -p "$work"
work=$(cd "$work" && pwd)
(set -e; get) >"$log" 2>&1 &
if ! wait $!; then
    rm -rf "$work"
    echo "firmware: the package raspi-firmware could not be had; the log is $log" >&2
    exit 1
fi
mv "$work/boot" "$out"
rm -rf "$work"
