"""What one client sends, as frames: all alike, many at a time, or each told from the next by number or id."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from natscli.bench.bodies import BLOCK_BYTES, Blocks, blocks, key_numbers, subject_numbers
from natscli.bench.plan import Mode, Share
from natscli.bench.worker import Load
from natscli.messaging.outgoing import Letter
from natscli.wire.encode import pub
from natscli.wire.headers import VERSION
from natscli.wire.subjects import to_wire

_END = b"\r\n\r\n"


class Content(NamedTuple):
    """A message without what says where its answer goes."""

    subject: bytes
    payload: bytes
    headers: bytes


class Contents:
    """Yields a client's messages; ``same`` is the only one there is, where none differs from another."""

    def __init__(self, load: Load, share: Share) -> None:
        spec, store = load.spec, load.spec.store
        self._subject = to_wire(spec.subject)
        self._headers = load.headers
        self._payloads = load.body.payloads(spec.size, share.first)
        self._numbers = numbers_of(load, share)
        self._id = f"{uuid.uuid4().hex[:16]}-{share.client}".encode() if store and store.deduplicate else b""
        self._made = 0
        self.same: Content | None = None
        if load.body.same is not None and self._numbers is None and not self._id:
            self.same = Content(self._subject, load.body.same, load.headers)

    def take(self, count: int) -> list[Content]:
        """Return the next messages."""
        if self.same is not None:
            return [self.same] * count
        payloads = list(islice(self._payloads, count))
        if self._numbers is None:
            subjects = [self._subject] * count
        else:
            subjects = [self._subject + b"." + number for number in islice(self._numbers, count)]
        made, self._made = self._made, self._made + count
        if not self._id:
            return [Content(s, p, self._headers) for s, p in zip(subjects, payloads, strict=True)]
        ids = range(made, made + count)
        headers = [more_headers(self._headers, b"Nats-Msg-Id: %b-%d" % (self._id, number)) for number in ids]
        return list(map(Content, subjects, payloads, headers))


class IdentifiedBlocks:
    """Frames of messages that have an id each."""

    def __init__(self, contents: Contents, reply: bytes, size: int) -> None:
        self._contents = contents
        self._reply = reply
        self._count = max(BLOCK_BYTES // (size + 128), 1)

    def take(self, most: int, stamp_ns: int) -> tuple[bytes, int, int]:
        """Return the next ones."""
        reply = self._reply
        contents = self._contents.take(min(most, self._count))
        frames = b"".join([pub(subject, payload, reply, headers) for subject, payload, headers in contents])
        return frames, len(contents), sum(len(content.payload) for content in contents)


def blocks_of(load: Load, share: Share, reply: bytes = b"") -> Blocks:
    """Return the frames of one client's share, whose answers go to ``reply``."""
    spec, body = load.spec, load.body
    if spec.store is not None and spec.store.deduplicate:
        return IdentifiedBlocks(Contents(load, share), reply, spec.size)
    payload = bytes(spec.size) if body.same is None else body.same
    letter = Letter(to_wire(spec.subject), payload, reply, load.headers)
    payloads = None if body.same is not None else body.payloads(spec.size, share.first)
    return blocks(letter, payloads, numbers_of(load, share))


def more_headers(block: bytes, lines: bytes) -> bytes:
    """Return a header block, which may be empty, with lines behind its own."""
    return (block.removesuffix(_END) or VERSION) + b"\r\n" + lines + _END


def numbers_of(load: Load, share: Share) -> Iterator[bytes] | None:
    """Return the last tokens of a client's subjects; None where there is one subject."""
    spec = load.spec
    if spec.mode in (Mode.KV_PUT, Mode.KV_GET):
        return key_numbers(spec.store.keys if spec.store else 0, share)
    return None if spec.multisubject is None else subject_numbers(spec.multisubject, share, randomize=spec.randomize)
