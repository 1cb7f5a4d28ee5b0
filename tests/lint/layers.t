#!/bin/bash
# The layer rule: what each room may include.
set -u

# room, what its #include "room/file.h" may name
rules='
mmu      mmu/|arch/cpu\.h
boards   boards/|mmu/
iomem    iomem/|mmu/
startup  startup/|boards/|mmu/|iomem/port\.h|arch/[a-z_]+\.(h|inc)
'

# Freestanding headers, and no other, for the room that knows no C library.
freestanding='stdarg|stdatomic|stdbool|stddef|stdint|stdalign|stdnoreturn|limits|float|assert|arm_neon|arm_acle'

check() { # NAME OFFENDERS
    number=$((number + 1))
    if [ -z "$2" ]; then
        echo "ok $number - $1"
    else
        echo "not ok $number - $1"
        printf '%s\n' "$2" | sed 's/^/# /'
    fi
}

number=0
while read -r room allowed; do
    [ -n "$room" ] || continue
    check "$room/ includes only what it may" "$(grep -rnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' "$room" --include='*.[chS]' |
        grep -vE "include[[:space:]]*\"($allowed)")"
done <<<"$rules"
check 'mmu/ uses freestanding headers only' "$(grep -rnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*<' mmu --include='*.[chS]' |
    grep -vE "<($freestanding)\.h>")"
check 'iomem/ does not include the runtime' "$(grep -rnE '<(startup|boards|arch)/' iomem mmu boards --include='*.[chS]')"
check 'boards/ and iomem/ have no assembly' "$(grep -rnwE 'asm|__asm__' boards iomem --include='*.[ch]'; find boards iomem -name '*.S')"
echo "1..$number"
