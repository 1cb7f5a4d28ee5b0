#!/bin/bash
# What other tools say of the sources: a second compiler, headers alone, the layout, the scripts.
set -u

number=0
run() { # NAME COMMAND...
    local name=$1 output
    shift
    number=$((number + 1))
    if output=$("$@" 2>&1); then
        echo "ok $number - $name"
    else
        echo "not ok $number - $name"
        printf '%s\n' "$output" | tail -n 60 | sed 's/^/# /'
    fi
}

if_there() { # TOOL NAME COMMAND...
    if command -v "$1" >/dev/null; then
        shift
        run "$@"
    else
        number=$((number + 1))
        echo "ok $number - $2 # SKIP no $1"
    fi
}

mapfile -t sources < <(find startup boards mmu iomem apps tests -name '*.[ch]' -o -name '*.cpp')
mapfile -t scripts < <(grep -lE '^#!/bin/(ba)?sh' -r .ci tools tests --exclude-dir=build; echo tools/apt.sh)

run 'clang accepts every target file' make -s -k clang
run 'every header compiles alone, public ones in C++ too' make -s -k headers
if_there clang-format 'the layout is that of make format' clang-format --dry-run -Werror "${sources[@]}"
if_there doxygen 'make docs has nothing to complain of' make -s docs
if_there shellcheck 'the scripts pass shellcheck' shellcheck -x -S warning "${scripts[@]}"
echo "1..$number"
