"""Files in blocks: plain, or compressed with gzip or zstd, each block a member or frame of its own.

Files of blocks can be joined end to end, and a block that is damaged or cut off costs no other.  What is
read is bounded: a piece at a time comes out, whatever a few bytes claim to hold.
"""

import os
import zlib
from collections.abc import Generator, Iterator
from enum import Enum
from typing import Any, BinaryIO, NamedTuple

from natscli.errors import UsageError
from natscli.messaging import zstd
from natscli.text.sizes import format_bytes

_GZIP_MAGIC = b"\x1f\x8b\x08"
_GZIP_LEVEL = 6
_READ = 256 * 1024
_FIRST_FED, _MOST_FED = 4 * 1024, 256 * 1024  # what stands behind a block is copied, so it is fed bit by bit
_PIECE = 256 * 1024  # comes out at once
_HELD = 8 * 1024 * 1024  # of a block, until its checksum is known; longer ones are handed on unchecked
_UNSUSPICIOUS = 256 * 1024 * 1024  # what a block may grow to by any factor, and beyond it only by
_GROWTH = 500
_MOST_EMPTY = 1000  # blocks in a row: each costs time and holds nothing
UNPACK = "unpack the file with zstd -d first"  # what reads one without the library


class Packing(Enum):
    """How a file is compressed."""

    PLAIN = "plain"
    GZIP = "gzip"
    ZSTD = "zstd"


_ENDINGS = {".gz": Packing.GZIP, ".zst": Packing.ZSTD, ".zstd": Packing.ZSTD}


class Damage(NamedTuple):
    """What is wrong at a place of a file.  ``cut_off`` is a file that ends too early."""

    what: str
    cut_off: bool = False
    final: bool = False  # nothing behind it is to be read


def packing_of(path: str) -> Packing:
    """Return the packing that a file's name asks for."""
    return _ENDINGS.get(os.path.splitext(path)[1].lower(), Packing.PLAIN)


def split_ending(path: str) -> tuple[str, str]:
    """Return ``dir/traffic`` and ``.ndjson.zst`` for ``dir/traffic.ndjson.zst``."""
    root, ending = os.path.splitext(path)
    if ending.lower() in _ENDINGS:
        root, inner = os.path.splitext(root)
        ending = inner + ending
    return root, ending


def require(packing: Packing, instead: str) -> None:
    """Raise UsageError where the library for a packing is not installed; ``instead`` is what does without it."""
    if packing is Packing.ZSTD:
        try:
            zstd.require()
        except UsageError as error:
            raise UsageError(str(error), f"pip install 'natscli[zstd]', or {instead}") from None


def pack(packing: Packing, data: bytes) -> bytes:
    """Return data as one block."""
    if packing is Packing.ZSTD:
        return zstd.compress(data)
    return zlib.compress(data, _GZIP_LEVEL, wbits=31) if packing is Packing.GZIP else data


class Blocks:
    """What the blocks of a file hold, in pieces, with a Damage where some of it is lost.

    The file's first bytes say how it is packed, and where they do not, ``expected`` does.  OSError is raised.
    """

    def __init__(self, file: BinaryIO, expected: Packing) -> None:
        self.packing = expected
        self.sound_end = 0  # in bytes: where the last whole block ended
        self._file = file
        self._data = b""  # read, from ``_origin`` in the file, and taken up to ``_at``
        self._origin = 0
        self._at = 0

    def __iter__(self) -> Iterator[bytes | Damage]:
        if self._fill():
            self.packing = recognised(self._data) or self.packing
            require(self.packing, UNPACK)
        if self.packing is Packing.PLAIN:
            yield from self._as_it_is()
            return
        sound, empty = True, 0
        while self._fill():
            start = self._position
            damage, held = yield from self._block()
            empty = 0 if held else empty + 1
            if damage is None and empty > _MOST_EMPTY:
                damage = Damage(f"more than {_MOST_EMPTY:,} blocks in a row are empty", final=True)
            if damage is None:
                sound, self.sound_end = True, self._position
                continue
            if sound:
                yield damage
            sound = False
            if damage.final or not self._find_block(start + 1):
                return

    @property
    def _position(self) -> int:
        return self._origin + self._at

    def _as_it_is(self) -> Iterator[bytes]:
        while self._fill():
            piece = self._take(_READ)
            self.sound_end = self._position
            yield piece

    def _block(self) -> Generator[bytes, None, tuple[Damage | None, int]]:
        """Yield what a block holds; return what is wrong with it, and how many bytes it held."""
        stream = zstd.new_decompressor() if self.packing is Packing.ZSTD else _Gunzip()
        failures = zstd.failures() if self.packing is Packing.ZSTD else (zlib.error,)
        held: list[bytes] = []
        size, feed, start = 0, _FIRST_FED, self._position
        while not stream.eof:
            data = b""
            if stream.needs_input:
                if not self._fill():
                    yield from held
                    return Damage("the file ends in the middle of a block", cut_off=True), size
                data = self._take(feed)
                feed = min(feed * 2, _MOST_FED)
            try:
                piece = stream.decompress(data, _PIECE)
            except failures as error:
                return Damage(f"the block at byte {start:,} is damaged ({_reason(error)})"), size
            size += len(piece)
            if size > max(_UNSUSPICIOUS, _GROWTH * (self._position - start)):
                what = f"the block at byte {start:,} grows to more than {format_bytes(_UNSUSPICIOUS)}"
                return Damage(f"{what}, over {_GROWTH} times its size", final=True), size
            held.append(piece)
            if size > _HELD:
                yield from held
                held.clear()
        self._at -= len(stream.unused_data)
        yield from held
        return None, size

    def _fill(self) -> bool:
        """Read on when nothing is left; return whether there is anything."""
        if self._at < len(self._data):
            return True
        self._origin += len(self._data)
        self._data, self._at = self._file.read(_READ) or b"", 0
        return bool(self._data)

    def _take(self, most: int) -> bytes:
        taken = self._data[self._at : self._at + most]
        self._at += len(taken)
        return taken

    def _find_block(self, start: int) -> bool:
        """Go to what looks like the beginning of a block, at ``start`` or behind; return whether there is one."""
        if not self._file.seekable():
            return False
        magic = zstd.MAGIC if self.packing is Packing.ZSTD else _GZIP_MAGIC
        self._origin, self._data, self._at = self._file.seek(start), b"", 0
        kept = b""
        while self._fill():
            searched = kept + self._data
            found = searched.find(magic)
            if found >= 0:
                self._data, self._origin, self._at = searched, self._origin - len(kept), found
                return True
            self._at = len(self._data)
            kept = searched[-len(magic) + 1 :]
        return False


class _Gunzip:
    """One member of a gzip file, with the manners of zstd's decompressor."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)
        self._left = b""
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, most: int) -> bytes:
        piece = self._inner.decompress(self._left + data, most)
        self._left = self._inner.unconsumed_tail
        self.needs_input = not self._left and len(piece) < most
        return piece


def recognised(beginning: bytes) -> Packing | None:
    """Return the packing of a file by its first bytes; zstd's may be a frame to skip."""
    if beginning.startswith(_GZIP_MAGIC):
        return Packing.GZIP
    skipped = beginning[1:4] == b"\x2a\x4d\x18" and 0x50 <= beginning[0] <= 0x5F
    return Packing.ZSTD if skipped or beginning.startswith(zstd.MAGIC) else None


def _reason(error: Any) -> str:
    return str(error).rpartition(": ")[2].rstrip(".").lower()
