#!/usr/bin/env python3
"""The GDB commands on a live machine: their answers are those of the target's own monitor, and lint finds what is
planted. Then the same from dumps of its memory."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
OUT = os.environ.get("OUT", "build/virt")
COMMAND = os.environ.get("QEMU_COMMAND", "qemu-system-aarch64 -M virt -cpu cortex-a57 -m 256M -display none").split()
AARCH32 = "32" in OUT or "rpi2" in OUT
SHORT = "short" in OUT
WINDOW = 0xC0001000 if AARCH32 else 0xFFFFFFC000001000

count = failed = 0


def ok(holds, name, note=""):
    global count, failed
    count += 1
    failed += not holds
    print(f"{'ok' if holds else 'not ok'} {count} - {name}")
    if not holds:
        print("\n".join("# " + line for line in str(note).splitlines()[:60]))
    return holds


def finish():
    print(f"1..{count}")
    sys.exit(failed != 0)


class Machine:
    """The tour's monitor on a serial port, and a GDB stub."""

    def __init__(self, folder):
        self.stub, self.log = os.path.join(folder, "gdb"), os.path.join(folder, "serial")
        self.qemu = subprocess.Popen(
            [*COMMAND, "-gdb", f"unix:{self.stub},server=on,wait=off", "-serial", "stdio", "-monitor", "none",
             "-kernel", f"{OUT}/tour.elf", "-semihosting-config", "enable=on,target=native,arg=tour,arg=monitor=1"],
            stdin=subprocess.PIPE, stdout=open(self.log, "wb"), stderr=subprocess.STDOUT)

    def text(self):
        with open(self.log, "rb") as file:
            return file.read().decode(errors="replace").replace("\r", "")

    def ask(self, *lines, seconds=60):
        """The answers of the monitor: a list of lines for each question."""
        self.qemu.stdin.write("".join(line + "\n" for line in lines + ("stats",)).encode())
        self.qemu.stdin.flush()
        end = time.monotonic() + seconds
        while not re.search(r"^iomem> stats\n(.*\n)+iomem> $", self.text(), re.M):
            if time.monotonic() > end or self.qemu.poll() is not None:
                ok(False, "the monitor answers", self.text()[-3000:])
                finish()
            time.sleep(0.1)
        parts = re.split(r"^iomem> ", self.text(), flags=re.M)
        return [next(part for part in parts if part.startswith(line + "\n")).splitlines()[1:] for line in lines]

    def gdb(self, *commands):
        """What each command printed, as a list of lines."""
        words = ["gdb-multiarch", "-q", "-nx", "-batch", "-ex", "set confirm off", "-ex", f"target remote {self.stub}",
                 "-ex", "source tools/gdb/iomem.py"]
        for command in commands:
            words += ["-ex", r"echo <<<\n", "-ex", command, "-ex", r"echo >>>\n"]
        done = subprocess.run([*words, f"{OUT}/tour.elf"], capture_output=True, text=True, timeout=120)
        answers = re.findall(r"^<<<\n(.*?)^>>>\n", done.stdout, re.M | re.S)
        if len(answers) != len(commands):
            ok(False, "GDB runs the commands", done.stdout + done.stderr)
            finish()
        return [answer.splitlines() for answer in answers]


def as_read(lines):
    """The target tells the types that were asked for; ARMv7 has no Device-GRE and -nGRE to be read back."""
    return [re.sub("Device-n?GRE", "Device-nGnRE", line) if AARCH32 else line for line in lines]


def ranges(lines):
    return [line for line in lines if re.match(r"0x\w+ \+ ", line)]


def ramdump(*arguments):
    done = subprocess.run([sys.executable, "tools/ramdump.py", *arguments], capture_output=True, text=True, timeout=120)
    return done.stdout.splitlines(), done.returncode, done.stderr


