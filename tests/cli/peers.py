"""What the command line meets at the other end: a client that sends bytes as they are, and bad servers."""

import json
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple, Self
from urllib.parse import urlsplit

from natscli.server.process import LocalServer
from natscli.wire import encode
from tests.processes import freeze


class Delivered(NamedTuple):
    """A message as it came."""

    subject: bytes
    reply: bytes
    headers: bytes
    payload: bytes


class Peer:
    """A NATS client of a few lines, on a socket of its own."""

    def __init__(self, url: str, **options: str) -> None:
        parts = urlsplit(url)
        self._socket = socket.create_connection((parts.hostname, parts.port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else each PING waits 40 ms
        self._input = self._socket.makefile("rb")
        self._input.readline()
        self._waiting: list[Delivered] = []
        settings = {"verbose": False, "headers": True, "no_responders": True, **options}
        self.send(b"CONNECT " + json.dumps(settings).encode() + b"\r\n")
        self.settle()

    def send(self, frames: bytes) -> None:
        self._socket.sendall(frames)

    def settle(self) -> None:
        """Return when the server has read all that was sent."""
        self.send(b"PING\r\n")
        while not self._line().startswith(b"PONG"):
            pass

    def subscribe(self, subject: str) -> None:
        self.send(b"SUB %b 1\r\n" % subject.encode())
        self.settle()

    def publish(self, subject: str | bytes, payload: bytes, reply: bytes = b"", headers: bytes = b"") -> None:
        raw = subject.encode() if isinstance(subject, str) else subject
        self.send(encode.pub(raw, payload, reply, headers))
        self.settle()

    def next(self) -> Delivered:
        """Wait for the next message."""
        while not self._waiting:
            self._line()
        return self._waiting.pop(0)

    def close(self) -> None:
        self._input.close()
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def _line(self) -> bytes:
        """Read one line; a message is put by."""
        line = self._input.readline()
        assert line, "the server hung up"
        assert not line.startswith(b"-ERR"), line
        if line == b"PING\r\n":
            self.send(b"PONG\r\n")
        if line.startswith((b"MSG ", b"HMSG ")):
            self._waiting.append(self._message(line.split()))
        return line

    def _message(self, words: list[bytes]) -> Delivered:
        has_headers = words[0] == b"HMSG"
        numbers = 2 if has_headers else 1
        reply = words[3] if len(words) == 4 + numbers else b""
        body = self._input.read(int(words[-1]))
        self._input.read(2)
        cut = int(words[-2]) if has_headers else 0
        return Delivered(words[1], reply, body[:cut], body[cut:])


class Address:
    """A port of the kernel's choice: refused until it listens, and silent from then on."""

    def __init__(self, *, listening: bool = False) -> None:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        if listening:
            self._socket.listen()
            self._socket.settimeout(30)

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self._socket.getsockname()[1]}"

    def accept(self) -> socket.socket:
        """Wait for a client."""
        return self._socket.accept()[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._socket.close()


@contextmanager
def frozen(server: LocalServer) -> Iterator[None]:
    """Stop a server in its tracks: its connections stay open, and nothing comes."""
    freeze(server.pid)
    try:
        yield
    finally:
        os.kill(server.pid, signal.SIGCONT)
