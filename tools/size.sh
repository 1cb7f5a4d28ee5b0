#!/bin/bash
# What a program pays for mmu/: the .text that --gc-sections leaves of it. Usage: size.sh CROSS FORMAT LIBRARY
set -euo pipefail

cross=$1 format=$2 library=$3
linked=$(mktemp)
trap 'rm -f "$linked"' EXIT

least="mmu_$format mmu_space_create mmu_space_destroy mmu_map mmu_unmap mmu_walk tlb_publish tlb_invalidate"
most="$least mmu_map_pages mmu_protect mmu_tag mmu_fill mmu_fold mmu_translate mmu_segment mmu_tables_needed
    mmu_tables_max mmu_get_stats mmu_space_keep mmu_space_root tlb_no_break cache_clean_invalidate"
all="$most mmu_space_adopt mmu_space_abandon mmu_conflicts mmu_conflicts_all mmu_report mmu_dump"

report() { # NAME SYMBOLS
    local name=$1 symbol keep=()
    for symbol in $2; do keep+=(-u "$symbol"); done
    # What mmu/ calls of a C library, memset say, is not its own.
    "${cross}ld" --gc-sections --unresolved-symbols=ignore-all -e mmu_map "${keep[@]}" -o "$linked" "$library" 2>/dev/null
    "${cross}size" -A "$linked" | awk -v name="$name" '$1 == ".text" { printf "%-58s text %6d\n", name, $2 }'
}

report "mmu/ of a program that only maps, unmaps and walks" "$least"
report "mmu/ without adopt, conflicts, report and dump" "$most"
report "mmu/ with all of its calls" "$all"