def check_answers(machine):
    dump, segments = machine.ask("dump", f"segments {WINDOW:#x} 64K")
    maps, found, walk, hole, lint = machine.gdb("iomem maps", f"iomem segments {WINDOW:#x} 0x10000",
                                                f"iomem walk {WINDOW:#x}", "iomem walk 0x1000", "iomem lint")
    ok(len(ranges(dump)) > 50 and as_read(ranges(dump)) == ranges(maps), "maps is the target's own dump",
       "\n".join(sorted(set(as_read(ranges(dump))) ^ set(ranges(maps)))))
    ok(segments == found and segments, "segments are the target's own", (segments, found))
    ok(walk[-1].startswith("level 3, a leaf of 4K: physical 0x") and "Device-nGnRnE" in walk[-1], "walk ends in the page",
       walk)
    ok(len(walk) == (3 if SHORT else 4) and "table" in walk[0], "walk goes level by level", walk)
    ok(any("invalid" in line for line in hole), "walk of nothing ends in an invalid entry", hole)
    ok(lint[-1].endswith("findings") and all(line.startswith("RAM mapped Device") for line in lint[:-1]) and
       len(lint) > 1, "lint finds the buffers that the tour maps as Device, and nothing else", lint)
    return walk, maps


def check_planted(machine, walk, folder):
    """A page table entry loses what forbids execution; the map and lint must show it."""
    before, after = os.path.join(folder, "before"), os.path.join(folder, "after")
    address, raw = re.search(r"entry at (0x\w+) is (0x\w+), page", walk[-2]).groups()
    planted = int(raw, 16) & ~(1 if SHORT else 3 << 53)
    size = "unsigned int" if SHORT else "unsigned long long"
    *_, lint, _ = machine.gdb(
        f"iomem save {before}", "maintenance packet Qqemu.PhyMemMode:1", f"set *({size} *){address} = {planted:#x}",
        "maintenance packet Qqemu.PhyMemMode:0", "iomem lint", f"iomem save {after}")
    ok(any(line.startswith(f"writable and executable: 0x{WINDOW:016x}") for line in lint), "lint: writable and executable",
       lint)
    ok(any(line.startswith(f"Device and executable: 0x{WINDOW:016x}") for line in lint), "lint: Device and executable",
       lint)
    lines, status, _ = ramdump("diff", before, after)
    ok(status == 1 and any(line.startswith(f"+ 0x{WINDOW:016x}") and "rwx" in line for line in lines) and
       any(line.startswith(f"- 0x{WINDOW:016x}") for line in lines), "two snapshots differ in it", lines)
    lines, status, _ = ramdump("diff", before, before)
    ok(status == 0 and not lines, "a snapshot does not differ from itself", lines)
    return before


def check_core(machine, core):
    _, registers = machine.gdb(f"monitor dump-guest-memory {core}", "iomem registers")
    words = ",".join("=".join(line.split()) for line in registers)
    lines, _, error = ramdump("lint", core, "--registers", words)
    ok(any("writable and executable" in line for line in lines), "an ELF core is read", error)
    ok(ramdump("maps", core)[1] not in (0, None), "without registers it is refused")


def check_dumps(machine, snapshot, maps, folder):
    ok(ramdump("maps", snapshot)[0] == maps, "a snapshot tells what the live machine told")
    if "virt" in OUT:
        check_core(machine, os.path.join(folder, "core"))
    else:
        ok(True, "an ELF core # SKIP a Gigabyte to write: tested on virt")
    page = os.path.join(folder, "page.html")
    ramdump("html", snapshot, page)
    with open(page, encoding="utf-8") as file:
        text = file.read()
    ok("<svg" in text and "://" not in text.replace("http://www.w3.org/2000/svg", "") and
       all(line.split("  ")[0] in text for line in ranges(maps)), "the page holds the map and needs nothing else")


def main():
    os.chdir(ROOT)
    if not shutil.which("gdb-multiarch"):
        print("1..0 # SKIP no gdb-multiarch")
        return
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(folder)
        try:
            walk, maps = check_answers(machine)
            check_dumps(machine, check_planted(machine, walk, folder), maps, folder)
        finally:
            machine.qemu.kill()
    finish()


main()
