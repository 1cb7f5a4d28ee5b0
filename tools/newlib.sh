#!/bin/sh
# Build newlib from the tarball of Debian's package newlib-source: newlib.sh DIRECTORY a64|v7
# The result is DIRECTORY/include and DIRECTORY/lib/*.a; on failure DIRECTORY is left absent.
set -eu

out=$1
if [ "$2" = v7 ]; then
    cross=arm-none-eabi-
    target=arm-none-eabi
    machine='-mcpu=cortex-a7 -mfloat-abi=hard -mfpu=neon-vfpv4 -mno-unaligned-access' # as boards/arch_v7.mk
else
    cross=aarch64-linux-gnu-
    target=aarch64-none-elf
    machine='-mno-outline-atomics -mstrict-align'
fi
work=$out.work
log=$out.log

tarball=
for file in /usr/src/newlib/newlib-*.tar.*; do
    [ -e "$file" ] && tarball=$file
done
[ -n "$tarball" ] || { echo "newlib: no tarball in /usr/src/newlib (package newlib-source)" >&2; exit 1; }

# __DYNAMIC_REENT__: each core has a struct _reent of its own, which __getreent finds. Programs must be compiled
# with it too: the Makefile does.
flags="-O2 -g -ffreestanding -fno-pie -fno-stack-protector $machine"
flags="$flags -ffunction-sections -fdata-sections -D__DYNAMIC_REENT__"

build() {
    mkdir -p "$work/source" "$work/object"
    tar -xf "$tarball" -C "$work/source" --strip-components=1
    cd "$work/object"
    ../source/configure --target=$target --prefix=/usr \
        --disable-multilib --disable-nls --disable-libgloss \
        --disable-newlib-supplied-syscalls --enable-newlib-retargetable-locking \
        --enable-newlib-io-long-long --enable-newlib-io-c99-formats \
        CC_FOR_TARGET=${cross}gcc AR_FOR_TARGET=${cross}ar RANLIB_FOR_TARGET=${cross}ranlib \
        AS_FOR_TARGET=${cross}as LD_FOR_TARGET=${cross}ld NM_FOR_TARGET=${cross}nm \
        STRIP_FOR_TARGET=${cross}strip OBJCOPY_FOR_TARGET=${cross}objcopy READELF_FOR_TARGET=${cross}readelf \
        CFLAGS_FOR_TARGET="$flags" MAKEINFO=:
    make -j"$(nproc)" all-target-newlib MAKEINFO=:
    make install-target-newlib MAKEINFO=: DESTDIR="$work/install"
    rm "$work/install/usr/$target/include/stdatomic.h" # for compilers older than the one that has its own
}

# A make that is under way hands its job server and its variables down: newlib's own make must see neither.
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL CFLAGS CPPFLAGS LDFLAGS || true

rm -rf "$work" "$out"
mkdir -p "$work"
work=$(cd "$work" && pwd)
echo "newlib: building $(basename "$tarball"), about a minute"
# In the background, since a condition would switch `set -e` off inside.
(set -e; build) >"$log" 2>&1 &
if ! wait $!; then
    tail -n 20 "$log" >&2
    echo "newlib: the build failed; the whole log is $log" >&2
    exit 1
fi
# What the runtime defines itself must not be found here first: which member is taken depends on who asks when.
for member in getreent assert abort lock stack_protector; do
    ${cross}ar d "$work/install/usr/$target/lib/libc.a" "lib_a-$member.o"
done
mv "$work/install/usr/$target" "$out"
rm -rf "$work"
