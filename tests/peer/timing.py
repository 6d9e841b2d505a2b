"""Whole processes, timed: to their end, to their last line, or page by page at a terminal of their own."""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

_PATIENCE_S = 90.0
_LOOK_S = 0.02
_GLANCE_S, _UNHEARD_S = 0.005, 0.3  # until Return is pressed, and until it is pressed again
_WHERE_IS_THE_CURSOR = b"\x1b[6n"
_HERE = b"\x1b[24;1R"


@dataclass(frozen=True, slots=True)
class Timed:
    """How long a process took, and the most memory it had at a time."""

    seconds: float
    peak_bytes: int


def timed(command: Sequence[str], out: IO[bytes] | int = subprocess.DEVNULL) -> Timed | None:
    """Run a command to its end; None where it failed, or did not end."""
    started = time.perf_counter()
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=said) as process,
    ):
        peaks = [0]
        looking = threading.Thread(target=_look_at_memory, args=(process.pid, peaks), daemon=True)
        looking.start()
        try:
            process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            return None
        seconds = time.perf_counter() - started
        if process.returncode:
            said.seek(0)
            print(f"{command[0]} failed: {said.read().decode()[-500:]}", file=sys.stderr)
            return None
    return Timed(seconds, max(peaks))


def _look_at_memory(pid: int, peaks: list[int]) -> None:
    """Note the most a process has had, until it has gone.

    The system's own word at the end would be about whoever started it, too, if that is larger.
    """
    with suppress(OSError):
        while True:
            with open(f"/proc/{pid}/status", encoding="ascii") as status:
                found = re.search(r"VmHWM:\s+(\d+) kB", status.read())
            if found is None:  # it has ended, and waits to be asked
                return
            peaks.append(int(found[1]) * 1024)
            time.sleep(_LOOK_S)


def until_lines(command: Sequence[str], lines: int) -> float | None:
    """Return the seconds until a command that does not end by itself has printed so many lines; None for others."""
    started = time.perf_counter()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as ran:
        assert ran.stdout is not None
        rescue = threading.Timer(_PATIENCE_S, ran.kill)
        rescue.start()
        seen = 0
        while seen < lines and (piece := os.read(ran.stdout.fileno(), 1 << 16)):
            seen += piece.count(b"\n")
        seconds = time.perf_counter() - started
        rescue.cancel()
        ran.send_signal(signal.SIGINT)
        seen += ran.stdout.read().count(b"\n")
    return seconds if seen == lines else None


def turning(command: Sequence[str], question: bytes, pages: int, asks: int = 0) -> tuple[float, bytes] | None:
    """Return the seconds of so many pages at a terminal whose reader wants the next one at once, and what was shown.

    ``asks`` is how often a program asks the terminal where the cursor is, behind each question.
    """
    terminal, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
    started = time.perf_counter()
    ran = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    try:
        return _turned(
            terminal,
            re.compile(question + rb".*?".join([b"", *[re.escape(_WHERE_IS_THE_CURSOR)] * asks]), re.DOTALL),
            pages,
            started,
        )
    finally:
        ran.kill()
        ran.wait()
        os.close(terminal)


def _turned(terminal: int, question: re.Pattern[bytes], pages: int, started: float) -> tuple[float, bytes] | None:
    """Answer what a program asks of its reader, and of its terminal."""
    shown, answered, asked = bytearray(), 0, 0
    end = time.monotonic() + _PATIENCE_S
    while pages and time.monotonic() < end:
        if not select.select([terminal], [], [], _UNHEARD_S)[0]:
            os.write(terminal, b"\r")  # the one before was read with where the cursor is
            continue
        try:
            shown += os.read(terminal, 1 << 16)
        except OSError:  # it has gone
            return None
        while (place := shown.find(_WHERE_IS_THE_CURSOR, asked)) >= 0:
            asked = place + len(_WHERE_IS_THE_CURSOR)
            os.write(terminal, _HERE)
        if found := question.search(shown, answered):
            answered = found.end()
            pages -= 1
            time.sleep(_GLANCE_S)
            os.write(terminal, b"\r")
    return None if pages else (time.perf_counter() - started, bytes(shown))
