"""Standard output: bytes as they are, from a thread of its own, with a bound on what waits.

A reader that is slow or stuck must not stop the connection from answering pings: the server would
close it and what it holds would be lost uncounted.  So writing happens in a thread, and what would
exceed ``LIMIT`` is dropped here, and counted.
"""

import errno
import os
import sys
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import BinaryIO

from natscli.errors import NatsCliError, OutputClosedError

LIMIT = 64 * 1024 * 1024  # bytes that may wait for the reader
_JOINED = 1024 * 1024  # waiting pieces are joined up to this size for one write
_RETRY_S = 0.005


def write_all(stream: BinaryIO, data: bytes) -> None:
    """Write every byte, also through a stream that takes only some at a time, or none for a while."""
    view = memoryview(data)
    while view:
        taken = stream.write(view)
        if taken is None:  # somebody who shares the pipe has made it non-blocking
            time.sleep(_RETRY_S)
        else:
            view = view[taken:]


def stdout() -> BinaryIO:
    """Return standard output for bytes, without a buffer where it has a file below it."""
    buffer: BinaryIO = sys.stdout.buffer
    return getattr(buffer, "raw", buffer)


def print_bytes(data: bytes) -> None:
    """Write ``data`` to standard output now; raises OutputClosedError or NatsCliError."""
    try:
        write_all(stdout(), data)
    except OSError as error:
        raise output_error(error) from error


def print_text(text: str) -> None:
    """Write ``text`` and a line feed to standard output as UTF-8."""
    print_bytes(text.encode("utf-8", "backslashreplace") + b"\n")


def output_error(error: OSError) -> Exception:
    """Return ours for a failed write: the reader went away, or the disk is full."""
    if error.errno in (errno.EPIPE, errno.ESHUTDOWN):
        return OutputClosedError()
    return NatsCliError(f"cannot write to standard output: {(error.strerror or os.strerror(error.errno or 0)).lower()}")


class Output:
    """A bounded queue in front of a stream, emptied by a thread.

    ``failed`` is called once when writing fails, ``finished`` once when all is written after
    ``finish``; both from the writing thread.
    """

    def __init__(
        self,
        stream: BinaryIO,
        failed: Callable[[Exception], None],
        finished: Callable[[], None],
        limit: int = LIMIT,
    ) -> None:
        self._stream = stream
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
        threading.Thread(target=self._run, name="stdout", daemon=True).start()

    @property
    def full(self) -> bool:
        """Whether so much waits that more must be dropped; ask before the work of formatting."""
        return self._put_bytes - self._done_bytes > self._limit

    @property
    def dropped(self) -> int:
        """Messages that were not written: given up because too much waited, or left waiting at the end."""
        return self._dropped + self._put_messages - self._done_messages

    def write(self, data: bytes, messages: int = 1) -> None:
        """Queue bytes, which show so many messages, to be written in order; once finished, nothing."""
        if self._closed:
            return
        self._put_bytes += len(data)
        self._put_messages += messages
        self._queue.put((data, messages))

    def drop(self, messages: int) -> None:
        """Count messages that are given up because too much waits; once finished, none."""
        if not self._closed:
            self._dropped += messages

    def finish(self) -> None:
        """Take no more; ``finished`` follows when what waits is written."""
        self._closed = True
        self._queue.put(None)

    def _run(self) -> None:
        while (piece := self._queue.get()) is not None:
            pieces, size, messages, last = [piece[0]], len(piece[0]), piece[1], False
            while size < _JOINED and not self._queue.empty() and not last:
                following = self._queue.get()
                if following is None:
                    last = True
                else:
                    pieces.append(following[0])
                    size += len(following[0])
                    messages += following[1]
            self._write(b"".join(pieces))
            self._done_bytes += size
            self._done_messages += messages
            if last:
                break
        self._finished()

    def _write(self, data: bytes) -> None:
        if self._broken:
            return
        try:
            write_all(self._stream, data)
            self._stream.flush()
        except (OSError, ValueError) as error:
            self._broken = True
            self._failed(output_error(error) if isinstance(error, OSError) else OutputClosedError())
