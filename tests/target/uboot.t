#!/bin/bash
# U-Boot's booti starts the image as it starts Linux: moved to where its header wants it, x0 = U-Boot's device tree.
# shellcheck disable=SC2317  # ok calls these functions by name
cd "$(dirname "$0")/../.." || exit 1
. tests/target/boot.sh
SHOW=60
firmware=/usr/lib/u-boot/qemu_arm64/u-boot.bin
[ -e "$firmware" ] || { echo "1..0 # SKIP no $firmware: Debian's package u-boot-qemu has it"; exit 0; }

# booti PROGRAM OPTION...: QEMU offers the image by fw_cfg, from where U-Boot's own boot command loads it, behind the
# place that its header asks for. Nothing is typed: booti ADDRESS RAMDISK $fdtcontroladdr is what that command ends with.
booti() {
    local program=$1
    shift

    echo 'not ours' >"$scratch/ramdisk"
    boot 60 "$OUT/$program.bin" "$program monitor=0" -bios "$firmware" -nic none -initrd "$scratch/ramdisk" "$@" </dev/null
}

passes() {
    ends 0 '^1\.\.[0-9]+$' && says_not '^not ok'
}

booti tour
ok 'U-Boot moves the image and starts the tour' ends 0 'Moving Image' 'Starting kernel' 'The tour is over: every mapping'
ok 'entered with a device tree' says 'linux,dummy-virt' 'virtio slot 31 '
booti tour -cpu cortex-a72 -M virt,virtualization=on -m 1G
ok 'at EL2 too' ends 0 'Starting kernel' 'The tour is over: every mapping'
booti test_boot -cpu cortex-a53
ok 'the state at main is as after any other entry' passes
booti test_cores -smp 4
ok 'the other cores come by PSCI' passes
done_testing
