#!/bin/bash
# The tour ends with 0 and AT agrees with every line of its table, on each machine it may meet.
# shellcheck disable=SC2317  # ok calls these functions by name
cd "$(dirname "$0")/../.." || exit 1
. tests/target/boot.sh
SHOW=120

form=elf
tour() { # NAME OPTION...
    local name=$1
    shift
    boot 60 "$OUT/tour.$form" 'tour monitor=0' "$@" </dev/null
    ok "$name: the tour ends with 0" status_is 0
    ok "$name: AT agrees with every mapping" agrees
}

agrees() {
    says 'AT.* agrees with all [0-9]+ mappings' && says_not 'AT disagrees|DISAGREES|WENT WRONG'
}

tour 'default machine'
ok 'finds the serial port and says what it is' says 'PL011'
case ${BOARD:-virt} in
virt*)
    ok 'finds the clock and reads the year' says 'PL031|RTC' '20[0-9][0-9]-[01][0-9]-[0-3][0-9]'
    ok 'finds fw_cfg and its signature' says 'fw_cfg|fw-cfg' 'QEMU'
    ok 'finds the virtio slots and their magic' says 'virt'
    ;;
*)
    ok 'asks the firmware who the board is' says 'mailbox .*board revision [0-9a-f]{6}: a board of [0-9]+M, BCM'
    ok 'finds the system timer, and it runs' says 'system timer .*counts microseconds: [1-9]'
    ok 'finds the pins, and whose the console is' says "GPIO .*GPIO14, the console's pin, is ALT"
    ;;
esac
ok 'shows every cache mode' says Inhibit WriteThru Copyback WriteCombine CopybackInner PostedWrite RealTime \
    PostedReordered PostedCombinedReordered
ok 'redirects a mapping' says 'two buffers, one address, 0x[0-9a-f]+: written, redirected'
ok 'survives a fault and explains it' says 'unmapped'
ok 'ends with the statistics of the tables' says 'translation tables .*in use'
ok 'asks nothing without the monitor' says_not 'iomem>'

case ${BOARD:-virt}${EL:+-el$EL} in
virt-el2)
    tour 'max, 8 cores, 8G' -cpu max -smp 8 -m 8G
    tour 'cortex-a76, 64M' -cpu cortex-a76 -m 64M
    tour 'neoverse-n1, GICv3' -M virt,gic-version=3 -cpu neoverse-n1 -smp 4
    tour 'entered at EL3' -M virt,secure=on -cpu max -m 1G
    ;;
virt | virt-el1)
    tour 'cortex-a53, 64M' -cpu cortex-a53 -m 64M
    tour 'max, 8 cores, 8G' -cpu max -smp 8 -m 8G
    tour 'entered at EL2' -M virt,virtualization=on -cpu cortex-a72
    tour 'entered at EL3' -M virt,secure=on -m 1G
    ;;
virt32)
    tour 'cortex-a7, 64M' -cpu cortex-a7 -m 64M
    tour 'cortex-a15, 4 cores, 1G' -smp 4 -m 1G
    tour 'entered in HYP mode' -M virt,virtualization=on
    ;;
*)
    form=bin
    tour 'raw image'
    ;;
esac

done_testing
