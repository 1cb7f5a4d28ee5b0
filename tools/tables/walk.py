"""Walking the tables: one address, or everything."""
import struct
from dataclasses import dataclass

from .formats import Attributes, Entry


@dataclass(frozen=True)
class Step:
    level: int
    pa: int  # of the entry
    raw: int
    entry: Entry
    size: int  # bytes that the entry translates


@dataclass
class Range:
    """A run of addresses that lead to a run of physical memory in one way, or carry one tag."""
    va: int
    pa: int
    size: int
    attributes: Attributes  # None: a tag
    tag: int
    leaf: int  # bytes of its first leaf

    @property
    def end(self):
        return self.va + self.size


class Tables:
    """A half and the memory that it lies in: read(pa, size) gives bytes."""

    def __init__(self, half, read):
        self.half, self.read = half, read
        self.limit = getattr(half, "limit", half.base + span(half))

    def contains(self, va):
        return self.half.base <= va < self.limit

    def entries(self, table, level):
        count = 1 << self.half.index_bits(level) if level > self.half.first_level else self.root_count()
        width = self.half.entry_bytes
        return struct.unpack(f"<{count}{'Q' if width == 8 else 'I'}", self.read(table, count * width))

    def root_count(self):
        return max(1, (self.limit - self.half.base) >> self.half.shift(self.half.first_level))

    def grouped(self, raw, level):
        group = getattr(self.half, "group", None)
        return bool(group and group(raw, level))

    def decode(self, raw, level, limits, index):
        """A member of a group of 16 equal descriptors leads to its own part of the group."""
        entry = self.half.decode(raw, level, limits)
        if entry.kind == "leaf" and self.grouped(raw, level):
            pa = entry.pa + (index & 15) * (1 << self.half.shift(level))
            return Entry("leaf", pa, entry.attributes)
        return entry

    def walk(self, va):
        """The steps to the entry that translates va, or to the one that ends the walk."""
        half, table, limits, steps = self.half, self.half.table, 0, []
        for level in range(half.first_level, 4):
            shift = half.shift(level)
            index = va - half.base >> shift
            if level > half.first_level:
                index &= (1 << half.index_bits(level)) - 1
            pa = table + index * half.entry_bytes
            raw = int.from_bytes(self.read(pa, half.entry_bytes), "little")
            entry = self.decode(raw, level, limits, index + self.skew(level))
            steps.append(Step(level, pa, raw, entry, 1 << shift))
            if entry.kind != "table":
                break
            table, limits = entry.pa, entry.limits
        return steps

    def skew(self, level):
        """How many entries of the first table lie before those of this half: groups are counted from there."""
        return self.half.base >> self.half.shift(level) if level == self.half.first_level else 0

    def leaves(self):
        """Every entry in use, lowest address first: (va, size, count, entry) stands for count leaves that lead to
        neighbouring memory in one way, entry being the first. Empty tables and entries are left out."""
        yield from self.below(self.half.table, self.half.first_level, self.half.base, 0)

    def below(self, table, level, va, limits):
        size, count, start, first, follows = 1 << self.half.shift(level), 0, 0, None, 0
        for index, raw in enumerate(self.entries(table, level)):
            if count and raw == follows:  # most are: not decoded one by one
                count += 1
                follows += size
                continue
            if count:
                yield start, size, count, first
                count = 0
            if not raw:
                continue
            entry = self.decode(raw, level, limits, index + self.skew(level))
            if entry.kind == "table":
                yield from self.below(entry.pa, level + 1, va + index * size, entry.limits)
            elif entry.kind == "leaf" and not self.grouped(raw, level):
                start, count, first, follows = va + index * size, 1, entry, raw + size
            elif entry.kind == "leaf" or entry.tag:
                yield va + index * size, size, 1, entry
        if count:
            yield start, size, count, first

    def tables(self):
        """(pa, bytes) of every table, the first one included."""
        def descend(table, level):
            entries = self.entries(table, level)
            yield table, len(entries) * self.half.entry_bytes
            for raw in entries if level < 3 else ():
                entry = self.half.decode(raw, level, 0)
                if entry.kind == "table":
                    yield from descend(entry.pa, level + 1)
        yield from descend(self.half.table, self.half.first_level)

    def ranges(self):
        """Leaves that go on where the one before ends, in the same way, as one."""
        merged = []
        for va, size, count, entry in self.leaves():
            last = merged[-1] if merged else None
            if last and last.end == va and (last.attributes, last.tag) == (entry.attributes, entry.tag) and \
                    entry.pa == (last.pa if last.tag else last.pa + last.size):
                last.size += size * count
            else:
                merged.append(Range(va, entry.pa, size * count, entry.attributes, entry.tag, size))
        return merged

    def segments(self, va, length):
        """(va, pa, bytes) of each physically contiguous run; a last one with pa None where nothing is mapped."""
        runs, end = [], va + length
        while va < end:
            step = self.walk(va)[-1] if self.contains(va) else None
            if step is None or step.entry.kind != "leaf":
                return runs + [(va, None, 0)]
            offset = va & step.size - 1
            size = min(step.size - offset, end - va)
            pa = step.entry.pa + offset
            if runs and runs[-1][1] + runs[-1][2] == pa:
                runs[-1] = (runs[-1][0], runs[-1][1], runs[-1][2] + size)
            else:
                runs.append((va, pa, size))
            va += size
        return runs


def span(half):
    return 1 << half.va_bits if half.entry_bytes == 8 else (1 << 32) - half.base if half.base else 1 << half.va_bits
