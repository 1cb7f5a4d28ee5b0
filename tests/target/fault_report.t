#!/bin/bash
# A fault that nobody handles is explained before the run ends: the syndrome in words, the registers, the walk of
# the address level by level, what AT says, and a verdict.
cd "$(dirname "$0")/../.." || exit 1
. tests/target/boot.sh

report() { # WORD PATTERN...
    local word=$1
    shift
    boot 20 "$OUT/death.elf" "death $word" </dev/null
    ok "$word is explained" ends 139 "$@"
}

registers=('ESR' 'ELR' 'FAR' 'x0 +[0-9a-f]{16}' 'x30 +[0-9a-f]{16}' 'sp +[0-9a-f]{16}')

report unmapped "${registers[@]}" 'data abort' 'read' 'translation fault' 'FAR +0*dead0000' \
    'level 1: .*invalid' 'AT S1E1R: .*translation fault, level 1' 'verdict: unmapped'
report null-call "${registers[@]}" 'instruction abort' 'ELR +0000000000000000' 'verdict: unmapped'
report write-text "${registers[@]}" 'write' 'permission fault' 'level 1: .*table' 'level 2: .*table' \
    'level 3: .*page' 'AT S1E1W: .*permission fault, level 3' 'verdict: permission'
report write-constant 'write' 'permission fault' 'AT S1E1W: .*permission fault' 'verdict: permission'
report execute-data 'instruction abort' 'permission fault' 'level 3: .*page' 'verdict: permission'
report el0 'read' 'permission fault' 'verdict: permission'
report undefined "${registers[@]}" 'undefined instruction' 'verdict: not a fault of translation'
report access-flag 'access flag fault, level 3' 'AT S1E1R: .*access flag fault' 'verdict: access flag'
report address-size 'address size fault' 'AT S1E1R: .*address size fault' 'verdict: address size'
report external 'external abort' 'level 3: .*page -> 0*f000000' 'AT S1E1R: .*translates to 0*f000000' 'verdict: external abort'
report guard 'write' 'translation fault' 'invalid.*guard' 'verdict: unmapped'
report alignment 'alignment fault' 'AT S1E1R: .*translates' 'verdict: alignment'
report overflow "${registers[@]}" 'stack overflow of core 0' 'invalid.*guard' 'verdict: unmapped'
# Before the report it is the program that speaks, and nothing after it.
ok 'what the program printed before comes first' says '^dying by overflow$'
report deep 'stack overflow of core 0.s exception stack' 'on an exception stack that is full'

boot 20 "$OUT/death.elf" 'death panic 9' </dev/null
ok 'a panic gives its message and the core' ends 139 'panic.*core 0.*number 9'
boot 20 "$OUT/death.elf" 'death assert 9' </dev/null
ok 'a failed assertion gives its text and place' ends 134 'number == 12345' 'death\.c:[0-9]+'

# What EL0 cannot be asked to answer for.
boot 20 "$OUT/el0_death_a64.elf" 'el0_death fiq' </dev/null
ok 'an FIQ while EL0 runs is reported as one' ends 139 '^fault on core 0: unexpected FIQ, at EL0' 'ELR 0*1000' \
    'verdict: not a fault'
boot 20 "$OUT/el0_death_a64.elf" 'el0_death serror' </dev/null
ok 'an SError while EL0 runs is reported as one' ends 139 '^fault on core 0: SError, at EL0' 'ESR be000000' 'verdict: not a fault'
boot 20 "$OUT/el0_death_a64.elf" 'el0_death memory' </dev/null
ok 'a page that cannot come for want of memory says so' ends 139 'data abort' 'invalid, tag demand' 'verdict: no memory'

done_testing
