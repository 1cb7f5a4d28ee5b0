#!/bin/bash
# Each entry form, exception level, CPU, number of cores and RAM size of virt: every value at least once with each form
# and level, in combinations that cover the rest between them.
# shellcheck disable=SC2317  # ok calls these functions by name
cd "$(dirname "$0")/../.." || exit 1
. tests/target/boot.sh

machine() { # EL
    case $1 in
    1) echo virt ;;
    2) echo virt,virtualization=on ;;
    3) echo virt,secure=on ;;
    esac
}

# A little RAM is the runtime's, and the device tree's.
ram_fits() { # MIB
    local ram
    ram=$(sed -nE 's/.* ram=([0-9]+)M .*/\1/p' <<<"$output")
    [ -n "$ram" ] && [ "$ram" -le "$1" ] && [ "$ram" -ge $(($1 * 9 / 10)) ]
}

booted() { # CORES MIB
    ends 0 "^EL1 high=1 cores=$1 core=0 ram=.*tree=1$" && ram_fits "$2"
}

try() { # FORM EL CPU SMP MIB
    boot 30 "$OUT/facts.$1" facts -M "$(machine "$2")" -cpu "$3" -smp "$4" -m "$5M" </dev/null
    ok "$1 at EL$2, $3, $4 cores, $5 MiB" booted "$4" "$5"
}

for entry in 'elf 1' 'elf 2' 'elf 3' 'bin 1' 'bin 2'; do
    # shellcheck disable=SC2086  # two words
    set -- $entry
    try "$@" cortex-a53 1 64
    try "$@" cortex-a57 2 128
    try "$@" cortex-a72 4 1024
    try "$@" max 8 4096
    try "$@" cortex-a57 8 8192
    try "$@" max 1 64
    try "$@" cortex-a72 3 192
done
# The odd numbers of cores, and one CPU in every RAM size.
try elf 1 cortex-a53 5 64
try elf 1 cortex-a53 6 4096
try elf 1 cortex-a53 7 8192
try bin 1 max 2 8192
try bin 2 max 4 128
try elf 3 cortex-a72 8 8192
try elf 2 cortex-a53 4 8192

# The other cores stay where they are: they burn no time and write nothing.
boot 30 "$OUT/test_boot.elf" test_boot -cpu max -smp 8 -m 64M </dev/null
ok 'test_boot passes on 8 cores of -cpu max with 64 MiB' ends 0 '^1\.\.[0-9]+$'
boot 30 "$OUT/test_boot.bin" test_boot -M virt,virtualization=on -cpu cortex-a53 -m 4G </dev/null
ok 'test_boot passes entered at EL2 as an image with 4 GiB' ends 0 '^1\.\.[0-9]+$'
boot 30 "$OUT/test_boot.elf" test_boot -M virt,secure=on -cpu cortex-a72 -smp 4 -m 1G </dev/null
ok 'test_boot passes entered at EL3 with 1 GiB' ends 0 '^1\.\.[0-9]+$'

done_testing
