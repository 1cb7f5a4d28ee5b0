# For the scripts beside it: boot a program, keep what it printed and its status, and print TAP.
# shellcheck shell=bash
# OUT, QEMU, QEMU_COMMAND: as in build/BOARD/test.env; all have defaults, so that a script runs by hand from the root.

OUT=${OUT:-build/virt}
QEMU=${QEMU:-qemu-system-aarch64}
QEMU_COMMAND=${QEMU_COMMAND:-$QEMU -M virt -cpu ${CPU:-cortex-a57} -m 256M -display none}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
count=0
failed=0

# boot SECONDS KERNEL "WORDS FOR THE GUEST" OPTION...: input comes from stdin.
# Leaves $status (124 when the time ran out) and $output (without carriage returns).
boot() {
    local seconds=$1 kernel=$2 words=$3 semihosting=enable=on,target=native word
    shift 3

    for word in $words; do
        semihosting+=,arg=$word
    done
    boot_bare "$seconds" "$kernel" "$@" -semihosting-config "$semihosting"
}

# The same without semihosting.
boot_bare() {
    local seconds=$1 kernel=$2
    shift 2

    # shellcheck disable=SC2086  # the words of a command
    timeout -k 5 "$seconds" $QEMU_COMMAND -monitor none -serial stdio "$@" \
        -kernel "$kernel" >"$scratch/output" 2>&1
    status=$?
    output=$(tr -d '\r\0' <"$scratch/output")
}

# ok NAME COMMAND...: one test, which holds when the command does. A failure shows what was printed.
ok() {
    local name=$1
    shift

    count=$((count + 1))
    if "$@"; then
        echo "ok $count - $name"
        return 0
    fi
    echo "not ok $count - $name"
    echo "# status $status, failed: $*"
    printf '%s\n' "$output" | tail -n "${SHOW:-40}" | sed 's/^/# /'
    failed=1
    return 1
}

skip() {
    count=$((count + 1))
    echo "ok $count - $1 # SKIP $2"
}

done_testing() {
    echo "1..$count"
    exit $failed
}

status_is() {
    [ "$status" -eq "$1" ]
}

# says PATTERN...: every extended regular expression matches some line.
says() {
    local pattern
    for pattern in "$@"; do
        grep -Eq -- "$pattern" <<<"$output" || { echo "# missing: $pattern"; return 1; }
    done
}

# says_not PATTERN: no line matches.
says_not() {
    ! grep -Eq -- "$1" <<<"$output"
}

# ends STATUS PATTERN...
ends() {
    local wanted=$1
    shift
    [ "$status" -eq "$wanted" ] && says "$@"
}
