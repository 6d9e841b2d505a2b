"""Recordings for the tests: what stands in one, and messages of every kind."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

from natscli.messaging.lines import Batch, Fault, decoded, read_lines
from natscli.messaging.ndjson import Line, encode_line, format_time
from natscli.wire.message import Message

START_NS = 1_795_435_200_000_000_000
BLOCKS = [
    b"NATS/1.0\r\nTrace-Id: 17\r\n\r\n",
    b"NATS/1.0\r\nA: 1\r\nB:2\r\nA:  3\r\n\r\n",
    b"NATS/1.0 100 Idle Heartbeat\r\n\r\n",
    b"NATS/1.0\r\nBytes: \xff\xfe\r\n\r\n",
]


def read(path: str | Path) -> list[Line]:
    """Return the messages of a file in which every line is good."""
    found = []
    for batch in read_lines(str(path)):
        assert isinstance(batch, Batch), batch
        for entry in decoded(batch):
            assert not isinstance(entry, Fault), entry
            found.append(entry[1])
    return found


def messages(path: str | Path) -> list[Message]:
    """Return the messages of a good file without their times."""
    return [line.message for line in read(path)]


def line(subject: str, data: str, at_s: float = 0.0) -> bytes:
    """Return the line of a message read ``at_s`` seconds after the first."""
    return encode_line(Message(subject.encode(), data.encode()), format_time(START_NS + round(at_s * 1e9)))


def plain_line(**fields: object) -> bytes:
    """Return a line of these fields, good or bad."""
    return json.dumps(fields).encode() + b"\n"


def mixed(count: int, subject: str) -> Iterator[Message]:
    """Yield messages of every kind: empty, text, binary, large; with and without headers and reply."""
    chance = random.Random(7)
    for number in range(count):
        kind = number % 8
        name = f"{subject}.{number % 50}".encode() + (b".\xff" if kind == 7 else b"")
        reply = b"_INBOX.x.%d" % number if kind in (2, 5) else b""
        headers = BLOCKS[number % 4] if kind in (3, 4, 5) else b""
        size = 50_000 if number % 1000 == 6 else chance.randrange(300)
        text = json.dumps({"number": number, "price": chance.random(), "name": "Ärger 日本"}).encode()
        payload = b"" if kind == 0 else chance.randbytes(size) if kind in (1, 6) else text
        yield Message(name, payload, reply, headers)
