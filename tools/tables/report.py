"""What was found, as text. The lines for ranges, segments and leaves are those of the monitor's dump and segments."""
from .formats import TAGS


def size_words(size):
    for shift, unit in ((40, "T"), (30, "G"), (20, "M"), (10, "K")):
        if size and size % (1 << shift) == 0:
            return f"{size >> shift}{unit}"
    return f"{size} B" if size < 1000000000 else f"{size:#x}"


def range_line(found):
    head = f"0x{found.va:016x} + {size_words(found.size):<8}"
    if found.tag:
        return head + TAGS.get(found.tag, "an unknown tag")
    return f"{head}physical 0x{found.pa:010x}  leaves from {size_words(found.leaf):<5}{found.attributes}"


def maps_lines(all_tables):
    for tables in all_tables:
        half = tables.half
        yield f"{half.name}: {half.words}, table at 0x{half.table:x}"
        for found in tables.ranges():
            yield range_line(found)


def segment_line(va, pa, size):
    if pa is None:
        return f"0x{va:016x}  not mapped; the list ends here"
    return f"0x{va:016x}  physical 0x{pa:08x} + {size_words(size)}"


def find_tables(all_tables, va):
    return next((tables for tables in all_tables if tables.contains(va)), None)


def segments_lines(all_tables, va, length):
    tables = find_tables(all_tables, va)
    if tables is None:
        yield segment_line(va, None, 0)
    else:
        for run in tables.segments(va, length):
            yield segment_line(*run)


def walk_lines(all_tables, va):
    tables = find_tables(all_tables, va)
    if tables is None:
        yield f"0x{va:x} is in no half of the address space that is translated."
        return
    width = 2 + 2 * tables.half.entry_bytes
    for step in tables.walk(va):
        entry = step.entry
        what = {"table": f"table at 0x{entry.pa:x}", "leaf": "page" if step.level == 3 else "block"}.get(
            entry.kind, "invalid")
        yield f"level {step.level}: entry at 0x{step.pa:010x} is {step.raw:#0{width}x}, {what}"
    if entry.kind != "leaf":
        tag = TAGS.get(entry.tag, "an unknown tag") if entry.tag else "nothing is mapped there"
        yield f"level {step.level}, an invalid entry of {size_words(step.size)}: {tag}"
        return
    pa = entry.pa + (va & step.size - 1)
    yield f"level {step.level}, a leaf of {size_words(step.size)}: physical 0x{pa:x}, {entry.attributes}"
