#!/bin/bash
# Every board's OpenOCD script parses, with an adapter that is none.
cd "$(dirname "$0")/../.." || exit 1
command -v openocd >/dev/null || { echo '1..0 # SKIP no openocd'; exit 0; }
number=0 failed=0
for script in tools/openocd/*.cfg; do
    board=$(basename "$script" .cfg)
    number=$((number + 1))
    output=$(timeout 20 openocd -s tools/openocd -c 'adapter driver dummy' -f "$script" -c 'targets' \
        -c 'echo "known: [info procs iomem_run]"' -c shutdown 2>&1)
    if [ $? = 0 ] && grep -Eq 'bcm2[0-9]+\.' <<<"$output" && grep -q 'known: iomem_run' <<<"$output"; then
        echo "ok $number - $board"
    else
        echo "not ok $number - $board"
        printf '%s\n' "$output" | sed 's/^/# /'
        failed=1
    fi
done
echo "1..$number"
exit $failed
