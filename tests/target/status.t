#!/bin/bash
# How a run ends is QEMU's exit status.
cd "$(dirname "$0")/../.." || exit 1
. tests/target/boot.sh

death() { # STATUS WORDS PATTERN...
    local wanted=$1 words=$2
    shift 2
    boot 20 "$OUT/death.elf" "death $words" </dev/null
    ok "$words ends with status $wanted" ends "$wanted" "$@"
}

death 0 'return 0' 'dying by return'
death 3 'return 3'
death 44 'return 300'
death 255 'return -1'
death 0 'exit 0' 'dying by exit'
death 7 'exit 7'
death 44 'exit 300'
death 134 abort 'dying by abort'
death 134 'assert 1' 'number == 12345' 'death\.c:[0-9]+'
death 139 'panic 5' 'number 5'
death 139 unmapped 'verdict: unmapped'
death 139 overflow 'stack overflow'
death 139 undefined 'undefined instruction'
death 77 nothing 'did not die'

boot 3 "$OUT/death.elf" 'death hang' </dev/null
ok 'a program that hangs is ended by the time limit, status 124' ends 124 'dying by hang'

# HLT traps where nobody listens; then PSCI turns the machine off, and QEMU's status is 0.
boot_bare 20 "$OUT/facts.elf" </dev/null
ok 'without semihosting PSCI ends the run, entered at EL1' ends 0 '^EL1 high=1'
boot_bare 20 "$OUT/facts.elf" -M virt,virtualization=on </dev/null
ok 'without semihosting PSCI ends the run, entered at EL2' ends 0 '^EL1 high=1'
boot_bare 20 "$OUT/facts.bin" </dev/null
ok 'without semihosting PSCI ends the run of a raw image' ends 0 '^EL1 high=1'

done_testing
