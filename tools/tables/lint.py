"""Mappings that should not be, and what changed between two dumps."""
from .report import range_line, size_words


def lint(all_tables, ram=()):
    """Lines, one a finding. ram: (start, size) of RAM, for what is mapped Device there."""
    ranges = [found for tables in all_tables for found in tables.ranges() if not found.tag]
    for found in ranges:
        if found.attributes.write and found.attributes.execute:
            yield f"writable and executable: {range_line(found)}"
        if found.attributes.device and found.attributes.execute:
            yield f"Device and executable: {range_line(found)}"
        if found.attributes.device and any(overlap(found.pa, found.size, *part) for part in ram):
            yield f"RAM mapped Device: {range_line(found)}"
    yield from conflicts(ranges)


def overlap(pa, size, start, length):
    return pa < start + length and start < pa + size


def conflicts(ranges):
    """Physical memory that is mapped with two memory types (Arm ARM B2.8). Neighbouring findings are one."""
    by_address, active = sorted(ranges, key=lambda found: found.pa), []
    for found in by_address:
        active = [other for other in active if other.pa + other.size > found.pa]
        for other in active:
            if other.attributes.type != found.attributes.type:
                size = min(other.pa + other.size, found.pa + found.size) - found.pa
                yield (f"alias conflict: physical 0x{found.pa:x} + {size_words(size)} is {other.attributes.type} "
                       f"at 0x{other.va + found.pa - other.pa:x} and {found.attributes.type} at 0x{found.va:x}")
        active.append(found)


def diff(before, after):
    """Lines of what only one of two lists of tables maps: "-" before, "+" after."""
    old = [line for tables in before for line in map(range_line, tables.ranges())]
    new = [line for tables in after for line in map(range_line, tables.ranges())]
    gone, come = set(old) - set(new), set(new) - set(old)
    changes = [(line, "-") for line in old if line in gone] + [(line, "+") for line in new if line in come]
    for line, sign in sorted(changes, key=lambda change: (change[0].split()[0], change[1] == "+")):
        yield f"{sign} {line}"
