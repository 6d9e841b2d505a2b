"""Zstandard: the only module that knows which library does it.

Python 3.14 has it (``compression.zstd``); before that ``backports.zstd`` is the same code with the same
names, and comes with ``natscli[decode]``.  It is imported when first needed.
"""

import sys
from typing import IO, Any, BinaryIO

from natscli.errors import UsageError
from natscli.text.sizes import format_bytes

MAGIC = b"\x28\xb5\x2f\xfd"
LEVEL = 3  # the library's own default: 400 MB/s and a third of the size for JSON
_MOST_FRAMES = 10_000  # an empty frame is 9 bytes: a megabyte of them would cost a second
_FIRST_PIECE, _LARGEST_PIECE = 4 * 1024, 256 * 1024  # what stands behind a frame is copied, so it is fed bit by bit


def require() -> None:
    """Raise UsageError where zstd cannot be had."""
    _library()


def failures() -> tuple[type[Exception], ...]:
    """Return what reading or writing a stream of ``open_reader`` and ``open_writer`` raises, beside OSError."""
    return (_library().ZstdError, EOFError)


def open_reader(file: IO[bytes]) -> BinaryIO:
    """Return a stream of what a compressed file holds; a file that ends early raises EOFError at its end.

    Closing it leaves ``file`` open.
    """
    stream: BinaryIO = _library().ZstdFile(file, "rb")
    return stream


def open_writer(file: IO[bytes], level: int = LEVEL) -> BinaryIO:
    """Return a stream that compresses into a file, with a checksum; ``flush`` makes all written so far readable.

    Closing it writes the end of the frame, and leaves ``file`` open.
    """
    stream: BinaryIO = _library().ZstdFile(file, "wb", options=_options(level))
    return stream


def new_decompressor() -> Any:
    """Return a decompressor of one frame: ``decompress(data, most)``, ``needs_input``, ``eof``, ``unused_data``."""
    return _library().ZstdDecompressor()


def compress(data: bytes, level: int = LEVEL) -> bytes:
    """Return data as one frame, with a checksum."""
    frame: bytes = _library().compress(data, options=_options(level))
    return frame


def decompress_bounded(data: bytes, limit: int) -> bytes:
    """Return what all frames of ``data`` hold; ValueError for broken data, and for more than ``limit`` bytes."""
    library = _library()
    pieces: list[bytes] = []
    room, position = limit, 0
    for _ in range(_MOST_FRAMES):
        try:
            frame, position = _frame(library.ZstdDecompressor(), data, position, room)
        except library.ZstdError as error:
            raise ValueError(f"it is not zstd, or is damaged: {_reason(error)}") from None
        pieces.append(frame)
        room -= len(frame)
        if room < 0:
            raise ValueError(f"it holds more than {format_bytes(limit)}")
        if position >= len(data):
            return b"".join(pieces)
    raise ValueError(f"it has more than {_MOST_FRAMES:,} frames")


def _frame(decompressor: Any, data: bytes, position: int, room: int) -> tuple[bytes, int]:
    """Return what one frame holds, or one byte more than there is room for, and where the next begins."""
    pieces: list[bytes] = []
    size = _FIRST_PIECE
    while not decompressor.eof and room >= 0:
        piece = b""
        if decompressor.needs_input:
            piece = data[position : position + size]
            if not piece:
                raise ValueError("its end is missing")
            position += len(piece)
            size = min(size * 2, _LARGEST_PIECE)
        pieces.append(decompressor.decompress(piece, room + 1))
        room -= len(pieces[-1])
    return b"".join(pieces), position - len(decompressor.unused_data)


def _options(level: int) -> dict[int, int]:
    names = _library().CompressionParameter
    return {names.compression_level: level, names.checksum_flag: 1}


def _reason(error: Exception) -> str:
    return str(error).rpartition(": ")[2].rstrip(".").lower()


def _library() -> Any:  # a module
    try:
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd
    except ImportError:
        raise UsageError("zstd needs a library that is not installed", "pip install 'natscli[decode]'") from None
    return zstd
