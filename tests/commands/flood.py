"""A flood of numbered messages, and a way to the server that can be cut under the receiver alone."""

import select
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from tests.cli.peers import Peer
from tests.waiting import eventually

DIGITS = 8
RECORD = DIGITS + 1  # a number and a line feed
BLOCK = 1000  # messages that are sent by one write, and share a time
_AHEAD = 100_000  # how far the flood may run ahead of its receiver: far below what a server holds for one
_IN_FLIGHT, _IN_GAP = 10, 10  # blocks sent without a look at the receiver, before and after a cut
_TIMES = "@" * (DIGITS - 3)  # the place of a number's leading digits
_PATIENCE_S = 30.0


def lines(block: int) -> bytes:
    """The numbers of a block as ``sub --raw`` prints them."""
    return _LINES.replace(_TIMES.encode(), b"%0*d" % (DIGITS - 3, block))


_LINES = b"".join(b"%b%03d\n" % (_TIMES.encode(), low) for low in range(BLOCK))


class Cut(NamedTuple):
    """One forced loss: the last number printed before it, and the first and last sent while nobody could come back."""

    printed: int
    first: int
    last: int


class Proxy:
    """Carries one connection at a time to a server, and cuts it on command."""

    def __init__(self, port: int) -> None:
        self._server = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.01)
        self.url = f"nats://127.0.0.1:{self._listener.getsockname()[1]}"
        self._cut, self._is_cut, self._passable = threading.Event(), threading.Event(), threading.Event()
        self._flows = threading.Event()
        self._passable.set()
        self._flows.set()
        self._closed = False
        self.carried = 0  # bytes from the server
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def cut(self) -> None:
        """Reset the connection, and let nobody through until ``mend``."""
        self._passable.clear()
        self._is_cut.clear()
        self._cut.set()
        assert self._is_cut.wait(_PATIENCE_S)

    def swallow(self) -> None:
        """Carry nothing either way, and say nothing, until ``mend``."""
        self._flows.clear()

    def mend(self) -> None:
        """Let connections, and what they carry, through again."""
        self._flows.set()
        self._passable.set()

    def close(self) -> None:
        """Break everything off."""
        self._closed = True
        self._cut.set()
        self._passable.set()
        self._thread.join(_PATIENCE_S)
        self._listener.close()

    def _run(self) -> None:
        while self._passable.wait() and not self._closed:
            with suppress(OSError):  # of the listener: nobody has come yet
                near, _ = self._listener.accept()
                with near, socket.create_connection(self._server) as far, suppress(OSError):
                    self._carry(near, far)

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        other = {near: far, far: near}
        while not self._cut.is_set():
            if not self._flows.wait(0.005):
                continue
            for end in select.select([near, far], [], [], 0.005)[0]:
                data = end.recv(256 * 1024)
                if not data:
                    return
                other[end].sendall(data)
                self.carried += len(data) if end is far else 0
        near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        near.close()
        far.close()
        self._cut.clear()
        self._is_cut.set()


@contextmanager
def proxied(port: int) -> Iterator[Proxy]:
    """A proxy for the length of a block."""
    proxy = Proxy(port)
    try:
        yield proxy
    finally:
        proxy.close()


class Received:
    """The file that ``sub --raw`` writes numbers to, while it grows."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __len__(self) -> int:
        return self.path.stat().st_size // RECORD

    def number(self, place: int) -> int:
        """The number in one place of the file."""
        with self.path.open("rb", buffering=0) as file:
            file.seek(place * RECORD)
            return int(file.read(DIGITS))

    @property
    def next(self) -> int:
        """The number after the last that came."""
        count = len(self)
        return self.number(count - 1) + 1 if count else 0


class Flood:
    """Publishes the numbers from 0 on, and remembers when it sent each; one connection of its own."""

    def __init__(self, url: str, subject: str, received: Received) -> None:
        self._peer = Peer(url)
        self._received = received
        frame = f"PUB {subject} {DIGITS}\r\n{_TIMES}%03d\r\n"
        self._frames = "".join(frame % low for low in range(BLOCK)).encode()
        self._begun: list[float] = []  # when the writing of each block began
        self.cuts: list[Cut] = []

    @property
    def sent(self) -> int:
        """How many numbers have been published."""
        return len(self._begun) * BLOCK

    def sent_at(self, number: int) -> float:
        """The time, at the earliest, when a number was sent."""
        return self._begun[number // BLOCK]

    def run_to(self, total: int) -> None:
        """Publish up to ``total`` messages, never far ahead of the receiver; the server has then read them all.

        A receiver that gets nothing, because it is coming back, gets a block now and then.
        """
        while self.sent < total:
            with suppress(AssertionError):
                eventually(lambda: self.sent - self._received.next < _AHEAD, within=0.1)
            self._send_blocks(1)
            if self.sent % (100 * BLOCK) == 0:
                self._peer.settle()  # which also answers the server's pings
        self._peer.settle()

    def cut(self, proxy: Proxy) -> None:
        """Cut the receiver off in the middle of the flood; some of it comes while nobody can be connected.

        Something has come since the last cut: else both would be one gap.
        """
        after = self.cuts[-1].last + 1 if self.cuts else 0
        eventually(lambda: self._received.next > after, _PATIENCE_S)
        self._send_blocks(_IN_FLIGHT)
        printed = self._received.next - 1
        proxy.cut()
        first = self.sent
        self._send_blocks(_IN_GAP)
        self._peer.settle()
        self.cuts.append(Cut(printed, first, self.sent - 1))
        proxy.mend()

    def close(self) -> None:
        """Hang up."""
        self._peer.close()

    def _send_blocks(self, count: int) -> None:
        for _ in range(count):
            digits = b"%0*d" % (DIGITS - 3, len(self._begun))
            self._begun.append(time.time())
            self._peer.send(self._frames.replace(_TIMES.encode(), digits))
