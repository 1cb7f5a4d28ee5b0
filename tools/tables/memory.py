"""Memory of a machine that does not run any more: a file of RAM and the registers that go with it."""
import json
import struct

from . import formats
from .walk import Tables


class Missing(Exception):
    """An address that the dump does not hold."""


class Dump:
    """Registers, and pieces of memory at physical addresses."""

    def __init__(self, registers, pieces):
        self.registers, self.pieces = registers, pieces

    def read(self, pa, size):
        for start, data in self.pieces:
            if start <= pa and pa + size <= start + len(data):
                return data[pa - start:pa - start + size]
        raise Missing(f"the dump does not hold physical 0x{pa:x} + {size}")

    def tables(self):
        return [Tables(half, self.read) for half in formats.halves(self.registers)]


def parse_registers(text):
    """NAME=VALUE,... or a JSON object."""
    if text.lstrip().startswith("{"):
        pairs = json.loads(text).items()
    else:
        pairs = (word.split("=", 1) for word in text.replace(",", " ").split())
    return {name: value if isinstance(value, int) else int(value, 0) for name, value in pairs}


def load(path, base=None, registers=None):
    """A snapshot that `iomem save` wrote (JSON), an ELF core as QEMU's dump-guest-memory writes it, or plain RAM.

    base: where plain RAM begins. registers: of plain RAM and of a core; a snapshot has its own.
    """
    with open(path, "rb") as file:
        data = file.read()
    if data[:1] == b"{":
        snapshot = json.loads(data)
        pieces = [(int(pa, 0), bytes.fromhex(text)) for pa, text in snapshot["memory"].items()]
        return Dump(registers or {name: int(value, 0) for name, value in snapshot["registers"].items()}, pieces)
    if registers is None:
        raise ValueError(f"{path}: give its registers, --registers NAME=VALUE,...")
    if data[:4] == b"\x7fELF":
        return Dump(registers, list(core_pieces(data)))
    if base is None:
        raise ValueError(f"{path}: plain RAM: give the address where it begins, --base 0x40000000")
    return Dump(registers, [(base, memoryview(data))])


def core_pieces(data):
    """(physical address, bytes) of every PT_LOAD of an ELF file, of 64 or of 32 bits."""
    wide = data[4] == 2
    offset, entry_size, count = (*struct.unpack_from("<Q" if wide else "<I", data, 32 if wide else 28),
                                 *struct.unpack_from("<HH", data, 54 if wide else 42))
    for at in range(offset, offset + entry_size * count, entry_size):
        if wide:
            kind, _, start, _, pa, size = struct.unpack_from("<IIQQQQ", data, at)
        else:
            kind, start, _, pa, size = struct.unpack_from("<IIIII", data, at)
        if kind == 1:
            yield pa, memoryview(data)[start:start + size]


def save(path, registers, all_tables):
    """Registers and tables as a snapshot that load reads."""
    memory = {f"0x{pa:x}": tables.read(pa, size).hex() for tables in all_tables for pa, size in tables.tables()}
    values = {name: f"0x{value:x}" for name, value in registers.items()}
    with open(path, "w", encoding="ascii") as file:
        json.dump({"registers": values, "memory": memory}, file, indent=1)
