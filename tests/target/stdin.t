#!/bin/bash
# Standard input as a terminal gives it: a line is edited before the program sees it, ^D ends the input.
cd "$(dirname "$0")/../.." || exit 1
. tests/target/boot.sh

# QEMU must still have its input open when the program reads: ^D, not the end of a file, ends it here.
run_echo() { # TEXT
    mkfifo "$scratch/in"
    exec {feed}<>"$scratch/in"
    printf '%b' "$1" >&"$feed"
    boot 20 "$OUT/echo.elf" echo <&"$feed"
    exec {feed}>&-
    rm "$scratch/in"
}

run_echo 'one\ntwo words\n\004'
ok 'lines are read, ^D ends the input' ends 2 '^<one>$' '^<two words>$' '^end of input: 1, 0$'
run_echo '\004'
ok '^D at once is an empty input' ends 0 '^end of input: 1, 0$'
run_echo 'helxx\b\blo\n\004'
ok 'backspace takes characters back' ends 1 '<hello>$'
run_echo 'abc\0177\0177\0177\0177\0177d\n\004'
ok 'DEL does too, and stops at the start of the line' ends 1 '<d>$'
run_echo 'first\rsecond\r\004'
ok 'return ends a line as newline does' ends 2 '<first>$' '<second>$'
run_echo 'half\004\n\004'
ok '^D in a line gives what was typed' ends 1 '<half>$'
run_echo "$(printf 'x%.0s' {1..300})\n\004"
ok 'a line longer than the buffer comes in pieces' ends 4 '<x{99}>$'
run_echo '\n\n\004'
ok 'empty lines are lines' ends 2 '<>$'
ok 'standard input is a terminal' says 'terminal: 1'

done_testing
