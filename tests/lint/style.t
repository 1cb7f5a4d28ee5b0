#!/bin/bash
# The shape of the sources: no conditional compilation, short files and functions, nothing of one machine.
set -u

number=0
check() { # NAME OFFENDERS
    number=$((number + 1))
    if [ -z "$2" ]; then
        echo "ok $number - $1"
    else
        echo "not ok $number - $1"
        printf '%s\n' "$2" | sed 's/^/# /'
    fi
}

rooms='startup boards mmu iomem'
# shellcheck disable=SC2086  # words
sources=$(find $rooms apps tests/host tests/target -name '*.[chS]' -o -name '*.cpp')
# shellcheck disable=SC2086
conditionals=$(find $rooms -name '*.[chS]' -exec awk '
    /^[ \t]*#[ \t]*(if|elif)/ {
        guard = /#[ \t]*ifndef [A-Z0-9_]+_H$/
        known = /#[ \t]*if(n)?def __(ASSEMBLER|cplusplus)(__)?$/
        if (!guard && !known) print FILENAME ":" FNR ": " $0
    }' {} +)
# shellcheck disable=SC2086
long_files=$(awk 'FNR == 401 { print FILENAME " has more than 400 lines" }' $sources)
# A function opens with a { alone in column 1 and closes with a } there.
# shellcheck disable=SC2086
long_functions=$(awk '
    /^\{$/ { start = FNR }
    /^\}/ && start { if (FNR - start - 1 > 40) print FILENAME ":" start ": " FNR - start - 1 " lines"; start = 0 }
    FNR == 1 { start = 0 }' $sources)
# shellcheck disable=SC2086
wide=$(awk 'length($0) > 120 { print FILENAME ":" FNR ": " length($0) " columns" }' $sources)
# shellcheck disable=SC2086
tabs=$(grep -nP '\t' $sources)
# shellcheck disable=SC2046
blanks=$(grep -nIE '[[:space:]]+$' $(git ls-files -co --exclude-standard 2>/dev/null) Makefile /dev/null)
# The two names are cut so that this file does not meet its own rule.
machine=$(grep -rnIE "/(home|root|work|tmp)/[a-z]|deb\.""debian\.org|archive\.""ubuntu" \
    --exclude-dir=.git --exclude=.git --exclude-dir=build --exclude=compile_commands.json --exclude=style.t .)

check 'no #if in the rooms but guards' "$conditionals"
check 'no file of more than 400 lines' "$long_files"
check 'no function of more than 40 lines' "$long_functions"
check 'no line of more than 120 columns' "$wide"
check 'no tabs in C' "$tabs"
check 'no blanks at the end of a line' "$blanks"
check 'no path and no host of one machine' "$machine"
echo "1..$number"
