#!/usr/bin/env python3
"""The reader of translation tables over tables made by hand, a format each, and its two ways to a halted machine."""
import os
import struct
import sys
import types

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools"))
sys.dont_write_bytecode = True
from tables import formats, lint, memory, page, report, walk  # noqa: E402

count = failed = 0


def ok(holds, name, note=""):
    global count, failed
    count += 1
    failed += not holds
    print(f"{'ok' if holds else 'not ok'} {count} - {name}")
    if not holds:
        print("\n".join("# " + line for line in str(note).splitlines()))


class Memory:
    """1 MiB at 0x80000000."""
    base = 0x80000000

    def __init__(self):
        self.data = bytearray(1 << 20)

    def put(self, pa, value, width=8):
        struct.pack_into("<Q" if width == 8 else "<I", self.data, pa - self.base, value)

    def read(self, pa, size):
        return bytes(self.data[pa - self.base:pa - self.base + size])

    def tables(self, registers):
        return [walk.Tables(half, self.read) for half in formats.halves(registers)]


def lines(all_tables):
    return [report.range_line(found) for tables in all_tables for found in tables.ranges()]


MAIR = 0x0C0804FF00BB44FF
AF, PAGE, RO, USER, PXN, UXN = 1 << 10, 3, 1 << 7, 1 << 6, 1 << 53, 1 << 54
DATA, CODE = AF | PXN | UXN, AF | RO | UXN


def registers_of(granule, size, ttbr0=0):
    tg0, tg1 = {12: (0, 2), 14: (2, 1), 16: (1, 3)}[granule]
    epd0 = 0 if ttbr0 else 1 << 7
    tcr = (64 - size) << 16 | (64 - size) | tg1 << 30 | tg0 << 14 | epd0
    return {"TCR_EL1": tcr, "MAIR_EL1": MAIR, "TTBR0_EL1": ttbr0, "TTBR1_EL1": 0x80000000, "SCTLR": 1}


