#!/usr/bin/env python3
"""Boot a program under QEMU and save what its screen shows.

screenshot.py FRAME.png[,FRAME2.png...] QEMU [OPTION]...   (formats: .png, .ppm)

The program says "frame N" on its serial port when it has shown one and shows the next when it gets a line; an "q" ends
it. What it prints is copied to standard output. The status is 0 when every picture was written and the run ended with 0.
"""
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading

LIMIT = float(os.environ.get("TIMEOUT") or 120)  # seconds for the whole run


class Qmp:
    """QEMU's control socket: commands in, answers out, one line each."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.lines = self.socket.makefile("r")
        self.lines.readline()  # the greeting
        self.run("qmp_capabilities")

    def run(self, command, **arguments):
        self.socket.sendall(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
        for line in self.lines:
            answer = json.loads(line)
            if "error" in answer:
                sys.exit(f"screenshot: {command}: {answer['error']['desc']}")
            if "return" in answer:
                return
        sys.exit(f"screenshot: QEMU closed its control socket at {command}")


def wait_for_frame(qemu):
    """Copies the program's output up to the line that tells of a frame."""
    for line in qemu.stdout:
        print(line.rstrip("\r\n"), flush=True)
        if re.match(r"frame \d+:", line):
            return
    sys.exit("screenshot: the program ended before it had shown its frame")


def main():
    files, command = sys.argv[1].split(","), sys.argv[2:]
    with tempfile.TemporaryDirectory() as folder:
        control = os.path.join(folder, "qmp")
        command += ["-qmp", f"unix:{control},server=on,wait=off", "-serial", "stdio", "-monitor", "none"]
        qemu = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, errors="replace")
        limit = threading.Timer(LIMIT, qemu.kill)
        limit.start()
        try:
            for number, file in enumerate(files):
                if number:
                    qemu.stdin.write("\n")
                    qemu.stdin.flush()
                wait_for_frame(qemu)
                if not number:
                    qmp = Qmp(control)
                qmp.run("screendump", filename=os.path.abspath(file), format=os.path.splitext(file)[1][1:])
            qemu.stdin.write("q\n")
            qemu.stdin.close()
            print(qemu.stdout.read().rstrip("\n"), flush=True)
            return qemu.wait()
        finally:
            limit.cancel()
            qemu.kill()


sys.exit(main())
