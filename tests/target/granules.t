#!/bin/bash
# test_granules and test_adopt on cores with other granules than the default one's, and with range TLBIs; they skip
# only what is missing.
# shellcheck disable=SC2317  # ok calls these functions by name
cd "$(dirname "$0")/../.." || exit 1
. tests/target/boot.sh

passes() { # NUMBER OF SKIPS
    ends 0 '^1\.\.[0-9]+$' && says_not '^not ok' && [ "$(grep -c '# SKIP' <<<"$output")" -eq "$1" ]
}

try() { # CPU SKIPS
    boot 120 "$OUT/test_granules_a64.elf" granules -cpu "$1" </dev/null
    ok "$1" passes "$2"
    boot 60 "$OUT/test_adopt_a64.elf" adopt -cpu "$1" </dev/null
    ok "$1: adopted tables" passes "$(($2 / 2))"
}

try cortex-a72 2 # no 16K
try cortex-a76 0
try neoverse-n1 0
try max 0

done_testing
