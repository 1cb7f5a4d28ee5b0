#!/bin/bash
# The calls keep to their numbers of instructions: the benchmark holds itself to the limits.
cd "$(dirname "$0")/../.." || exit 1
. tests/target/boot.sh

boot 60 "$OUT/bench.elf" 'bench check' -cpu cortex-a57 -icount shift=0,sleep=off </dev/null
printf '%s\n' "$output"
exit "$status"
