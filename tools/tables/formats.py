"""What the registers say of a regime, and what the bits of its descriptors mean.

Sources: Arm ARM DDI 0487 D8.3 (VMSAv8-64), DDI 0406C B3.5 (short descriptors) and B3.6 (long ones of AArch32).
A half is one translation table base register with the addresses that it translates.
"""
from dataclasses import dataclass

TYPES = {0x00: "Device-nGnRnE", 0x04: "Device-nGnRE", 0x08: "Device-nGRE", 0x0C: "Device-GRE", 0x44: "uncached",
         0xAA: "write-through", 0xBB: "write-through", 0xEE: "write-back", 0xFF: "write-back"}
TAGS = {1: "a guard: running into it faults", 2: "blocked for now", 3: "to be filled when it is touched",
        4: "reserved", 5: "being changed"}


class Unsupported(Exception):
    """Registers that ask for something this reader does not know, or for no translation at all."""


@dataclass(frozen=True)
class Attributes:
    type: str  # of TYPES, or "MAIR xx"
    write: bool = False
    execute: bool = False  # at any exception level
    user: bool = False

    def __str__(self):
        return f"r{'w' if self.write else '-'}{'x' if self.execute else '-'}{' user' if self.user else ''} {self.type}"

    @property
    def device(self):
        return self.type.startswith("Device")

    @property
    def cached(self):
        return self.type in ("write-back", "write-through")


@dataclass(frozen=True)
class Entry:
    """A descriptor: kind is "table", "leaf" or "invalid"."""
    kind: str
    pa: int = 0  # of the next table or of the leaf; an invalid entry's payload
    attributes: Attributes = None
    tag: int = 0  # iomem's note in an invalid entry
    limits: int = 0  # a table's APTable, UXNTable and PXNTable, for all below it


def bits(value, high, low):
    return value >> low & (1 << high - low + 1) - 1


def mair_name(byte):
    return TYPES.get(byte, f"MAIR {byte:02x}")


