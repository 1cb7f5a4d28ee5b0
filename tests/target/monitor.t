#!/bin/bash
# The monitor, driven as by a user: answers, bad input, the end of the input.
# shellcheck disable=SC2317  # ok calls these functions by name
cd "$(dirname "$0")/../.." || exit 1
. tests/target/boot.sh

# monitor LINE...: types the lines, then ^D. The input stays open: only ^D or `exit` ends the run.
monitor() {
    mkfifo "$scratch/in"
    exec {feed}<>"$scratch/in"
    { printf '%s\n' "$@"; printf '\004'; } >&"$feed"
    boot 60 "$OUT/tour.elf" 'tour monitor=1' <&"$feed"
    exec {feed}>&-
    rm "$scratch/in"
}

# What the monitor printed after this line.
answer_to() {
    awk -v line="iomem> $1" '$0 == line { on = 1; next } /^iomem> / { on = 0 } on' <<<"$output"
}

# answers LINE PATTERN...: every pattern matches the answer.
answers() {
    local answer pattern line=$1
    shift
    answer=$(answer_to "$line")
    for pattern in "$@"; do
        grep -Eq -- "$pattern" <<<"$answer" || { echo "# $line: missing: $pattern"; return 1; }
    done
}

# line_of NAME COLUMN: of the tour's table as `maps` prints it.
column() {
    answer_to maps | awk -v name="$1" -v column="$2" 'index($0, name) { print $column; exit }'
}

# Where the IOKit window, the linear map and an address that is never mapped lie.
window=0xffffffc
linear=0xffffff80
hole=0xffffff8000000000
if [ "${BOARD:-virt}" = virt32 ]; then
    window=0x00000000c
    linear=0x0000000080
    hole=0xdfff0000
fi

monitor maps
ok 'the end of the input ends it with 0' status_is 0
ok 'maps lists the mappings and what AT says of them' answers maps 'PL031.* AT ok' 'virtio.* AT ok'
ok 'maps has no disagreement' says_not 'DISAGREE|disagree'
rtc=$(column 'PL031' 4)
ok 'the clock has an address' grep -Eq "^${window}[0-9a-f]+$" <<<"$rtc"
ram=$(answer_to maps | awk -v window="^$window" '/RAM/ && / 64K / && /Default/ { for (i = 1; i <= NF; i++) if ($i ~ window) print $i }' |
    head -n 1)
ok 'a RAM buffer has an address' grep -Eq "^$window" <<<"$ram"

monitor help 'map 0x09010000 4K Inhibit' maps 'map 0x09010000 4096 WriteCombine' "walk $rtc" "segments $rtc 4K" \
    "at $rtc" "peek ${rtc:0:15}fe0" "peek8 ${rtc:0:15}fe0" "poke $ram 0x12345678" "peek16 $ram" "peek64 $ram" \
    "segments $ram 64K" "walk $ram" "fault $ram" stats dump 'unmap 2' "peek $rtc" "walk $rtc" 'exit 7'
ok 'exit N ends with N' status_is 7
ok 'help lists the commands' answers help maps 'map .*PA LEN' unmap walk segments dump peek poke at fault stats exit
ok 'map maps a device' answers 'map 0x09010000 4K Inhibit' 'Inhibit .*AT ok .*0x09010000'
ok 'maps lists it' answers maps '0x09010000'
ok 'map takes another mode' answers 'map 0x09010000 4096 WriteCombine' '44 .*AT ok .*0x09010000'
if [ "${FORMAT:-lpae}" = short ]; then
    ok 'walk goes level by level' answers "walk $rtc" 'level 1: .*table' 'level 2: .*page' '9010000'
else
    ok 'walk goes level by level' answers "walk $rtc" 'level 1: .*table' 'level 2: .*table' 'level 3: .*page' '9010000'
