"""Recordings: messages as JSON lines in files, written in blocks by a thread of their own.

A block is 1 MiB of lines, or what came within a second; it is written whole and can be read by itself, so
that whatever ends the program costs no more than the last one.  What waits for a slow disk is bounded:
beyond that messages are dropped, and counted.
"""

import contextlib
import os
import re
import stat
import threading
import time
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import NamedTuple

from natscli.errors import NatsCliError, UsageError
from natscli.messaging.ndjson import encode_heading, format_time
from natscli.messaging.packing import Blocks, Damage, Packing, pack, packing_of, require, split_ending
from natscli.text.sizes import plural

LIMIT = 64 * 1024 * 1024  # bytes of lines that may wait for the disk
_BLOCK = 1024 * 1024
_BLOCK_S = 1.0
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
        require(self._packing)
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
        """Close the file; one that we made and never began goes."""
        with contextlib.suppress(OSError):  # nothing waits in it
            os.close(self._file)
            if self._made and not self._size:
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
        end = self._sound_end()
        file = os.open(self.path, _APPEND)
        self.repaired = os.fstat(file).st_size - end
        os.ftruncate(file, end)
        return self._begun(file, size=end)

    def _begun(self, file: int, *, size: int = 0, made: bool = False) -> int:
        self.files += 1
        self._size, self._opened, self._made = size, self._clock(), made
        self._headed = self._used = False
        return file

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


class Recorder:
    """A bounded queue in front of the files, emptied by a thread.

    ``failed`` is called once when writing fails, ``finished`` once when all is written after ``finish``;
    both from the writing thread.
    """

    def __init__(
        self,
        files: RecordingFiles,
        failed: Callable[[Exception], None],
        finished: Callable[[], None],
        limit: int = LIMIT,
    ) -> None:
        self._files = files
        self._failed = failed
        self._finished = finished
        self._limit = limit
        self._dropped = 0
        # Each number has one writer, the caller's thread or ours, and so needs no lock.
        self._put_bytes = self._put_messages = 0
        self._done_bytes = self._done_messages = 0
        self._broken = False
        self._closed = False
        self._queue: SimpleQueue[tuple[bytes, int] | None] = SimpleQueue()
        threading.Thread(target=self._run, name="recording", daemon=True).start()

    @property
    def full(self) -> bool:
        """Whether so much waits that more must be dropped; ask before the work of encoding."""
        return self._put_bytes - self._done_bytes > self._limit

    @property
    def dropped(self) -> int:
        """Messages that were not written: given up because too much waited, or left waiting at the end."""
        return self._dropped + self._put_messages - self._done_messages

    def write(self, lines: bytes, messages: int) -> None:
        """Queue lines to be written in order; once finished, nothing."""
        if self._closed:
            return
        self._put_bytes += len(lines)
        self._put_messages += messages
        self._queue.put((lines, messages))

    def drop(self, messages: int) -> None:
        """Count messages that are given up because too much waits; once finished, none."""
        if not self._closed:
            self._dropped += messages

    def finish(self) -> None:
        """Take no more; ``finished`` follows when what waits is written."""
        self._closed = True
        self._queue.put(None)

    def _run(self) -> None:
        last = False
        while not last:
            pieces, last = self._gather()
            lines, messages = b"".join([piece for piece, _ in pieces]), sum(count for _, count in pieces)
            if messages and not self._broken:
                self._write(lines, messages)
            self._done_bytes += len(lines)
        self._files.close()
        self._finished()

    def _gather(self) -> tuple[list[tuple[bytes, int]], bool]:
        """Wait for lines, and return a block of them, and whether it is the last."""
        pieces: list[tuple[bytes, int]] = []
        size, end = 0, 0.0
        while size < _BLOCK:
            try:
                piece = self._queue.get(timeout=max(end - time.monotonic(), 0) if pieces else None)
            except Empty:
                break
            if piece is None:
                return pieces, True
            end = end or time.monotonic() + _BLOCK_S
            pieces.append(piece)
            size += len(piece[0])
        return pieces, False

    def _write(self, lines: bytes, messages: int) -> None:
        try:
            self._files.write(lines, messages)
            self._done_messages += messages
        except Exception as error:  # noqa: BLE001 - also a fault of ours must end the command, not this thread alone
            self._broken = True
            self._failed(error)


def _write_all(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


def _reason(error: OSError) -> str:
    return (error.strerror or os.strerror(error.errno or 0)).lower()
