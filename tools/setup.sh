#!/bin/bash
# Find what is missing and get it: setup.sh build|run|debug|test|docs[-v7] FILE; -v7 for the boards with a 32-bit core.
# On Debian and Ubuntu, packages are installed with apt as root or through sudo; elsewhere the commands are
# printed and the status is 1. newlib and libfdt go to the build folder. Then FILE, which make includes, is
# written: as long as it exists nothing of this runs again.
set -euo pipefail

level=${1%-v7}
arch=a64
[ "$1" = "$level" ] || arch=v7
file=$2
tools=$(cd "$(dirname "$0")" && pwd)
build=$(dirname "$tools")/build

# shellcheck source=tools/apt.sh
. "$tools/apt.sh"

packages=()
reasons=()

# need PACKAGE WHY CHECK...: the package is wanted when the check fails.
need() {
    local package=$1 why=$2
    shift 2
    "$@" >/dev/null 2>&1 && return
    packages+=("$package")
    reasons+=("$package: $why")
}

exists() {
    compgen -G "$1"
}

find_missing() {
    if [ "$level" = docs ]; then
        need doxygen "the API's pages" command -v doxygen
        return
    fi
    need gcc "compiler for the host tests and for newlib's configure" command -v gcc
    need libc6-dev "headers for the same" test -e /usr/include/stdio.h
    need xz-utils "unpacks newlib" command -v xz
    if [ $arch = v7 ]; then
        need gcc-arm-none-eabi "the cross compiler" command -v arm-none-eabi-gcc
    else
        need gcc-aarch64-linux-gnu "the cross compiler" command -v aarch64-linux-gnu-gcc
        need g++-aarch64-linux-gnu "the same for programs in C++" command -v aarch64-linux-gnu-g++
    fi
    need newlib-source "the C library, built into build/" exists '/usr/src/newlib/newlib-*.tar.*'
    [ "$level" = build ] && return
    need qemu-system-arm "the machine that make run boots" command -v qemu-system-aarch64
    need ipxe-qemu "the ROM of that machine's network card" exists '/usr/lib/ipxe/qemu/efi-virtio.rom'
    need seabios "the ROM of that machine's screen" test -e /usr/share/seabios/vgabios-ramfb.bin
    need python3 "tools/*.py: the screenshot" command -v python3
    [ "$level" = run ] && return
    need gdb-multiarch "the debugger" command -v gdb-multiarch
    need openocd "loads a board by JTAG" command -v openocd
    need fdisk "the SD card's partition table" exists '/usr/sbin/sfdisk'
    need mtools "the SD card's files" command -v mcopy
    [ "$level" = debug ] && return
    need perl "prove, which runs the tests" command -v prove
    [ $arch = v7 ] || need u-boot-qemu "boots the image as it boots Linux" test -e /usr/lib/u-boot/qemu_arm64/u-boot.bin
    need libcmocka-dev "the host tests' framework" test -e /usr/include/cmocka.h
    need clang "the second compiler" command -v clang
    need libclang-rt-dev "its sanitizers" exists '/usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.asan-*.a'
    need clang-format "lint of the layout" command -v clang-format
    need shellcheck "lint of the scripts" command -v shellcheck
}

# Sets `root` to the words that run a command as root; fails where there is no way.
find_root() {
    root=()
    [ "$(id -u)" = 0 ] && return
    command -v sudo >/dev/null || return 1
    root=(sudo)
    sudo -n true 2>/dev/null || [ -t 0 ]
}

print_commands() {
    {
        echo "iomem needs:"
        printf '  %s\n' "${reasons[@]}"
        echo "This script may not install it here. Run:"
        if command -v apt-get >/dev/null; then
            echo "  sudo apt-get update"
            echo "  sudo apt-get install -y --no-install-recommends ${packages[*]}"
        else
            echo "  docker run --rm -it -v \"\$PWD\":/iomem -w /iomem debian:12 \\"
            echo "    sh -c 'apt-get update && apt-get install -y make gcc git && make run'"
        fi
    } >&2
    exit 1
}

apt_install=(install -y --no-install-recommends -o DPkg::Lock::Timeout=300)

# QEMU 10 knows the Raspberry Pi 4; Debian 12's own 7.2 does not. Its backports have it.
install_backported_qemu() {
    local work=$build/apt-backports codename uri
    # shellcheck source=/dev/null
    codename=$(. /etc/os-release && [ "$ID" = debian ] && echo "${VERSION_CODENAME:-}") || return 1
    mkdir -p "$work"
    work=$(cd "$work" && pwd)
    uri=$(apt_mirrors | awk -v release="$codename" '$2 == release { print $1; exit }')
    [ -n "$uri" ] || return 1
    {
        apt_mirrors | while read -r line; do apt_source "$line"; done
        apt_source "$uri $codename-backports main"
    } >"$work/sources.list"
    apt_as_root=${root[*]}
    apt_private "$work" update && apt_private "$work" "${apt_install[@]}" -t "$codename-backports" qemu-system-arm
}

install_missing() {
    local log=$build/apt.log package others=()
    export DEBIAN_FRONTEND=noninteractive
    printf 'installing %s\n' "${reasons[@]}"
    "${root[@]}" apt-get -qq update >"$log" 2>&1 || echo "apt-get update had errors ($log); going on"
    for package in "${packages[@]}"; do
        if [ "$package" != qemu-system-arm ]; then
            others+=("$package")
        elif apt-cache policy qemu-system-arm | grep -Eq 'Candidate: [0-9]+:[1-9][0-9]'; then
            others+=("$package")
        elif install_backported_qemu >>"$log" 2>&1; then
            echo "qemu-system-arm: taken from the distribution's backports"
        else
            echo "qemu-system-arm: backports cannot be had ($log); taking the distribution's own"
            others+=("$package")
        fi
    done
    [ ${#others[@]} = 0 ] || "${root[@]}" apt-get -qq "${apt_install[@]}" "${others[@]}" >>"$log" 2>&1 || {
        tail -n 20 "$log" >&2
        echo "apt-get install failed; the whole log is $log" >&2
        exit 1
    }
}

# Two calls of make may come here at once.
mkdir -p "$build"
exec 9>"$build/.setup.lock"
flock 9

find_missing
if [ ${#packages[@]} != 0 ]; then
    if ! find_root || ! command -v apt-get >/dev/null; then
        print_commands
    fi
    install_missing
fi
if [ "$level" = docs ]; then
    touch "$file"
    exit
fi
if [ $arch = v7 ]; then
    cross=arm-none-eabi-
    newlib=$build/newlib-arm
    libfdt=$build/libfdt-arm
else
    cross=aarch64-linux-gnu-
    newlib=$build/newlib-aarch64
    libfdt=$build/libfdt
fi
# Built again when the script says something new; times say nothing after a checkout.
if [ ! -e "$newlib/lib/libc.a" ] || { [ -e "$newlib/recipe" ] && ! cmp -s "$tools/newlib.sh" "$newlib/recipe"; }; then
    "$tools/newlib.sh" "$newlib" $arch
    cp "$tools/newlib.sh" "$newlib/recipe"
fi
[ -e "$libfdt/lib/libfdt.a" ] || "$tools/libfdt.sh" "$libfdt" $arch

{
    echo "GCC_INCLUDE := $(${cross}gcc -print-file-name=include)"
    [ "$level" != test ] || echo "CLANG_INCLUDE := $(clang -print-resource-dir)/include"
} >"$file.new"
mv "$file.new" "$file"
