"""Acknowledgements of what consumers delivered: many with one write, and counted when the server has them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial

from natscli.bench.places import Places
from natscli.bench.store import Acks, Store
from natscli.connection.client import Connection
from natscli.jetstream.acks import Ack
from natscli.wire.message import Run

_WORD = Ack.DONE.value
_LINE = b" %d\r\n%b\r\n" % (len(_WORD), _WORD)


class Acknowledger:
    """Acknowledges runs.  ``counted`` is told of messages that are acknowledged, each once, and of their bytes.

    A PONG proves that the server has read what was written before; with ``double_ack`` it says so of each.
    """

    def __init__(
        self, connection: Connection, store: Store, settled: Places, counted: Callable[[int, int], None]
    ) -> None:
        self.pending = 0  # messages whose acknowledgement is under way
        self._connection = connection
        self._only_last = store.acks is Acks.ALL
        self._settled = settled
        self._counted = counted
        self._inbox = connection.new_inbox().encode() if store.double_ack else b""
        self._line = b" " + self._inbox + _LINE if self._inbox else _LINE
        self._confirming: deque[list[int]] = deque()  # how many of a write the server has still to confirm
        self._runs: deque[tuple[Sequence[bytes], int]] = deque()

    async def begin(self) -> None:
        """Subscribe to what confirms acknowledgements, where that was asked for."""
        if self._inbox:
            await self._connection.subscribe_bulk(self._inbox.decode(), self._confirmed)

    def take(self, replies: Sequence[bytes], size: int) -> None:
        """Acknowledge messages; without a connection they will come again."""
        connection, line = self._connection, self._line
        if not connection.is_connected:
            return
        said = replies[-1:] if self._only_last else replies
        connection.send(b"PUB " + (line + b"PUB ").join(said) + line)
        self.pending += len(replies)
        if self._inbox:
            self._confirming.append([len(said)])
            self._runs.append((replies, size))
        else:
            connection.ping().add_done_callback(partial(self._read, replies, size))

    def forget(self) -> None:
        """Wait no more for what was under way when the connection broke."""
        self._confirming.clear()
        self._runs.clear()
        if self._inbox:
            self.pending = 0

    def _read(self, replies: Sequence[bytes], size: int, pong: asyncio.Future[bool]) -> None:
        self.pending -= len(replies)
        if not pong.cancelled() and pong.exception() is None:
            self._count(replies, size)

    def _confirmed(self, run: Run) -> None:
        """The sink: the server confirms in the order in which it was told."""
        left = len(run)
        while left and self._confirming:
            first = self._confirming[0]
            some = min(first[0], left)
            first[0] -= some
            left -= some
            if not first[0]:
                self._confirming.popleft()
                replies, size = self._runs.popleft()
                self.pending -= len(replies)
                self._count(replies, size)

    def _count(self, replies: Sequence[bytes], size: int) -> None:
        new = self._settled.take_replies(replies)
        self._counted(new, size if new == len(replies) else size * new // len(replies))
