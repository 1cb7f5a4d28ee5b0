#!/bin/bash
# A runtime that stays at EL2: on which machines it boots, what it says on the others, and what its fault reports say.
# shellcheck disable=SC2317  # ok calls these functions by name
cd "$(dirname "$0")/../.." || exit 1
. tests/target/boot.sh

passes() {
    ends 0 '^1\.\.[0-9]+$' && says_not '^not ok'
}

refuses() { # NAME PATTERN OPTION...
    local name=$1 pattern=$2
    shift 2
    boot 20 "$OUT/facts.elf" facts "$@" </dev/null
    ok "$name: it stops and says why" ends 139 "^cannot stay at EL2: .*$pattern"
}

for cpu in max cortex-a76 neoverse-n1; do
    for form in elf bin; do
        boot 30 "$OUT/facts.$form" facts -cpu $cpu -smp 2 -m 128M </dev/null
        ok "$form, $cpu" ends 0 '^EL2 high=1 cores=2 core=0 ram=128M .*tree=1$'
    done
done
boot 30 "$OUT/facts.elf" facts -M virt,secure=on -cpu max </dev/null
ok 'entered at EL3' ends 0 '^EL2 high=1'
boot_bare 20 "$OUT/facts.elf" -cpu max </dev/null
ok 'without semihosting PSCI ends the run' ends 0 '^EL2 high=1'

for cpu in cortex-a53 cortex-a57 cortex-a72; do
    refuses $cpu FEAT_VHE -cpu $cpu
    refuses "$cpu, entered at EL3" FEAT_VHE -M virt,secure=on -cpu $cpu
done
refuses 'entered at EL1' 'entered below it' -M virt,virtualization=off -cpu max
refuses 'EL3 without EL2' 'no EL2' -M virt,virtualization=off,secure=on -cpu max
boot_bare 20 "$OUT/facts.elf" -cpu cortex-a57 </dev/null
ok 'a refusal without semihosting ends by PSCI' ends 0 '^cannot stay at EL2: '

for machine in virt virt,gic-version=3; do
    for test in irq timer cores smp_a64; do
        boot 60 "$OUT/test_$test.elf" "$test" -M $machine -cpu max -smp 4 </dev/null
        ok "$test: $machine, max, 4 cores" passes
    done
done
for test in el0 isolation isolation_a64; do
    boot 60 "$OUT/test_$test.elf" "$test" -cpu max -smp 4 </dev/null
    ok "$test: max" passes
done

boot 20 "$OUT/death.elf" 'death unmapped' </dev/null
ok 'a fault report names the level' ends 139 'ESR .*taken to EL2' 'verdict: unmapped'
boot 20 "$OUT/death.elf" 'death write-text' </dev/null
ok 'and says what EL2 may execute' ends 139 'EL2 may execute' 'verdict: permission'

done_testing
