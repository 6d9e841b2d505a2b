"""What publishers send, many frames at a time: equal ones encoded once, others formatted in bulk."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from natscli.bench.plan import Share
from natscli.messaging.outgoing import Letter
from natscli.messaging.templates import Template, occasion
from natscli.wire.encode import pub, pub_each
from natscli.wire.subjects import to_wire

BLOCK_BYTES = 64 * 1024  # written at once
_SMALL = 100  # bytes of a frame: twice the block then, +5 % with one client and +10 % with two at 16 byte payloads
_LISTED = 1_000_000  # subjects made beforehand, 50 bytes each


@dataclass(frozen=True, slots=True)
class Body:
    """What payloads are: the ``same`` for all, a ``template`` filled in for each, or with neither, random bytes."""

    same: bytes | None = None
    template: Template | None = None

    def payloads(self, size: int, first: int) -> Iterator[bytes]:
        """Yield one payload after another, numbered from ``first`` + 1."""
        if self.same is not None:
            while True:
                yield self.same
        number = first
        while self.template is not None:
            number += 1
            yield to_wire(self.template.fill(occasion(number)))
        count = max(BLOCK_BYTES // max(size, 1), 1)
        while True:
            block = os.urandom(size * count)  # 2 ns a byte: a generator of Python's own takes twice that
            yield from (block[place * size : (place + 1) * size] for place in range(count))


@dataclass(frozen=True, slots=True)
class Payload:
    """What bodies are made from: ``data``, a ``template``, or with neither, zeros or ``random`` bytes."""

    data: bytes | None = None
    template: Template | None = None
    random: bool = False

    @property
    def words(self) -> str:
        """What it is, for a report."""
        kinds = (("file", self.data is not None), ("template", self.template is not None), ("random", self.random))
        return next((word for word, true in kinds if true), "zeros")

    def size(self, wanted: int) -> int:
        """Return the bytes of a body: those of the data or of the first that the template makes, or as wanted."""
        if self.template is not None:
            return len(to_wire(self.template.fill(occasion(1))))
        return wanted if self.data is None else len(self.data)

    def body(self, size: int) -> Body:
        """Return bodies of so many bytes."""
        if self.random or self.template is not None:
            return Body(None, self.template)
        return Body(bytes(size) if self.data is None else self.data)


class Blocks(Protocol):
    """Where a publisher gets its frames."""

    def take(self, most: int, stamp_ns: int) -> tuple[bytes, int, int]:
        """Return frames, how many messages that are (``most`` at most), and the bytes of their payloads."""


class SameBlocks:
    """The same message again and again."""

    def __init__(self, letter: Letter) -> None:
        self._frame = letter.frame
        self._size = len(letter.payload)
        block_bytes = BLOCK_BYTES if len(self._frame) > _SMALL else 2 * BLOCK_BYTES
        self._count = max(block_bytes // len(self._frame), 1)
        self._block = self._frame * self._count

    def take(self, most: int, stamp_ns: int) -> tuple[bytes, int, int]:
        """Return the block made at the start, or a shorter one."""
        if most >= self._count:
            return self._block, self._count, self._count * self._size
        return self._frame * most, most, most * self._size


class SubjectBlocks:
    """One body to many subjects: what lies between two numbers is the same for all."""

    def __init__(self, letter: Letter, numbers: Iterator[bytes]) -> None:
        head, number, tail = letter._replace(subject=letter.subject + b".\0").frame.partition(b"\0")
        assert number
        self._head, self._between, self._tail = head, tail + head, tail
        self._numbers = numbers
        self._size = len(letter.payload)
        self._count = max(BLOCK_BYTES // (len(self._between) + 8), 1)

    def take(self, most: int, stamp_ns: int) -> tuple[bytes, int, int]:
        """Return the frames for the next subjects."""
        count = min(most, self._count)
        numbers = list(islice(self._numbers, count))
        return self._head + self._between.join(numbers) + self._tail, count, count * self._size


class DistinctBlocks:
    """Bodies that differ, to one subject or, with ``numbers``, to many."""

    def __init__(self, letter: Letter, payloads: Iterator[bytes], numbers: Iterator[bytes] | None = None) -> None:
        self._letter = letter
        self._payloads = payloads
        self._numbers = numbers
        self._count = max(BLOCK_BYTES // (len(letter.frame) + 1), 1)

    def take(self, most: int, stamp_ns: int) -> tuple[bytes, int, int]:
        """Return the next bodies as frames."""
        count = min(most, self._count)
        letter = self._letter
        payloads = list(islice(self._payloads, count))
        if self._numbers is None:
            frames = pub_each(letter.subject, payloads, letter.reply, letter.headers)
        else:
            subjects = (letter.subject + b"." + number for number in self._numbers)
            frames = b"".join(
                [pub(s, p, letter.reply, letter.headers) for p, s in zip(payloads, subjects, strict=False)]
            )
        return frames, count, sum(map(len, payloads))


def blocks(letter: Letter, payloads: Iterator[bytes] | None, numbers: Iterator[bytes] | None) -> Blocks:
    """Return the frames of one client's share: as ``letter``, but for payloads and last tokens, where there are any."""
    if payloads is not None:
        return DistinctBlocks(letter, payloads, numbers)
    return SameBlocks(letter) if numbers is None else SubjectBlocks(letter, numbers)


def key_numbers(most: int, share: Share) -> Iterator[bytes]:
    """Yield keys as the Go CLI writes them: from the share's first on, or any below a bound."""
    while most:
        yield b"%d" % random.randrange(most)
    yield from subject_numbers(0, share, randomize=False)


def subject_numbers(most: int, share: Share, *, randomize: bool) -> Iterator[bytes]:
    """Yield the last tokens of subjects as the Go CLI writes them: padded below a bound, as they are without one."""
    if not most:
        number = share.first
        while True:
            yield b"%d" % number
            number += 1
    digits = len(str(most))
    if most <= _LISTED:
        yield from _listed([b"%0*d" % (digits, number) for number in range(most)], share.first, randomize=randomize)
    number = share.first
    while True:
        yield b"%0*d" % (digits, random.randrange(most) if randomize else number % most)
        number += 1


def _listed(tokens: Sequence[bytes], first: int, *, randomize: bool) -> Iterator[bytes]:
    while randomize:
        yield from random.choices(tokens, k=1000)
    yield from tokens[first % len(tokens) :]
    while True:
        yield from tokens
