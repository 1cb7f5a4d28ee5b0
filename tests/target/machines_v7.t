#!/bin/bash
# BOARD=virt32: each entry form, mode, core, number of cores and RAM size; and that its fault reports explain.
# shellcheck disable=SC2317  # ok calls these functions by name
cd "$(dirname "$0")/../.." || exit 1
. tests/target/boot.sh

# RAM beyond the first GiB is not used. A little of the rest is the runtime's, and the device tree's.
ram_fits() { # MIB
    local ram usable=$(($1 < 1024 ? $1 : 1024))
    ram=$(sed -nE 's/.* ram=([0-9]+)M .*/\1/p' <<<"$output")
    [ -n "$ram" ] && [ "$ram" -le "$usable" ] && [ "$ram" -ge $((usable * 9 / 10)) ]
}

booted() { # CORES MIB
    ends 0 "^EL1 high=1 cores=$1 core=0 ram=.*tree=1$" && ram_fits "$2"
}

try() { # FORM MACHINE CPU SMP MIB
    boot 30 "$OUT/facts.$1" facts -M "$2" -cpu "$3" -smp "$4" -m "$5M" </dev/null
    ok "$1 on $2, $3, $4 cores, $5 MiB" booted "$4" "$5"
}

for form in elf bin; do
    for machine in virt virt,virtualization=on; do
        try $form $machine cortex-a15 1 64
        try $form $machine cortex-a7 4 256
        try $form $machine cortex-a15 2 1024
        try $form $machine cortex-a7 1 2048
    done
done

boot 30 "$OUT/test_boot.bin" test_boot -M virt,virtualization=on -cpu cortex-a7 -smp 4 -m 512M </dev/null
ok 'test_boot passes entered in HYP mode as an image' ends 0 '^1\.\.[0-9]+$'

for machine in virt virt,virtualization=on; do
    for test in irq timer cores; do
        boot 60 "$OUT/test_$test.elf" "$test" -M $machine -cpu cortex-a7 -smp 4 </dev/null
        ok "$test: $machine, 4 cores" ends 0 '^1\.\.[0-9]+$'
    done
done

# What a walk meets: a page in the last of three levels, or with short descriptors of two.
above='level 2'
last='level 3'
tables=('level 1: .*table' 'level 2: .*table')
if [ "${FORMAT:-lpae}" = short ]; then
    above='level 1'
    last='level 2'
    tables=('level 1: .*table')
fi

report() { # WORD PATTERN...
    local word=$1
    shift
    boot 20 "$OUT/death.elf" "death $word" </dev/null
    ok "$word is explained" ends 139 "$@"
}

registers=('FSR' 'PC' 'FAR' 'r0 +[0-9a-f]{8}' 'lr +[0-9a-f]{8}' 'sp +[0-9a-f]{8}: ')

report unmapped "${registers[@]}" 'data abort' 'read' 'translation fault' 'FAR dead0000' \
    "$above: .*invalid" "ATS1CPR: .*translation fault, $above" 'verdict: unmapped'
report null-call "${registers[@]}" 'instruction abort' 'PC 00000000' 'verdict: unmapped'
report write-text "${registers[@]}" 'write' 'permission fault' "${tables[@]}" \
    "$last: .*page" "ATS1CPW: .*permission fault, $last" 'verdict: permission'
report write-constant 'write' 'permission fault' 'ATS1CPW: .*permission fault' 'verdict: permission'
report execute-data 'instruction abort' 'permission fault' "$last: .*page" 'verdict: permission'
report el0 'read' 'permission fault' 'ATS1CUR' 'verdict: permission'
report undefined "${registers[@]}" 'undefined instruction' 'verdict: not a fault of translation'
report access-flag "access flag fault, $last" 'ATS1CPR: .*access flag fault' 'verdict: access flag'
report external 'external abort' "$last: .*page -> 0*f000000" 'ATS1CPR: .*translates to 0*f000000' 'verdict: external abort'
report guard 'write' 'translation fault' 'invalid.*guard' 'verdict: unmapped'
report alignment 'alignment fault' 'ATS1CPR: .*translates' 'verdict: alignment'
report overflow "${registers[@]}" 'stack overflow of core 0' 'invalid.*guard' 'verdict: unmapped'
report deep 'stack overflow of core 0.s exception stack' 'on an exception stack that is full'

done_testing