def check_granules():
    for granule, size, block_shift in ((12, 39, 21), (14, 36, 25), (16, 42, 29)):
        kib, width, ram = 1 << granule - 10, granule - 3, Memory()
        base, block = (1 << 64) - (1 << size), 1 << block_shift
        root = 0x80000000
        leaves = root
        for level in range(4 - -(-(size - granule) // width), 3):  # one table of each level, all at index 1
            if level == 2:
                ram.put(leaves + 16, 0x40000000 | DATA | 1)  # a block behind it
            ram.put(leaves + 8, leaves + (1 << granule) | 3)
            leaves += 1 << granule
        va = base + sum(1 << granule + width * (3 - level) for level in range(4 - -(-(size - granule) // width), 3))
        ram.put(leaves, 0x90000000 | CODE | PAGE)
        ram.put(leaves + 8, 0x90000000 + (1 << granule) | CODE | PAGE)
        ram.put(leaves + 16, 1 << 59)  # a guard
        tables = ram.tables(registers_of(granule, size))
        found = tables[0].ranges()
        ok([(r.va, r.pa, r.size) for r in found if not r.tag][:1] == [(va, 0x90000000, 2 << granule)],
           f"{kib}K: two pages are one range", lines(tables))
        ok(any(r.pa == 0x40000000 and r.size == block and r.leaf == block for r in found), f"{kib}K: a block",
           lines(tables))
        ok(any(r.tag == 1 and r.va == va + (2 << granule) for r in found), f"{kib}K: a guard", lines(tables))
        ok(str(found[0].attributes) == "r-x write-back", f"{kib}K: what it permits", found[0].attributes)
        runs = tables[0].segments(va + 16, 4 << granule)
        ok(runs == [(va + 16, 0x90000010, (2 << granule) - 16), (va + (2 << granule), None, 0)],
           f"{kib}K: segments stop at the guard", runs)


def check_limits():
    ram = Memory()
    ram.put(0x80000000, 0x80001000 | 3)
    ram.put(0x80001000, 0x80002000 | 3 | 1 << 62 | 1 << 60)  # APTable: read-only; UXNTable
    ram.put(0x80002000, 0x90000000 | AF | PAGE)
    text = lines(ram.tables(registers_of(12, 39)))
    ok(text[0].endswith("r-x write-back"), "a table's limits hold below it", text)


def check_short():
    ram = Memory()
    registers = {"SCTLR": 0x30000001, "TTBCR": 1, "TTBR0": 0x80008000, "TTBR1": 0x80000000, "PRRR": 0xA00B8A54,
                 "NMRR": 0x48004800}
    first = 0x80000000 + (0xC00 << 2)
    ram.put(first, 0x80004000 | 1, 4)
    ram.put(first + 4, 0x40100000 | 1 << 16 | 1 << 12 | 3 << 2 | 1 << 10 | 1 << 4 | 2, 4)  # a section: write-back, rw-
    for i in range(16):
        ram.put(first + 64 + 4 * i, 0x50000000 | 1 << 18 | 1 << 12 | 3 << 2 | 1 << 10 | 1 << 4 | 2, 4)
        ram.put(0x80004000 + 64 + 4 * i, 0x60010000 | 1 << 15 | 1 << 12 | 1 << 4 | 1, 4)  # large: uncached, rw-
    ram.put(0x80004000, 0x09000000 | 1 << 4 | 3, 4)  # a page: Strongly-ordered
    ram.put(0x80004004, 1 << 2, 4)
    text = lines(ram.tables(registers))
    ok(text == ["0x00000000c0000000 + 4K      physical 0x0009000000  leaves from 4K   rw- Device-nGnRnE",
                "0x00000000c0001000 + 4K      a guard: running into it faults",
                "0x00000000c0010000 + 64K     physical 0x0060010000  leaves from 4K   rw- uncached",
                "0x00000000c0100000 + 1M      physical 0x0040100000  leaves from 1M   rw- write-back",
                "0x00000000c1000000 + 16M     physical 0x0050000000  leaves from 1M   rw- write-back"],
       "short: sections, supersections, pages, large pages", "\n".join(text))


def check_lint():
    ram = Memory()
    ram.put(0x80000000, 0x80001000 | 3)
    ram.put(0x80001000, 0x80002000 | 3)
    for index, leaf in enumerate((0x90000000 | AF | PAGE, 0x90000000 | DATA | 1 << 2 | PAGE,
                                  0x09000000 | CODE | 3 << 2 | PAGE, 0x90002000 | DATA | 3 << 2 | PAGE)):
        ram.put(0x80002000 + 8 * index, leaf)
    found = list(lint.lint(ram.tables(registers_of(12, 39)), [(0x90000000, 0x10000)]))
    for head in ("writable and executable", "Device and executable", "RAM mapped Device", "alias conflict"):
        ok(sum(line.startswith(head) for line in found) == 1, f"lint: {head}", found)
    ok(len(found) == 4, "lint finds nothing else", found)
    ok("alias conflict" in page.page(ram.tables(registers_of(12, 39)), "t", found), "the page shows the findings")


def check_refusals():
    for change, why in (({"TCR_EL1": 0}, "no translation yet"), ({"TCR_EL1": 1 << 59 | 25}, "addresses of 52 bits"),
                        ({"TCR_EL1": 60 << 16 | 2 << 30 | 1 << 7}, "a size that cannot be")):
        try:
            formats.halves({**registers_of(12, 39), **change})
            ok(False, f"refused: {why}")
        except formats.Unsupported:
            ok(True, f"refused: {why}")
    dump = memory.Dump(registers_of(12, 39), [(0x80000000, bytes(16))])
    try:
        lines(dump.tables())
        ok(False, "memory that the dump lacks is named")
    except memory.Missing as error:
        ok("0x80000000" in str(error), "memory that the dump lacks is named", error)


def check_openocd():
    """The GDB commands where the target is OpenOCD's: its answers as its manual says, since no probe is at hand."""
    ram, asked = Memory(), []
    ram.put(0x80000000, 0x80001000 | 3)
    ram.put(0x80001000, 0x80002000 | 3)
    ram.put(0x80002000, 0x90000000 | CODE | PAGE)

    class Error(Exception):
        pass

    def execute(command, to_string=False):
        words = command.split()
        asked.append(command)
        if words[:2] == ["monitor", "version"]:
            return "Open On-Chip Debugger 0.12.0\n"
        if words[:2] == ["monitor", "read_memory"]:
            pa, number = int(words[2], 0), int(words[4])
            return " ".join(hex(word) for word in struct.unpack(f"<{number}I", ram.read(pa, 4 * number))) + "\n"
        return 'sending: "qqemu.PhyMemMode"\nreceived: ""\n'

    class Frame:
        @staticmethod
        def read_register(name):
            raise ValueError(name)

    gdb = types.SimpleNamespace(
        error=Error, GdbError=Error, COMMAND_DATA=0, execute=execute, newest_frame=lambda: Frame,
        Command=type("Command", (), {"__init__": lambda *_arguments, **_words: None}), Inferior=object,
        selected_inferior=lambda: None, string_to_argv=str.split, parse_and_eval=lambda word: int(word, 0))
    sys.modules["gdb"] = gdb
    names = {"__file__": os.path.join(ROOT, "tools/gdb/iomem.py"), "__name__": "iomem"}
    with open(names["__file__"], encoding="utf-8") as file:
        exec(compile(file.read(), names["__file__"], "exec"), names)  # as GDB's `source` does
    words = " ".join(f"{name}={value:#x}" for name, value in registers_of(12, 39).items())
    list(names["Registers"]("iomem registers").lines(words))
    text = list(names["Walk"]("iomem walk").lines("0xffffff8000000123"))
    ok(text[-1] == "level 3, a leaf of 4K: physical 0x90000123, r-x write-back", "OpenOCD: walk", text)
    ok(any(command.endswith(" phys") for command in asked), "OpenOCD: by physical addresses", asked)


for check in (check_granules, check_limits, check_short, check_lint, check_refusals, check_openocd):
    check()
print(f"1..{count}")
sys.exit(failed != 0)
