"""Stretches: frames that repeat the very same control line, and so stand at a fixed distance.

A publisher of one subject and size fills a chunk with them.  Proof and extraction then work on
columns of the buffer (``data[offset::distance]``) and on blocks of frames (one ``struct`` for many), so
that a 16 byte message costs tens of nanoseconds instead of hundreds.  Nothing is assumed: every byte
of every control line and line end is compared before a frame is counted.
"""

from functools import lru_cache
from struct import Struct, calcsize
from typing import Any

SHORTEST = 16  # frames; below it the proof costs more than it saves
_BLOCKS = (1024, 128, 16, 1)  # frames unpacked at once: few sizes, so that their formats are made once


class Frames:
    """So many frames in a buffer: a line of ``line_size`` bytes, headers, a payload, and a line end."""

    __slots__ = ("count", "data", "header_size", "line_size", "position", "size")

    def __init__(self, data: bytes, position: int, count: int, line_size: int, header_size: int, size: int) -> None:
        self.data = data
        self.position = position
        self.count = count
        self.line_size = line_size
        self.header_size = header_size
        self.size = size  # of headers and payload together

    @property
    def stop(self) -> int:
        """Where the last frame ends."""
        return self.position + self.count * (self.line_size + self.size + 2)

    def head(self, count: int) -> "Frames":
        """Return the first ``count`` of the frames."""
        return Frames(self.data, self.position, count, self.line_size, self.header_size, self.size)

    def tail(self, count: int) -> "Frames":
        """Return the last ``count`` of the frames."""
        position = self.stop - count * (self.line_size + self.size + 2)
        return Frames(self.data, position, count, self.line_size, self.header_size, self.size)

    def headers(self) -> tuple[bytes, ...]:
        """Return all header blocks."""
        return self._fields(f"{self.line_size}x{self.header_size}s{self.size - self.header_size + 2}x")

    def payloads(self) -> tuple[bytes, ...]:
        """Return all payloads."""
        return self._fields(f"{self.line_size + self.header_size}x{self.size - self.header_size}s2x")

    def leading(self, form: str) -> tuple[Any, ...]:
        """Return the fields of a struct ``form`` (network order) that every payload begins with, one after another."""
        skipped = self.line_size + self.header_size
        return self._fields(f"{skipped}x{form}{self.size - self.header_size - calcsize('!' + form) + 2}x")

    def _fields(self, form: str) -> tuple[Any, ...]:
        fields: list[Any] = []
        position, left = self.position, self.count
        for block in _BLOCKS:
            if left >= block:
                unpack = _compiled(form, block)
                for _ in range(left // block):
                    fields += unpack.unpack_from(self.data, position)
                    position += unpack.size
                left %= block
        return tuple(fields)


def count_frames(data: bytes, position: int, line: bytes, size: int) -> int:
    """Return how many frames from ``position`` on repeat ``line`` (line end included), or 0 for too few.

    ``size`` is of headers and payload together; the first frame need not be proven by the caller.
    """
    line_size = len(line)
    distance = line_size + size + 2
    count = (len(data) - position) // distance
    if count < SHORTEST or not data.startswith(line, position + distance * (SHORTEST - 1)):
        return 0
    stop = position + count * distance
    places = [*enumerate(line), (distance - 2, 13), (distance - 1, 10)]
    for offset, byte in places:
        column = data[position + offset : stop : distance]
        wanted = _BYTES[byte]
        if column.count(wanted) != count:
            count = len(column) - len(column.lstrip(wanted))
            if count < SHORTEST:
                return 0
            stop = position + count * distance
    return count


_BYTES = [bytes([value]) for value in range(256)]


@lru_cache(maxsize=1024)
def _compiled(form: str, block: int) -> Struct:
    return Struct("!" + form * block)
