"""Recordings: messages as JSON lines in files, in blocks.

A block is what a Writer joins within ``BLOCK_S``; it is written whole and can be read by itself, so that
whatever ends the program costs no more than the last one.  The end of a file is synchronised with the disk.
"""

import contextlib
import os
import re
import stat
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from natscli.errors import NatsCliError, UsageError
from natscli.messaging.locking import lock
from natscli.messaging.ndjson import encode_heading, format_time
from natscli.messaging.packing import Blocks, Damage, Packing, pack, packing_of, require, split_ending
from natscli.text.sizes import plural

BLOCK_S = 1.0
_APPEND = os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0)
_PRIVATE = 0o600  # messages are nobody else's business


class Rotation(NamedTuple):
    """When the next file is begun: before one exceeds ``size`` bytes, ``every_s`` seconds after it was; 0 for never."""

    size: int = 0
    every_s: float = 0.0


class RecordingFiles:
    """A file of blocks; with a rotation one after the other, in numbers that continue those that exist.

    Nothing is ever overwritten.  UsageError when the first cannot be opened.  A file that exists is appended
    to with ``append`` only: what a block cut off left at its end goes, and ``repaired`` is how many bytes that was.
    """

    def __init__(
        self,
        path: str,
        subjects: Sequence[str],
        rotation: Rotation = Rotation(),
        *,
        append: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path = path  # of the file that is being written
        self.files = 0
        self.repaired = 0
        self.messages = 0
        self.begun = False
        self._wanted = path
        self._subjects = subjects
        self._rotation = rotation
        self._clock = clock
        self._packing = packing_of(path)
        self._end = b""  # of a last line that lacks one
        self._size = 0
        self._made = self._headed = self._used = False
        self._opened = 0.0
        require(self._packing, "let the file's name end in .gz")
        try:
            self._file = self._open_next() if rotation != Rotation() else self._open(append=append)
        except OSError as error:
            raise UsageError(f"cannot write to '{self.path}': {_reason(error)}") from error

    def begin(self) -> None:
        """Write that a recording begins; NatsCliError when that fails."""
        self._write(b"", 0)
        self.begun = True

    def write(self, lines: bytes, messages: int) -> None:
        """Write lines as one block; NatsCliError when that fails, and then the file ends with the last whole one."""
        self._write(lines, messages)
        self.messages += messages

    def close(self) -> None:
        """Close the file, once it is on the disk itself; one that we made and never began goes.

        NatsCliError where the disk then refuses what the system had taken.
        """
        unused = self._made and not self._size
        try:
            if not unused and stat.S_ISREG(os.fstat(self._file).st_mode):
                os.fsync(self._file)  # some systems write to the disk only now, and find it full
        except OSError as error:
            raise NatsCliError(f"cannot write to '{self.path}': {_reason(error)}") from error
        finally:
            os.close(self._file)
            if unused:
                os.unlink(self.path)

    def _write(self, lines: bytes, messages: int) -> None:
        try:
            block = self._block(lines)
            if self._used and self._is_over(len(block)):
                self.close()
                self._file = self._open_next()
                block = self._block(lines)
            self._append(block)
        except OSError as error:
            kept = plural(self.messages, "message")
            raise NatsCliError(f"cannot write to '{self.path}': {_reason(error)}; {kept} recorded") from error
        self._headed = True
        self._used = messages > 0

    def _append(self, block: bytes) -> None:
        """Write a block, whole or not at all."""
        try:
            _write_all(self._file, block)
        except OSError:
            with contextlib.suppress(OSError):  # a device
                os.ftruncate(self._file, self._size)
            raise
        self._size += len(block)

    def _block(self, lines: bytes) -> bytes:
        heading = b"" if self._headed else self._end + encode_heading(self._subjects, format_time(time.time_ns()))
        return pack(self._packing, heading + lines)

    def _is_over(self, more: int) -> bool:
        size, every_s = self._rotation
        too_large = size and self._size + more > size
        return bool(too_large or (every_s and self._clock() - self._opened >= every_s))

    def _open_next(self) -> int:
        """Open a file with a number that nobody has; a program that takes it first makes us take the next."""
        root, ending = split_ending(self._wanted)
        folder, name = os.path.split(root)
        taken = re.compile(re.escape(name) + r"-(\d{6,})" + re.escape(ending))
        names = map(taken.fullmatch, os.listdir(folder or os.curdir))
        number = max((int(match[1]) for match in names if match), default=0)
        while True:
            number += 1
            self.path = f"{root}-{number:06d}{ending}"
            with contextlib.suppress(FileExistsError):
                return self._begun(os.open(self.path, _APPEND | os.O_CREAT | os.O_EXCL, _PRIVATE), made=True)

    def _open(self, *, append: bool) -> int:
        try:
            return self._begun(os.open(self.path, _APPEND | os.O_CREAT | os.O_EXCL, _PRIVATE), made=True)
        except FileExistsError:
            if not stat.S_ISREG(os.stat(self.path).st_mode):  # a pipe or a device
                return self._begun(os.open(self.path, os.O_WRONLY))
            if not append:
                raise UsageError(f"'{self.path}' exists", "--append continues it") from None
        return self._begun(os.open(self.path, _APPEND))

    def _begun(self, file: int, *, made: bool = False) -> int:
        try:
            size = self._claim(file, made=made) if stat.S_ISREG(os.fstat(file).st_mode) else 0
        except BaseException:
            os.close(file)
            raise
        self.files += 1
        self._size, self._opened, self._made = size, self._clock(), made
        self._headed = self._used = False
        return file

    def _claim(self, file: int, *, made: bool) -> int:
        """Take a file for us alone, as two would write into each other's blocks; return where the first goes."""
        if not lock(file):
            hint = "end that one first, or name another file"
            raise UsageError(f"'{self.path}' is being written by another natscli", hint)
        if made:
            return 0
        end = self._sound_end()
        self.repaired = os.fstat(file).st_size - end
        os.ftruncate(file, end)
        return end

    def _sound_end(self) -> int:
        """Return where the last whole block ends; UsageError when the file is damaged otherwise, or is no recording."""
        with open(self.path, "rb", buffering=0) as file:
            blocks = Blocks(file, self._packing)
            last = b""
            for piece in blocks:
                if isinstance(piece, Damage) and not piece.cut_off:
                    raise UsageError(f"'{self.path}' cannot be continued: {piece.what}")
                last = piece if isinstance(piece, bytes) and piece else last
        if last and blocks.packing is not self._packing:
            raise UsageError(f"'{self.path}' cannot be continued: it is {blocks.packing.value}, against its name")
        self._end = b"\n" if last and not last.endswith(b"\n") and self._packing is Packing.PLAIN else b""
        return blocks.sound_end


def _write_all(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


def _reason(error: OSError) -> str:
    return (error.strerror or os.strerror(error.errno or 0)).lower()
