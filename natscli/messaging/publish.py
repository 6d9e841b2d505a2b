"""Publishing: many messages in few writes, in time if asked, and proof that the server has read them."""

import asyncio
import time
from collections.abc import AsyncIterable, Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from natscli.connection.client import Connection
from natscli.errors import ConnectionLostError, DeadlineError
from natscli.messaging.outgoing import Copies, Letter
from natscli.text.sizes import plural

_BATCH_BYTES = 64 * 1024  # larger writes cost more CPU per byte at 1 KiB payloads


class Published(NamedTuple):
    """What was sent, and confirmed by the server."""

    messages: int
    payload_bytes: int
    seconds: float  # from the first byte to the PONG


class Pace(NamedTuple):
    """How fast: ``rate`` messages a second by the clock, or ``sleep_s`` after each; 0 for as fast as it goes."""

    rate: float = 0.0
    sleep_s: float = 0.0

    def due_s(self, sent: int) -> float:
        """Return when message number ``sent`` + 1 is due, in seconds from the first."""
        return sent / self.rate if self.rate else sent * self.sleep_s


class Publishing:
    """One run of publishing on one connection.  ``wait_s`` bounds each wait on the server."""

    def __init__(self, connection: Connection, wait_s: float, pace: Pace = Pace()) -> None:
        self._connection = connection
        self._wait_s = wait_s
        self._pace = pace
        self._paced = pace != Pace()
        self._started = 0.0
        self._first = 0.0
        self._messages = 0
        self._bytes = 0

    async def send_all(self, batches: AsyncIterable[Iterable[Letter]]) -> Published:
        """Send batches as they come, each at once; return when the server has answered a PING behind the last.

        A refused subject raises PermissionDeniedError; a loss or a time-out says that nothing is confirmed.
        """
        with self._unconfirmed():
            async for batch in batches:
                self._start_clock()
                await self._send(batch)
            return await self._confirmed()

    async def send_copies(self, letter: Letter, count: int) -> Published:
        """Send the same message ``count`` times, as ``send_all`` does; a batch is encoded once."""
        letter.check_size(self._connection)
        frame = letter.frame
        per_batch = 1 if self._paced else min(max(_BATCH_BYTES // len(frame), 1), count)
        batch = frame * per_batch
        self._start_clock()
        with self._unconfirmed():
            while left := count - self._messages:
                messages = min(per_batch, left)
                frames = batch if messages == per_batch else frame * messages
                await self._write(frames, messages, messages * len(letter.payload))
            return await self._confirmed()

    async def _confirmed(self) -> Published:
        await self._connection.confirm(self._wait_s)
        seconds = time.perf_counter() - self._first if self._messages else 0.0
        return Published(self._messages, self._bytes, seconds)

    @contextmanager
    def _unconfirmed(self) -> Iterator[None]:
        try:
            yield
        except (ConnectionLostError, DeadlineError) as error:
            sent = plural(self._messages, "message")
            raise type(error)(f"{error}; none of {sent} sent is confirmed") from error

    async def _send(self, batch: Iterable[Letter]) -> None:
        if isinstance(batch, Copies) and not self._paced:
            await self._write(batch.frames(self._connection), len(batch.payloads), sum(map(len, batch.payloads)))
            return
        frames: list[bytes] = []
        size = payload = 0
        for letter in batch:
            letter.check_size(self._connection)
            frame = letter.frame
            frames.append(frame)
            size += len(frame)
            payload += len(letter.payload)
            if size >= _BATCH_BYTES or self._paced:
                await self._write(b"".join(frames), len(frames), payload)
                frames, size, payload = [], 0, 0
        if frames:
            await self._write(b"".join(frames), len(frames), payload)

    async def _write(self, frames: bytes, messages: int, payload: int) -> None:
        if self._paced:
            await self._keep_time()
        if not self._messages:
            self._first = time.perf_counter()
        self._connection.send(frames)
        self._messages += messages
        self._bytes += payload
        await asyncio.sleep(0)  # draining seldom waits, and a refusal or the end of the connection must be read too
        await self._connection.drain_writes(self._wait_s)
        if self._connection.denied:
            raise self._connection.denied[0]

    def _start_clock(self) -> None:
        """Start the clock, or set it back when a batch comes late: what was not there is not made up for by a rush."""
        self._started = max(self._started, time.monotonic() - self._pace.due_s(self._messages))

    async def _keep_time(self) -> None:
        """Wait until the next message is due; one that is late goes at once, and the next is not later for it."""
        due = self._started + self._pace.due_s(self._messages)
        await asyncio.sleep(max(due - time.monotonic(), 0))
