"""natscli and the Go CLI side by side: ``make peer`` prints a table of ratios, and every repetition.

Both run against the same server, in turn (A B A B …), and the medians of five are compared.  Receivers
are fed by one raw socket that sends frames joined beforehand, so that nobody's publisher is the limit;
their rate is the number of messages over the time from the first byte sent to the receiver's end, the
same for both.  A receiver that has lost messages, or does not end, is reported and not compared.
``nats`` (nats-io/natscli) has to be on PATH.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import IO

from natscli import __version__
from natscli.server.binary import binary_version, find_binary
from natscli.server.config import ServerConfig
from natscli.server.process import LocalServer

REPETITIONS = 5
PATIENCE_S = 60.0
NATSCLI = [sys.executable, "-m", "natscli", "--no-context"]
PEER = "nats"
_PEER_RATE = re.compile(r"stats: ([\d,]+) msgs/sec")
_OUR_RATE = re.compile(r"([\d,]+) msg/s")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what was done, by whom at which rates (messages a second), and the aim."""

    work: str
    size: str
    ours: Sequence[float | None]
    theirs: Sequence[float | None]
    aim: float

    @property
    def ratio(self) -> float | None:
        """Ours over theirs, of the medians; None where a repetition failed."""
        if None in self.ours or None in self.theirs:
            return None
        return statistics.median(filter(None, self.ours)) / statistics.median(filter(None, self.theirs))


class Ring:
    """A server, and what both contestants are given."""

    def __init__(self, server: LocalServer) -> None:
        self.server = server
        self._subjects = 0

    def subject(self) -> str:
        """Return a subject that nobody has used."""
        self._subjects += 1
        return f"peer.{os.getpid()}.{self._subjects}"

    def wait_for_subscriber(self, subject: str) -> None:
        """Wait until the server knows of a subscription."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            with urllib.request.urlopen(f"{self.server.monitor_url}/connz?subs=1", timeout=5) as answer:
                connections = json.load(answer)["connections"]
            if any(subject in connection.get("subscriptions_list", ()) for connection in connections):
                return
            time.sleep(0.01)
        raise RuntimeError(f"nobody subscribed to {subject}")

    def received(self, command: Sequence[str], subject: str, frames: bytes, out: IO[bytes] | int) -> float | None:
        """Return the seconds from the first byte sent to the receiver's end; None when it did not end."""
        with subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL) as receiver:
            try:
                self.wait_for_subscriber(subject)
                started = time.perf_counter()
                self.blast(frames)
                receiver.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                receiver.kill()
                return None
            return time.perf_counter() - started if receiver.returncode == 0 else None

    def blast(self, frames: bytes) -> None:
        """Send frames as fast as the server takes them, and wait until it has read them."""
        with socket.create_connection(("127.0.0.1", self.server.port)) as connection:
            connection.sendall(b'CONNECT {"verbose":false,"headers":true}\r\n')
            connection.sendall(frames)
            connection.sendall(b"PING\r\n")
            answer = b""
            while b"PONG\r\n" not in answer:
                answer = answer[-8:] + connection.recv(65536)


def compare(
    contestants: Sequence[Callable[[], float | None]], repetitions: int = REPETITIONS
) -> list[list[float | None]]:
    """Let the contestants run in turn and return the rates of each."""
    rates: list[list[float | None]] = [[] for _ in contestants]
    for _ in range(repetitions):
        for results, contestant in zip(rates, contestants, strict=True):
            results.append(contestant())
    return rates


def show(row: Row) -> str:
    """Return a row of the Markdown table, every repetition included, and between which ratios the pairs lay."""

    def each(rates: Sequence[float | None]) -> str:
        return " ".join("lost" if rate is None else _thousands(rate) for rate in rates)

    pairs = [ours / theirs for ours, theirs in zip(row.ours, row.theirs, strict=True) if ours and theirs]
    ratio = "not compared" if row.ratio is None else f"**{row.ratio:.2f}** ({min(pairs):.2f}–{max(pairs):.2f})"
    return f"| {row.work} | {row.size} | {each(row.ours)} | {each(row.theirs)} | {ratio} | {row.aim} |"


def _thousands(rate: float) -> str:
    return f"{rate / 1e3:,.0f}" if rate >= 1e5 else f"{rate / 1e3:.1f}"


def heading(server: LocalServer) -> str:
    """Return machine and versions, and the head of the table."""
    peer = subprocess.run([PEER, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    versions = f"natscli {__version__}, nats CLI {peer}, nats-server {binary_version(find_binary())}"
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    return (
        f"{time.strftime('%Y-%m-%d')}, {machine}, {versions}; thousand messages a second, "
        f"{REPETITIONS} repetitions in turn, ratio of medians\n\n"
        "| work | bytes | natscli | nats | ratio | aim |\n|---|---|---|---|---|---|"
    )


def file_in(folder: str) -> IO[bytes]:
    """Return a new file to print into."""
    return open(os.path.join(folder, "out"), "wb")


def our_rate(text: str) -> float | None:
    """Return the rate that natscli's --stats printed."""
    match = _OUR_RATE.search(text)
    return float(match[1].replace(",", "")) if match else None


def peer_rate(text: str) -> float | None:
    """Return the rate that ``nats bench`` printed."""
    match = _PEER_RATE.search(text)
    return float(match[1].replace(",", "")) if match else None


def main(rows: Callable[[Ring, str], Iterable[Row]]) -> None:
    """Run every contest and print the table; a line and no failure where there is no peer."""
    if shutil.which(PEER) is None:
        print("skipped: the Go CLI `nats` is not on PATH")
        return
    with (
        LocalServer.start(ServerConfig(monitor_port=0, jetstream=True, extra="write_deadline: 30s")) as server,
        tempfile.TemporaryDirectory() as folder,
    ):
        print(heading(server), flush=True)
        for row in rows(Ring(server), folder):
            print(show(row), flush=True)
