#!/usr/bin/env python3
"""The picture: its legend, the squares of the buffers that it is written to, and the flip by a redirect."""
import os
import re
import struct
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
OUT = os.environ.get("OUT", "build/virt")
COMMAND = os.environ.get("QEMU_COMMAND", "qemu-system-aarch64 -M virt -cpu cortex-a57 -m 256M -display none").split()
SCREEN = os.environ.get("SCREEN", "-device ramfb").split()

# As apps/picture draws them: page.c's legend, palette.c's colours, mosaic.c's squares.
LEGEND = (402, 336, 15, 10)  # left, top, pitch, size
FREE, COMBINED, GUARD, GROUND = 0x33415E, 0xFFA33A, 0x6B7488, 0x0E1119
COLOURS = [FREE, 0x4F8DFD, 0x37C3D6, 0xB9D4FF, 0x55D68A, 0xA97BFF, COMBINED, 0xFF5F74]  # below the guard's
MOSAIC = (402, 92, 7, 32)  # left, top, pitch, columns

count = failed = 0


def ok(holds, name, note=""):
    global count, failed
    count += 1
    failed += not holds
    print(f"{'ok' if holds else 'not ok'} {count} - {name}")
    if not holds and note:
        print("\n".join("# " + line for line in str(note).splitlines()))
    return holds


class Picture:
    """A .ppm file of 8 bits a channel."""

    def __init__(self, path):
        with open(path, "rb") as file:
            data = file.read()
        header = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", data)
        self.width, self.height = int(header[1]), int(header[2])
        self.data = data[header.end():]

    def at(self, x, y):
        return int.from_bytes(self.data[3 * (y * self.width + x):][:3], "big")

    def square(self, pa, start, size):
        """The middle of the mosaic's square that holds a physical address."""
        left, top, pitch, columns = MOSAIC
        index = (pa - start) // size
        return self.at(left + index % columns * pitch + 3, top + index // columns * pitch + 3)


def check_legend(picture, name):
    left, top, pitch, size = LEGEND
    found = [picture.at(left + 5, top + (i + 1) * pitch + 5) for i in range(len(COLOURS))]
    ok(found == COLOURS, f"{name}: the legend has its colours", [hex(c) for c in found])
    guard = {picture.at(left + x, top + y) for x in range(size) for y in range(size)}
    ok(guard == {GUARD, GROUND}, f"{name}: the guard's swatch is striped", guard)


def main():
    with tempfile.TemporaryDirectory() as folder:
        files = [os.path.join(folder, name) for name in ("1.ppm", "2.ppm", "3.png")]
        kernel = f"{OUT}/picture.elf"
        run = subprocess.run(
            ["tools/screenshot.py", ",".join(files), *COMMAND, *SCREEN, "-kernel", kernel,
             "-semihosting-config", "enable=on,target=native,arg=picture"],
            cwd=ROOT, capture_output=True, text=True, timeout=200)
        if not ok(run.returncode == 0, "the program shows three frames and ends with 0", run.stdout + run.stderr):
            return
        frames = re.findall(r"^frame \d+: written at (0x\w+), physical (0x\w+),", run.stdout, re.M)
        ok(len({va for va, _ in frames}) == 1, "the pointer stays", frames)
        a, b, again = (int(pa, 16) for _, pa in frames)
        ok(a != b and again == a, "the memory behind it alternates", frames)

        first, second = Picture(files[0]), Picture(files[1])
        ok((first.width, first.height) == (640, 480), "it is 640 by 480")
        check_legend(first, "frame 1")
        check_legend(second, "frame 2")
        ok(first.data != second.data, "the frames differ")

        mosaic = re.search(r"^mosaic: from (0x\w+), (\d+) squares of (\d+)", run.stdout, re.M)
        start, size = int(mosaic[1], 16), int(mosaic[3])
        middle = [pa + size + (-pa) % size for pa in (a, b)]  # a square that belongs to the buffer alone
        shown = [start <= pa < start + int(mosaic[2]) * size for pa in middle]
        if 2 * size > first.width * first.height * 4:
            ok(True, "the buffers' squares # SKIP a square is more than half a buffer")
        elif shown[0] and shown[1]:
            ok(first.square(middle[0], start, size) == COMBINED, "frame 1: buffer A is write-combined",
               hex(first.square(middle[0], start, size)))
            ok(first.square(middle[1], start, size) == FREE, "frame 1: buffer B is not yet",
               hex(first.square(middle[1], start, size)))
            ok(second.square(middle[0], start, size) == COMBINED, "frame 2: buffer A still is")
            ok(second.square(middle[1], start, size) == COMBINED, "frame 2: buffer B got the map's mode")
        else:
            ok(True, "the buffers' squares # SKIP they are the VideoCore's memory, not in the mosaic of the ARM's")
        with open(files[2], "rb") as file:
            head = file.read(24)
        ok(head[:8] == b"\x89PNG\r\n\x1a\n" and struct.unpack(">II", head[16:]) == (640, 480), "a .png file is one")


main()
print(f"1..{count}")
sys.exit(failed != 0)
