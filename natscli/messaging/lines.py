"""The lines of a file, numbered, in bounded memory, with what is wrong where something is."""

import os
import stat
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from natscli.errors import NatsCliError, UsageError
from natscli.messaging.ndjson import LONGEST_LINE, Line, LineError, NewerRecordingError, decode_line
from natscli.messaging.packing import UNPACK, Blocks, Damage, packing_of, recognised, require
from natscli.text.sizes import format_bytes


class Batch(NamedTuple):
    """Lines that follow one another, without their ends; ``first`` is the number of the first, from 1."""

    source: str
    first: int
    lines: list[bytes]


class Fault(NamedTuple):
    """A line that cannot be used, or a place in a file where lines are lost: those behind are numbered without them."""

    source: str
    number: int
    what: str

    def __str__(self) -> str:
        return f"{self.source} line {self.number:,}: {self.what}"


class BadLineError(NatsCliError):
    """A line that cannot be used, and so nothing behind it is."""

    def __init__(self, fault: Fault, hint: str | None = None) -> None:
        super().__init__(str(fault), hint)


def check_readable(path: str, *, again: bool) -> None:
    """Raise UsageError unless the file can be opened, and what it takes to unpack it is there.

    ``again``: it is to be read more than once, which a pipe cannot be.
    """
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISREG(mode) or stat.S_ISDIR(mode):  # a pipe is opened once
            with open(path, "rb") as file:
                require(recognised(file.read(4)) or packing_of(path), UNPACK)
        elif again:
            raise UsageError(f"'{path}' is not a file that can be read twice")
    except OSError as error:
        raise _unreadable(path, error) from error


def read_lines(path: str) -> Iterator[Batch | Fault]:
    """Yield a file's lines as they are unpacked, and its faults where they are; UsageError when it cannot be read."""
    try:
        with open(path, "rb", buffering=0) as file:
            yield from _Splitter(f"'{path}'").split(Blocks(file, packing_of(path)))
    except OSError as error:
        raise _unreadable(path, error) from error


def split_lines(source: str, pieces: Iterable[bytes]) -> Iterator[Batch | Fault]:
    """Yield the lines of what comes in pieces; ``source`` is what it is called."""
    return _Splitter(source).split(pieces)


def decoded(batch: Batch) -> Iterator[tuple[int, Line] | Fault]:
    """Yield the messages of a batch with their numbers; BadLineError for a recording of a later version."""
    for number, text in enumerate(batch.lines, batch.first):
        try:
            line = decode_line(text) if text and not text.isspace() else None
        except NewerRecordingError as error:
            fault = Fault(batch.source, number, str(error))
            raise BadLineError(fault, "pip install --upgrade natscli") from None
        except LineError as error:
            yield Fault(batch.source, number, str(error))
            continue
        if line is not None:
            yield number, line


class _Splitter:
    """Cuts pieces into lines."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._number = 1  # of the line that has begun, or will
        self._begun: list[bytes] = []  # joined once, as that costs the square otherwise
        self._size = 0
        self._too_long = False

    def split(self, pieces: Iterable[bytes | Damage]) -> Iterator[Batch | Fault]:
        for piece in pieces:
            if isinstance(piece, Damage):
                yield Fault(self._source, self._number, piece.what)
                self._start_line()
            elif b"\n" in piece:
                yield from self._lines(piece)
            else:
                yield from self._go_on(piece)
        if self._begun:
            yield Batch(self._source, self._number, [b"".join(self._begun)])

    def _lines(self, piece: bytes) -> Iterator[Batch | Fault]:
        """End the line that has begun, take the whole ones, and begin the next."""
        first, *lines = piece.split(b"\n")
        yield from self._go_on(first)
        rest = lines.pop()
        if self._too_long:
            self._number += 1
        else:
            lines.insert(0, b"".join(self._begun))
        if any(lines):  # a bomb of line feeds is counted, not looked at
            yield Batch(self._source, self._number, lines)
        self._number += len(lines)
        self._start_line()
        yield from self._go_on(rest)

    def _go_on(self, part: bytes) -> Iterator[Fault]:
        """Add to the line that has begun, unless it is too long: then what follows of it is passed over."""
        if self._too_long or not part:
            return
        self._size += len(part)
        self._begun.append(part)
        if self._size > LONGEST_LINE:
            self._too_long = True
            self._begun.clear()
            yield Fault(self._source, self._number, f"it is longer than {format_bytes(LONGEST_LINE)}")

    def _start_line(self) -> None:
        self._begun, self._size, self._too_long = [], 0, False


def _unreadable(path: str, error: OSError) -> UsageError:
    reason = (error.strerror or os.strerror(error.errno or 0)).lower()
    return UsageError(f"file '{path}' cannot be read: {reason}")
