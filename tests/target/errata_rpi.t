#!/bin/bash
# A Pi 3's programs, libraries and all, hold no sequence of instructions that its Cortex-A53 gets wrong.
# shellcheck disable=SC2317  # ok calls these functions by name
cd "$(dirname "$0")/../.." || exit 1
[ "${BOARD:-virt}" = rpi3 ] || { echo "1..0 # SKIP errata 835769 and 843419 are the Cortex-A53's: BOARD=rpi3 has it"; exit 0; }
. tests/target/boot.sh
status=0
cross=aarch64-linux-gnu-
read -ra flags < <(sed -n 's/^BOARD_FLAGS := //p' boards/rpi3.mk)

found() { # ERRATUM FILE
    output=$("${cross}objdump" -d "$2" | perl tests/target/errata_a53.pl)
    grep -q "^$1 " <<<"$output"
}

finds() { found "$@"; }
finds_not() { ! found "$@"; }

# Both sequences, one of them with an instruction more in its midst. ld must see that the symbol is a function's.
cat >"$scratch/bad.S" <<'END'
        .text
        .balign 4096
        .globl _start
        .type _start, %function
_start: ldr     x3, [x2]
        madd    x0, x1, x4, x0
        ret
        .space  0xff8 - 12
        adrp    x0, word
        str     x1, [x2]
        ldr     x0, [x0, :lo12:word]
        ret
        .space  0xff4
        adrp    x0, word
        str     x1, [x2]
        add     x5, x5, 1
        str     x1, [x0, :lo12:word]
        ret
        .data
word:   .quad   0
END
build() { # NAME FLAG...
    local name=$1
    shift
    "${cross}gcc" "$@" -nostdlib -static -no-pie -Wl,--build-id=none -Wl,-Ttext=0x80000 -o "$scratch/$name" "$scratch/bad.S"
}
build plain -mno-fix-cortex-a53-835769 -mno-fix-cortex-a53-843419
build mended "${flags[@]}"
ok 'this test knows 835769' finds 835769 "$scratch/plain"
ok 'and 843419' finds 843419 "$scratch/plain"
ok 'and that in either form' test "$(grep -c '^843419' <<<"$output")" = 2
ok 'the flags of the board mend 835769' finds_not 835769 "$scratch/mended"
ok 'and 843419' finds_not 843419 "$scratch/mended"

shopt -s nullglob
programs=("$OUT"/*.elf)
ok 'there are programs' test "${#programs[@]}" -gt 0
for program in "${programs[@]}"; do
    ok "$(basename "$program") has neither" finds_not '[0-9]*' "$program"
done
done_testing