class LongHalf:
    """Descriptors of 64 bits, of AArch64 or of AArch32's LPAE."""
    entry_bytes = 8

    def __init__(self, name, table, base, va_bits, granule_bits, mair, aarch32=False):
        self.name, self.base, self.va_bits, self.granule_bits = name, base, va_bits, granule_bits
        self.table = table & ~((1 << min(granule_bits, 12)) - 1) if not aarch32 else table & ~31
        self.mair, self.aarch32 = mair, aarch32
        index_bits = granule_bits - 3
        levels = -(-(va_bits - granule_bits) // index_bits)
        self.first_level = 4 - levels
        self.block_from = {12: 1, 14: 2, 16: 2}[granule_bits]

    @property
    def words(self):
        kind = "AArch32 LPAE" if self.aarch32 else "AArch64"
        return f"{kind}, {1 << self.granule_bits - 10}K granule, {self.va_bits} bits from 0x{self.base:x}"

    def shift(self, level):
        return self.granule_bits + (self.granule_bits - 3) * (3 - level)

    def index_bits(self, level):
        return min(self.granule_bits - 3, self.va_bits - self.shift(level))

    def address(self, raw):
        pa = raw & 0x0000_FFFF_FFFF_F000 & ~((1 << self.granule_bits) - 1)
        return pa | (bits(raw, 15, 12) << 48 if self.granule_bits == 16 else 0)

    def decode(self, raw, level, limits):
        if not raw & 1:
            return Entry("invalid", raw & 0x0000_FFFF_FFFF_F000, tag=raw >> 59)
        if level < 3 and raw & 2:
            return Entry("table", self.address(raw), limits=limits | raw >> 59 & 15)
        if not raw & 2 and (level == 3 or level < self.block_from):
            return Entry("invalid")
        pa = self.address(raw) & ~((1 << self.shift(level)) - 1)
        return Entry("leaf", pa, self.attributes(raw, limits))

    def attributes(self, raw, limits):
        read_only = bool(raw & 1 << 7 or limits & 8)
        user = bool(raw & 1 << 6 and not limits & 4)
        xn, pxn = bool(raw & 1 << 54 or limits & 2), bool(raw & 1 << 53 or limits & 1)
        if self.aarch32:
            execute = not xn and (user or not pxn)
        else:
            execute = not pxn and not (user and not read_only) or not xn
        return Attributes(mair_name(bits(self.mair, 63, 0) >> 8 * bits(raw, 4, 2) & 255), not read_only, execute, user)


class ShortHalf:
    """Descriptors of 32 bits. The levels are called 2 and 3, as the last one is 3 in every format."""
    entry_bytes, granule_bits, first_level = 4, 12, 2

    def __init__(self, name, table, base, va_bits, registers):
        self.name, self.base, self.va_bits = name, base, va_bits
        # TTBR1's table, and TTBR0's when N is 0, is indexed by all of the address.
        self.table = table & ~((1 << va_bits - 18) - 1) if base == 0 else (table & ~0x3FFF) + (base >> 18)
        self.prrr, self.nmrr = registers["PRRR"], registers["NMRR"]
        self.remap, self.access_flag = bool(registers["SCTLR"] & 1 << 28), bool(registers["SCTLR"] & 1 << 29)

    @property
    def words(self):
        return f"AArch32 short descriptors, addresses from 0x{self.base:x}"

    @staticmethod
    def shift(level):
        return 20 if level == 2 else 12

    def index_bits(self, level):
        return 12 if level == 2 and self.base else self.va_bits - 20 if level == 2 else 8

    def decode(self, raw, level, limits):
        if not raw & 3:
            return self.decode_invalid(raw)
        if level == 2 and raw & 3 == 1:
            return Entry("table", raw & 0xFFFFFC00, limits=raw >> 2 & 1)
        if level == 2:
            super_section = raw >> 18 & 1
            fields = (bits(raw, 14, 12), bits(raw, 3, 2), raw >> 15 & 1, bits(raw, 11, 10), raw >> 4 & 1)
            pa = raw & (0xFF000000 if super_section else 0xFFF00000)
            return Entry("leaf", pa, self.attributes(*fields, raw & 1))
        large = not raw & 2
        fields = (bits(raw, 14, 12) if large else bits(raw, 8, 6), bits(raw, 3, 2), raw >> 9 & 1, bits(raw, 5, 4),
                  raw >> 15 & 1 if large else raw & 1)
        return Entry("leaf", raw & (0xFFFF0000 if large else 0xFFFFF000), self.attributes(*fields, limits))

    @staticmethod
    def decode_invalid(raw):
        tag = bits(raw, 4, 2)
        return Entry("invalid", raw & 0xFFFFF000, tag=tag if tag < 6 else 5)

    def group(self, raw, level):
        """A supersection or a large page stands in 16 equal entries: how far each is from the first, by its index."""
        if level == 2:
            return raw & 3 >= 2 and bool(raw >> 18 & 1)
        return raw & 3 == 1

    def attributes(self, tex, cb, ap2, ap10, xn, pxn):
        if self.access_flag:  # AP[0] is the access flag
            user, write = bool(ap10 & 2), not ap2
        else:
            user = ap10 >= 2
            write = not ap2 and ap10 > 0
        execute = not xn and (user or not pxn)
        return Attributes(self.type(tex, cb), write, execute, user)

    def type(self, tex, cb):
        if not self.remap:
            return {0: "Device-nGnRnE", 1: "Device-nGnRE", 2: "write-through", 3: "write-back", 4: "uncached",
                    7: "write-back", 8: "Device-nGnRE"}.get(tex << 2 | cb, f"TEX {tex} CB {cb}")
        region = (tex & 1) << 2 | cb
        kind = bits(self.prrr, 2 * region + 1, 2 * region)
        if kind < 2:
            return ("Device-nGnRnE", "Device-nGnRE")[kind]
        return ("uncached", "write-back", "write-through", "write-back")[bits(self.nmrr, 2 * region + 1, 2 * region)]


def aarch64_halves(registers):
    """The EL1&0 regime, from TCR_EL1, MAIR_EL1, TTBR0_EL1 and TTBR1_EL1."""
    tcr, mair = registers["TCR_EL1"], registers["MAIR_EL1"]
    if tcr == 0:
        raise Unsupported("TCR_EL1 is 0: no translation has been set up yet")
    if tcr >> 59 & 1:
        raise Unsupported("TCR_EL1.DS is set: addresses of 52 bits with 4K or 16K granules")
    halves = []
    if not tcr >> 7 & 1:
        granule = {0: 12, 1: 16, 2: 14}.get(bits(tcr, 15, 14))
        halves.append(("TTBR0_EL1", 0, 64 - bits(tcr, 5, 0), granule))
    if not tcr >> 23 & 1:
        granule = {1: 14, 2: 12, 3: 16}.get(bits(tcr, 31, 30))
        va_bits = 64 - bits(tcr, 21, 16)
        halves.append(("TTBR1_EL1", (1 << 64) - (1 << va_bits), va_bits, granule))
    if any(granule is None or not 16 <= va_bits <= 48 for _, _, va_bits, granule in halves):
        raise Unsupported(f"TCR_EL1 0x{tcr:x}: a granule or a size of addresses that does not exist")
    return [LongHalf(name, bits(registers[name], 47, 1) << 1, base, va_bits, granule, mair)
            for name, base, va_bits, granule in halves]


def lpae_halves(registers):
    ttbcr, mair = registers["TTBCR"], registers["MAIR1"] << 32 | registers["MAIR0"]
    t0sz, t1sz = bits(ttbcr, 2, 0), bits(ttbcr, 18, 16)
    base = (1 << 32) - (1 << 32 - t1sz) if t1sz else (1 << 32 - t0sz if t0sz else 1 << 32)
    halves = []
    if not ttbcr >> 7 & 1:
        halves.append(LongHalf("TTBR0", bits(registers["TTBR0"], 39, 0), 0, 32 - t0sz, 12, mair, True))
        halves[0].limit = base
    if base < 1 << 32 and not ttbcr >> 23 & 1:
        va_bits = 32 - t1sz if t1sz else 32
        halves.append(LongHalf("TTBR1", bits(registers["TTBR1"], 39, 0), base, va_bits, 12, mair, True))
    return halves


def short_halves(registers):
    ttbcr, halves = registers["TTBCR"], []
    n = bits(ttbcr, 2, 0)
    if not ttbcr >> 4 & 1:
        halves.append(ShortHalf("TTBR0", registers["TTBR0"] & 0xFFFFFFFF, 0, 32 - n, registers))
    if n and not ttbcr >> 5 & 1:
        halves.append(ShortHalf("TTBR1", registers["TTBR1"] & 0xFFFFFFFF, 1 << 32 - n, 32, registers))
    return halves


def halves(registers):
    """The halves of the address space, lowest first. Raises Unsupported, or KeyError for a register that is missing."""
    if "TCR_EL1" in registers:
        return aarch64_halves(registers)
    if not registers["SCTLR"] & 1:
        raise Unsupported("SCTLR.M is 0: the MMU is off")
    return lpae_halves(registers) if registers["TTBCR"] >> 31 & 1 else short_halves(registers)


REGISTERS = ("TCR_EL1", "MAIR_EL1", "TTBR0_EL1", "TTBR1_EL1", "SCTLR", "TTBCR", "TTBR0", "TTBR1", "MAIR0", "MAIR1",
             "PRRR", "NMRR")
