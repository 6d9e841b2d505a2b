"""Compressed payloads: gzip and zstd, no further than they may grow."""

import zlib
from collections.abc import Callable

from natscli.messaging import zstd
from natscli.messaging.decoding import LARGEST_TEXT, DecodeError
from natscli.text.sizes import format_bytes

Decompress = Callable[[bytes], bytes]

_GZIP = 16 + zlib.MAX_WBITS
_GZIP_MAGIC = b"\x1f\x8b\x08"  # with deflate, the only method there is
_MOST_MEMBERS = 10_000  # an empty member is 20 bytes: a megabyte of them would cost a second
_FIRST_PIECE, _LARGEST_PIECE = 4 * 1024, 256 * 1024  # what stands behind a member is copied, so it is fed bit by bit
_MOST_CODINGS = 4


def gunzip(data: bytes) -> bytes:
    """Return what all members of a gzip file hold; zeros behind them are padding (gzip(1))."""
    pieces: list[bytes] = []
    room, position = LARGEST_TEXT, 0
    for _ in range(_MOST_MEMBERS):
        try:
            member, position = _member(data, position, room)
        except zlib.error as error:
            reason = str(error).rpartition(": ")[2]
            raise DecodeError(f"it is not gzip, or is damaged: {reason}") from None
        pieces.append(member)
        room -= len(member)
        if room < 0:
            raise DecodeError(f"it holds more than {format_bytes(LARGEST_TEXT)}")
        behind = data[position : position + 1]
        if not behind or (behind == b"\0" and not data[position:].strip(b"\0")):
            return b"".join(pieces)
    raise DecodeError(f"it has more than {_MOST_MEMBERS:,} members")


def unzstd(data: bytes) -> bytes:
    """Return what all frames of a zstd file hold."""
    try:
        return zstd.decompress_bounded(data, LARGEST_TEXT)
    except ValueError as error:
        raise DecodeError(str(error)) from None


def sniffed(data: bytes) -> Decompress | None:
    """Return what decompresses data that begins as compressed data does."""
    if data.startswith(_GZIP_MAGIC):
        return gunzip
    return unzstd if data.startswith(zstd.MAGIC) else None


def undo(codings: str, data: bytes) -> bytes:
    """Take off what a Content-Encoding header lists, the last first (RFC 9110, 8.4)."""
    names = [name.strip().lower() for name in codings.split(",")]
    if len(names) > _MOST_CODINGS:
        raise DecodeError(f"it is encoded {len(names):,} times over")
    for name in reversed(names):
        if name in ("", "identity"):
            continue
        if name not in _CODINGS:
            raise DecodeError(f"Content-Encoding '{name}' is not known; there are gzip and zstd")
        data = _CODINGS[name](data)
    return data


def _member(data: bytes, position: int, room: int) -> tuple[bytes, int]:
    """Return what one member holds, or one byte more than there is room for, and where the next begins."""
    decompressor = zlib.decompressobj(_GZIP)
    pieces: list[bytes] = []
    size = _FIRST_PIECE
    rest = b""
    while not decompressor.eof and room >= 0:
        if not rest:
            rest = data[position : position + size]
            if not rest:
                raise DecodeError("its end is missing")
            position += len(rest)
            size = min(size * 2, _LARGEST_PIECE)
        pieces.append(decompressor.decompress(rest, room + 1))
        room -= len(pieces[-1])
        rest = decompressor.unconsumed_tail
    return b"".join(pieces), position - len(decompressor.unused_data)


_CODINGS: dict[str, Decompress] = {"gzip": gunzip, "x-gzip": gunzip, "zstd": unzstd}
