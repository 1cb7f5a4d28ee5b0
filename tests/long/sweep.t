#!/bin/bash
# T15, the sweep over scattered memory, at IOKit's own 16 MiB.
cd "$(dirname "$0")/../.." || exit 1
. tests/target/boot.sh

boot 550 "$OUT/long_sweep.elf" long_sweep </dev/null
printf '%s\n' "$output"
exit "$status"
