#!/usr/bin/env python3
"""What a dump of RAM says of the machine's translation tables.

A dump is plain RAM (QEMU's pmemsave, OpenOCD's dump_image) with --base and --registers, an ELF core (QEMU's
dump-guest-memory) with --registers, or a snapshot that the GDB command "iomem save" wrote, which has all of it.
"""
import argparse
import struct
import sys

from tables import formats, lint, memory, page, report


def number(text):
    return int(text, 0)


def ram_range(text):
    start, size = text.split("+")
    return int(start, 0), int(size, 0)


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, words, help_text in (
            ("maps", (), "everything that is mapped, as merged ranges"),
            ("walk", (("va", number),), "what the tables say of an address, level by level"),
            ("segments", (("va", number), ("length", number)), "the physical segments behind a range of addresses"),
            ("lint", (), "mappings that should not be; status 1 when there are any"),
            ("html", (("page", str),), "write the map as one HTML page"),
            ("diff", (("other", str),), "what another dump maps otherwise; status 1 when it does")):
        command = commands.add_parser(name, help=help_text)
        command.add_argument("dump")
        for word, kind in words:
            command.add_argument(word, type=kind)
        command.add_argument("--base", type=number, help="where plain RAM begins")
        command.add_argument("--registers", type=memory.parse_registers, help="NAME=VALUE,... as GDB names them")
        command.add_argument("--ram", type=ram_range, action="append", default=[], help="START+SIZE, for lint")
    return parser.parse_args(arguments)


def run(options):
    """Yields the lines of the answer."""
    tables = memory.load(options.dump, options.base, options.registers).tables()
    if options.command == "maps":
        yield from report.maps_lines(tables)
    elif options.command == "walk":
        yield from report.walk_lines(tables, options.va)
    elif options.command == "segments":
        yield from report.segments_lines(tables, options.va, options.length)
    elif options.command == "lint":
        yield from lint.lint(tables, options.ram)
    elif options.command == "diff":
        other = memory.load(options.other, options.base, options.registers)
        yield from lint.diff(tables, other.tables())
    else:
        with open(options.page, "w", encoding="utf-8") as file:
            file.write(page.page(tables, f"Translation tables of {options.dump}", list(lint.lint(tables, options.ram))))


def main():
    options, lines = parse(sys.argv[1:]), 0
    try:
        for line in run(options):
            print(line)
            lines += 1
    except (formats.Unsupported, memory.Missing, ValueError, OSError) as error:
        sys.exit(f"ramdump: {error}")
    except KeyError as error:
        sys.exit(f"ramdump: the registers lack {error}")
    except struct.error as error:
        sys.exit(f"ramdump: {options.dump}: cut short ({error})")
    return int(options.command in ("lint", "diff") and lines > 0)


sys.exit(main())
