#!/bin/bash
# Cores, interrupts and time on the machines that virt can be: both interrupt controllers, each CPU, entered at each
# exception level, by both forms of the image. And a core that dies ends the run with a report of its own.
# shellcheck disable=SC2317  # ok calls these functions by name
cd "$(dirname "$0")/../.." || exit 1
. tests/target/boot.sh

lines_are_whole() { # CORES
    local line core
    for ((core = 0; core < $1; core++)); do
        for ((line = 0; line < 50; line++)); do
            grep -qx "# core $core says line $line of its fifty, whole and unbroken" <<<"$output" || return 1
        done
    done
}

passes() { # CORES
    ends 0 '^1\.\.[0-9]+$' && says_not '^not ok'
}

try() { # FORM MACHINE CPU CORES
    local test
    for test in irq timer cores; do
        boot 60 "$OUT/test_$test.$1" "$test" -M "virt$2" -cpu "$3" -smp "$4" </dev/null
        ok "$test: $1, virt$2, $3, $4 cores" passes
    done
    ok 'lines of different cores do not mix' lines_are_whole "$4"
}

try elf '' cortex-a53 8
try elf ,gic-version=3 cortex-a57 8
try bin ,virtualization=on cortex-a72 3
try elf ,virtualization=on,gic-version=3 max 4
try elf ,secure=on cortex-a57 4
try elf ,secure=on,virtualization=on,gic-version=3 max 2

# At EL3 there is no PSCI: the cores come to our park.
boot 60 "$OUT/test_cores_park.elf" test_cores_park -M virt,secure=on -cpu cortex-a57 -smp 4 </dev/null
ok 'cores in the park take their own context' eval 'passes && says_not SKIP'

for machine in virt virt,gic-version=3; do
    boot 60 "$OUT/test_smp_a64.elf" smp -M $machine -cpu max -smp 8 </dev/null
    ok "tables under 8 cores of -cpu max, $machine" passes
done

dies() { # STATUS PATTERN...: the report is in one piece, whatever the other cores say before it
    ends "$@" && says_not 'talks meanwhile$.*ESR' && ! sed -n '/on core 2:/,$p' <<<"$output" | grep -q 'talks'
}

report() { # WORD STATUS PATTERN...
    local word=$1
    shift
    boot 30 "$OUT/core_death_a64.elf" "core_death $word 2" -smp 4 </dev/null
    ok "$word on core 2 is reported as core 2's" dies "$@"
}

report fault 139 '^fault on core 2: data abort' 'FAR 0*dead0000' 'verdict: unmapped'
report panic 139 '^panic on core 2: on purpose$'
report assert 134 '^abort on core 2: .*core_death_a64\.c:[0-9]+: die: assertion'
report overflow 139 '^fault on core 2' "stack overflow of core 2's main stack"
report handler 139 '^fault on core 2: data abort, in an exception handler' 'FAR 0*dead0000'

done_testing
