#!/bin/bash
# Boot a program: run.sh KERNEL QEMU [OPTION]... The status is QEMU's, or 124 when TIMEOUT (seconds) ran out.
# The guest's command line is the words of ARGS and monitor=1 or monitor=0: MONITOR, or whether stdin is a terminal.
set -u

kernel=$1
shift

if [ -z "${MONITOR:-}" ]; then
    MONITOR=0
    [ -t 0 ] && MONITOR=1
fi
# A machine that this QEMU does not know: the board's file says since when it is known, or that it is not. tests/run has
# asked already.
machine=${3%%,*}
if [ -z "${MACHINE_KNOWN:-}" ] && ! "$1" -M help 2>/dev/null | grep -q "^$machine "; then
    echo "QEMU has no machine $machine${QEMU_SINCE:+: $QEMU_SINCE}. This one is: $("$1" --version | head -n 1)" >&2
    exit 1
fi

semihosting=enable=on,target=native
for word in ${ARGS:-} "monitor=$MONITOR"; do
    semihosting+=,arg=${word//,/,,}
done

command=("$@" -kernel "$kernel" -semihosting-config "$semihosting")
[ -z "${TIMEOUT:-}" ] || command=(timeout --foreground -k 5 "$TIMEOUT" "${command[@]}")

if [ -t 0 ]; then
    exec "${command[@]}" -serial mon:stdio # Ctrl-A x ends QEMU, Ctrl-C goes to the guest
fi

# The end of a pipe or a file reaches the guest as what a terminal would send, a ^D. The feeder is ended with QEMU:
# it may be waiting for input that never comes.
exec {input}< <(exec cat - <(printf '\004'))
feeder=$!
"${command[@]}" -serial stdio -monitor none <&"$input"
status=$?
kill "$feeder" 2>/dev/null
exit "$status"