fi
ok 'segments finds the physical address' answers "segments $rtc 4K" '0x0*9010000 \+ 4K'
ok 'at agrees' answers "at $rtc" 'read .*0x0*9010000' 'write .*0x0*9010000' 'EL0.*refused.*permission'
ok 'peek reads the PrimeCell part number' answers "peek ${rtc:0:15}fe0" '0x0*31\b'
ok 'peek8 reads a byte' answers "peek8 ${rtc:0:15}fe0" '0x31\b'
ok 'poke writes what peek reads' answers "peek16 $ram" '0x5678\b'
ok 'peek64 reads 64 bits' answers "peek64 $ram" '0x[0-9a-f]{8}12345678\b'
ok 'segments of RAM end where asked' answers "segments $ram 64K" '\+ '
ok 'walk of RAM says write-back' answers "walk $ram" 'write-?back'
ok 'fault on a good address is none' answers "fault $ram" '[Nn]o fault'
ok 'stats counts tables and RAM' answers stats 'tables +[0-9]+ in use' 'free'
ok 'dump prints merged ranges' answers dump "$linear.* write-back" 'r-x' 'guard'
ok 'unmap takes a mapping away' answers 'unmap 2' '[Uu]nmapped'
ok 'then its address is refused' answers "peek $rtc" 'refused|not mapped|nothing is mapped'
ok 'and the walk ends in an invalid entry' answers "walk $rtc" 'invalid'

monitor maps 'map 0x09010000 4K'
line=$(answer_to 'map 0x09010000 4K' | awk '/yours/ { print $1, $3 }')
monitor maps 'map 0x09010000 4K' "redirect ${line% *} 0x09000000" \
    "redirect ${line% *} 0x09000004" 'redirect 1 0x09000000' 'redirect 12345 0'
ok 'redirect puts other memory behind an address' answers "redirect ${line% *} 0x09000000" "${line#* } .*AT ok .*0x09000000"
ok 'redirect to another offset in the page is refused' answers "redirect ${line% *} 0x09000004" 'same offset'
ok 'redirect of a mapping that may be shared is refused' answers 'redirect 1 0x09000000' 'Refused'
ok 'redirect of nothing says so' answers 'redirect 12345 0' 'No mapping'

monitor frobnicate 'map' 'map zzz 4K' 'map 0x09010000 zzz' 'map 0x09010000 4K Sideways' 'map 0x09010000 4K Copyback' \
    'map 0x09010000 0' 'map 0xffffffffffffffff 4K' 'map 1 2 3 4 5 6' 'peek 0' 'peek64 8 3' 'poke 0 1' 'peek 12x' \
    'poke8 0 0x1ff' 'peek99 0' 'walk 0' 'segments 0 4K' 'at 0' 'fault 0' "fault $hole" 'unmap 12345' \
    'unmap 0x1' 'exit zzz' '' '   ' "$(printf 'x%.0s' {1..900})" 'stats'
ok 'bad input never ends it' ends 0 'iomem> stats'
ok 'stats still answers' answers stats 'in use'
ok 'an unknown command is named' answers frobnicate 'frobnicate'
ok 'a missing parameter is named' answers map 'PA LEN'
ok 'a bad number is shown' answers 'map zzz 4K' 'zzz'
ok 'a bad length is shown' answers 'map 0x09010000 zzz' 'zzz'
ok 'a bad mode is shown, and what modes there are' answers 'map 0x09010000 4K Sideways' 'Sideways' 'WriteCombine'
ok 'a refused map says why' answers 'map 0x09010000 4K Copyback' 'RAM'
ok 'length 0 is refused' answers 'map 0x09010000 0' '[Rr]efused|length|0'
ok 'an address past the end is refused' answers 'map 0xffffffffffffffff 4K' '[Rr]efused|past|beyond|wrap'
ok 'too many words are too many' answers 'map 1 2 3 4 5 6' 'Too many|too many|PA LEN'
ok 'peek of an unmapped address is survived' answers 'peek 0' 'nothing is mapped'
ok 'poke of an unmapped address is survived' answers 'poke 0 1' 'nothing is mapped'
ok 'digits with letters are no number' answers 'peek 12x' '12x'
ok 'a value that does not fit is refused' answers 'poke8 0 0x1ff' 'fit'
ok 'a width that does not exist is refused' answers 'peek99 0' 'peek99'
ok 'segments of nothing says so' answers 'segments 0 4K' 'not'
ok 'at of nothing says why' answers 'at 0' 'translation fault'
ok 'fault explains' answers 'fault 0' 'nothing is mapped'
ok 'fault explains in the high half too' answers "fault $hole" 'nothing is mapped'
ok 'unmap of nothing says so' answers 'unmap 12345' '[Nn]o mapping'
ok 'exit with a bad number stays' answers 'exit zzz' 'zzz'

done_testing
