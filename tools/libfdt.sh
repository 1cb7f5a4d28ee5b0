#!/bin/sh
# Get libfdt: libfdt.sh DIRECTORY a64|v7
# No package ships its sources, but the libfdt-dev of arm64 and armhf has a static library that links on bare metal. It is
# downloaded and unpacked, never installed: the machine's architectures and apt's configuration stay as they are.
# The result is DIRECTORY/include and DIRECTORY/lib/libfdt.a; on failure DIRECTORY is left absent.
set -eu

out=$1
debian=arm64
[ "$2" = a64 ] || debian=armhf
work=$out.work
log=$out.log

# shellcheck source=tools/apt.sh
. "$(dirname "$0")/apt.sh"

foreign() {
    apt_private "$work" -o APT::Architecture=$debian -o APT::Architectures=$debian "$@"
}

get() {
    apt_mirrors | while read -r line; do apt_source "$line"; done >"$work/sources.list"
    foreign update || echo "going on with the lists that could be had"
    (cd "$work" && foreign download libfdt-dev)
    dpkg-deb -x "$work"/libfdt-dev_*.deb "$work/tree"
    mkdir -p "$work/install/lib"
    mv "$work/tree/usr/include" "$work/install/include"
    mv "$work"/tree/usr/lib/*/libfdt.a "$work/install/lib/"
}

rm -rf "$work" "$out"
mkdir -p "$work"
work=$(cd "$work" && pwd)
echo "libfdt: downloading the $debian package libfdt-dev"
# In the background, since a condition would switch `set -e` off inside.
(set -e; get) >"$log" 2>&1 &
if ! wait $!; then
    tail -n 20 "$log" >&2
    echo "libfdt: could not be had; the whole log is $log" >&2
    exit 1
fi
mv "$work/install" "$out"
rm -rf "$work"
