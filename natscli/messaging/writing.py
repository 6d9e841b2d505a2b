"""What is written without standing in the way of what arrives: a bounded queue, and a thread that empties it.

A reader or a disk that is slow or stuck must not stop the connection from answering pings: the server would
close it and what it holds would be lost uncounted.  So writing happens in a thread, and what would exceed
``LIMIT`` is dropped, and counted.
"""

import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Protocol

LIMIT = 64 * 1024 * 1024  # bytes that may wait
_JOINED = 1024 * 1024  # pieces are joined up to this size for one write


class Sink(Protocol):
    """Where bytes go in the end.  Both are called from the writing thread and may take their time, or raise."""

    def write(self, data: bytes, messages: int, /) -> None:
        """Write bytes, which show so many messages."""

    def close(self) -> None:
        """Take the end: nothing follows."""


class Writer:
    """Writes pieces to a sink in order, joined where several wait; ``patience_s`` is how long to wait for more to join.

    ``failed`` is called once when the sink raises, and nothing more is written; ``finished`` once when all is
    written after ``finish``; both from the writing thread.
    """

    def __init__(
        self,
        sink: Sink,
        failed: Callable[[Exception], None],
        finished: Callable[[], None],
        *,
        limit: int = LIMIT,
        patience_s: float = 0.0,
    ) -> None:
        self._sink = sink
        self._failed = failed
        self._finished = finished
        self._limit = limit
        self._patience_s = patience_s
        self._dropped = 0
        # Each number has one writer, the caller's thread or ours, and so needs no lock.
        self._put_bytes = self._put_messages = 0
        self._done_bytes = self._done_messages = 0
        self._broken = False
        self._closed = False
        self._queue: SimpleQueue[tuple[bytes, int] | None] = SimpleQueue()
        threading.Thread(target=self._run, name="writing", daemon=True).start()

    @property
    def full(self) -> bool:
        """Whether so much waits that more must be dropped; ask before the work of formatting."""
        return self._put_bytes - self._done_bytes > self._limit

    @property
    def dropped(self) -> int:
        """Messages given up because too much waited, or left waiting at the end; not those behind a failure."""
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
        last = False
        while not last:
            pieces, size, messages, last = self._gather()
            if pieces and not self._broken:
                self._watch(self._sink.write, b"".join(pieces), messages)
            self._done_bytes += size
            self._done_messages += messages
        self._watch(self._sink.close)
        self._finished()

    def _watch(self, call: Callable[..., None], *arguments: object) -> None:
        """Call, and tell of the first failure."""
        try:
            call(*arguments)
        except Exception as error:  # noqa: BLE001 - also a fault of ours must end the command, not this thread alone
            if not self._broken:
                self._broken = True
                self._failed(error)

    def _gather(self) -> tuple[list[bytes], int, int, bool]:
        """Wait for a piece, and for others to join it; return all, its size, its messages, and whether it ends."""
        pieces: list[bytes] = []
        size = messages = 0
        piece = self._queue.get()
        end = time.monotonic() + self._patience_s
        while piece is not None:
            pieces.append(piece[0])
            size += len(piece[0])
            messages += piece[1]
            if size >= _JOINED:
                return pieces, size, messages, False
            try:
                piece = self._queue.get(timeout=max(end - time.monotonic(), 0))
            except Empty:
                return pieces, size, messages, False
        return pieces, size, messages, True
