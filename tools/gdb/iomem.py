"""GDB commands that read translation tables without running target code: source this file, then "help iomem".

Registers come by GDB's names where the target tells them (QEMU does); where it does not (OpenOCD tells no system
registers), set them: iomem registers TTBR1_EL1=0x... TCR_EL1=0x... . Physical memory is read through QEMU's packet for
it, or through OpenOCD's read_memory.
"""
import os
import sys

import gdb

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from tables import formats, lint, memory, report, walk  # noqa: E402  (the path comes first)


class Qemu:
    """Physical memory by the packet Qqemu.PhyMemMode, for the time of one read."""

    @staticmethod
    def works():
        return gdb.execute("maintenance packet qqemu.PhyMemMode", to_string=True).rstrip().endswith(('"0"', '"1"'))

    @staticmethod
    def read(pa, size):
        gdb.execute("maintenance packet Qqemu.PhyMemMode:1", to_string=True)
        try:
            return bytes(gdb.selected_inferior().read_memory(pa, size))
        finally:
            gdb.execute("maintenance packet Qqemu.PhyMemMode:0", to_string=True)


class OpenOcd:
    """Physical memory by OpenOCD's command read_memory (since 0.12), which answers with numbers."""
    CHUNK = 512  # words a command

    @staticmethod
    def works():
        try:
            return "Open On-Chip Debugger" in gdb.execute("monitor version", to_string=True)
        except gdb.error:
            return False

    @classmethod
    def read(cls, pa, size):
        data, width = b"", 4
        while len(data) < size:
            count = min((size - len(data)) // width, cls.CHUNK)
            answer = gdb.execute(f"monitor read_memory 0x{pa + len(data):x} {8 * width} {count} phys", to_string=True)
            words = [int(word, 0) for word in answer.split()]
            if len(words) != count:
                raise gdb.GdbError(f"OpenOCD reads no physical memory at 0x{pa + len(data):x}: {answer.strip()}")
            data += b"".join(word.to_bytes(width, "little") for word in words)
        return data

# HCR_EL2.E2H and TGE: the code at EL2 has the tables of a kernel, in EL2's registers.
HOST = 1 << 34 | 1 << 27


class Target:
    """The halted machine: which way to its memory works, and registers that were set by hand."""
    given = {}
    way = {}

    @classmethod
    def reader(cls):
        connection = gdb.selected_inferior().connection_num if hasattr(gdb.Inferior, "connection_num") else 0
        if connection not in cls.way:
            cls.way[connection] = next((way for way in (Qemu, OpenOcd) if way.works()), None)
        if cls.way[connection] is None:
            raise gdb.GdbError("This target reads no physical memory: neither QEMU's packet nor OpenOCD's command works.")
        return cls.way[connection].read

    @classmethod
    def registers(cls):
        if cls.given:
            return dict(cls.given)
        try:
            found, frame = {}, gdb.newest_frame()
        except gdb.error as error:
            raise gdb.GdbError(f"Nothing is halted: {error}") from None
        host = (cls.register(frame, "HCR_EL2") or 0) & HOST == HOST
        secure = cls.is_secure(frame)
        for name in formats.REGISTERS:
            if secure and name.endswith("_EL1"):
                continue
            value = cls.register(frame, name.replace("_EL1", "_EL2") if host else name + "_S" if secure else name)
            if value is not None:
                found[name] = value
        return cls.tidy(found)

    @classmethod
    def is_secure(cls, frame):
        """AArch32 has registers twice where there is a Secure state; which it is in no register tells from outside."""
        return bool((cls.register(frame, "SCTLR_S") or 0) & 1) and not (cls.register(frame, "SCTLR") or 0) & 1

    @staticmethod
    def register(frame, name):
        try:
            return int(frame.read_register(name)) & (1 << 64) - 1
        except (ValueError, gdb.error):
            return None

    @staticmethod
    def tidy(found):
        """QEMU tells AArch32's 64-bit TTBRs by AArch64's names, and PRRR and NMRR as what they are with LPAE."""
        if "TTBCR" not in found:
            return {name: found[name] for name in found if name.endswith("_EL1") or name == "SCTLR"}
        found = {name: value if name.endswith("_EL1") else value & 0xFFFFFFFF for name, value in found.items()}
        if found["TTBCR"] >> 31 & 1:
            for number in "01":
                found[f"TTBR{number}"] = found.get(f"TTBR{number}_EL1", found.get(f"TTBR{number}"))
        found.setdefault("PRRR", found.get("MAIR0"))
        found.setdefault("NMRR", found.get("MAIR1"))
        for name in ("TTBR0_EL1", "TTBR1_EL1", "TCR_EL1", "MAIR_EL1"):
            found.pop(name, None)
        return found

    @classmethod
    def tables(cls):
        registers, read, pages = cls.registers(), cls.reader(), {}

        def cached(pa, size):
            if (pa, size) not in pages:
                pages[pa, size] = read(pa, size)
            return pages[pa, size]

        try:
            return [walk.Tables(half, cached) for half in formats.halves(registers)]
        except formats.Unsupported as error:
            raise gdb.GdbError(str(error)) from None
        except KeyError as error:
            raise gdb.GdbError(f"This target does not tell {error}. Set them: iomem registers NAME=VALUE ...") from None


def numbers(argument, count, usage):
    """Expressions of GDB, separated by blanks."""
    words = gdb.string_to_argv(argument)
    if len(words) != count:
        raise gdb.GdbError(f"It is: {usage}")
    return [int(gdb.parse_and_eval(word)) & (1 << 64) - 1 for word in words]


def known_ram():
    """RAM as the runtime found it, when the program has iomem's symbols and its memory is translated."""
    try:
        ram = gdb.parse_and_eval("'startup/memory.c'::ram")
        return [(int(bank["start"]), int(bank["end"]) - int(bank["start"])) for bank in
                (ram["banks"][i] for i in range(int(ram["bank_count"])))]
    except (gdb.error, ValueError):
        return []


class Command(gdb.Command):
    """A command that prints lines; the subclasses' docstrings are its help."""

    def __init__(self, name):
        super().__init__(name, gdb.COMMAND_DATA)

    def invoke(self, argument, _from_tty):
        for line in self.lines(argument):
            print(line)


class Prefix(gdb.Command):
    """Translation tables, read from the halted machine: walk, maps, segments, lint, save, registers."""

    def __init__(self):
        super().__init__("iomem", gdb.COMMAND_DATA, prefix=True)


class Walk(Command):
    """iomem walk VA: what the tables say of an address, level by level."""

    def lines(self, argument):
        va, = numbers(argument, 1, "iomem walk VA")
        return report.walk_lines(Target.tables(), va)


class Maps(Command):
    """iomem maps: everything that is mapped, as merged ranges."""

    def lines(self, _argument):
        return report.maps_lines(Target.tables())


class Segments(Command):
    """iomem segments VA LEN: the physical segments behind a range of addresses."""

    def lines(self, argument):
        va, length = numbers(argument, 2, "iomem segments VA LEN")
        return report.segments_lines(Target.tables(), va, length)


class Lint(Command):
    """iomem lint [START+SIZE ...]: mappings that are writable and executable, Device and executable, RAM mapped Device,
and physical memory mapped with two memory types. START+SIZE is RAM; without any, what iomem's runtime found."""

    def lines(self, argument):
        try:
            ram = [tuple(int(part, 0) for part in word.split("+")) for word in argument.split()] or known_ram()
        except ValueError:
            raise gdb.GdbError("It is: iomem lint [START+SIZE ...]") from None
        if not ram:
            yield "RAM is not known: give it (START+SIZE) to have RAM that is mapped Device found."
        count = 0
        for count, line in enumerate(lint.lint(Target.tables(), ram), 1):
            yield line
        yield f"{count} finding{'' if count == 1 else 's'}"


class Save(Command):
    """iomem save FILE: registers and tables, for tools/ramdump.py."""

    def lines(self, argument):
        words = gdb.string_to_argv(argument)
        if len(words) != 1:
            raise gdb.GdbError("It is: iomem save FILE")
        memory.save(words[0], Target.registers(), Target.tables())
        yield f"{words[0]} written"


class Registers(Command):
    """iomem registers [NAME=VALUE ...]: show the registers that are used, or set all of them by hand (NONE: no more)."""

    def lines(self, argument):
        if argument:
            try:
                Target.given = {} if argument.strip() == "NONE" else memory.parse_registers(argument)
            except ValueError:
                raise gdb.GdbError("It is: iomem registers NAME=VALUE ...") from None
        return (f"{name} 0x{value:x}" for name, value in Target.registers().items())


Prefix()
for command, kind in (("walk", Walk), ("maps", Maps), ("segments", Segments), ("lint", Lint), ("save", Save),
                      ("registers", Registers)):
    kind(f"iomem {command}")
