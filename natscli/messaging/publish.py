"""Publishing: many messages in few writes, in time if asked, and proof that the server has read them."""

import asyncio
import time
from collections.abc import AsyncIterable, Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from natscli.connection.client import Connection
from natscli.errors import ConnectionLostError, DeadlineError, PermissionDeniedError, RefusedError
from natscli.messaging.outgoing import Copies, Letter
from natscli.text.sizes import plural

if TYPE_CHECKING:
    from natscli.messaging.renewal import Pauses, Told

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


class Proof:
    """How much of what one run has ``sent`` the server has read.  ``wait_s`` bounds each wait on it.

    With ``renewed``, which is told of it, the run goes on with newer credentials when those in use expire.
    """

    def __init__(
        self, connection: Connection, wait_s: float, sent: Callable[[], int], renewed: "Told | None" = None
    ) -> None:
        self._connection = connection
        self._wait_s = wait_s
        self._sent = sent
        self._renewed = renewed
        self._pauses: Pauses | None = None
        self._proven = 0  # messages confirmed before the last change of credentials

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Say of what ends it how much is confirmed; see to newer credentials meanwhile.

        The end of the connection ends it at once, also where it waits for something else, such as standard input.
        """
        if self._renewed is not None and self._connection.presented.jwt is not None:
            from natscli.messaging.renewal import Pauses  # for JWTs alone

            self._pauses = Pauses(self._connection, self._wait_s, self._note_proven, self._renewed)
        try:
            with self._while_connected():
                yield
        except (ConnectionLostError, DeadlineError, RefusedError) as error:
            if isinstance(error, PermissionDeniedError):
                raise
            if self._connection.denied:  # the cause: a server that refuses a flood is late with all else
                raise self._connection.denied[0] from error
            sent = plural(self._sent(), "message")
            proven = f"{self._proven:,} of {sent} sent are" if self._proven else f"none of {sent} sent is"
            raise type(error)(f"{error}; {proven} confirmed", error.hint) from error
        finally:
            if self._pauses is not None:
                self._pauses.stop()

    @contextmanager
    def _while_connected(self) -> Iterator[None]:
        """Raise what ends the connection as soon as it does, as ``asyncio.timeout`` raises when time is up."""
        ended, task = self._connection.ended, asyncio.current_task()
        assert task is not None
        inside, interrupted = True, False

        def interrupt(_ended: object) -> None:
            nonlocal interrupted
            if inside:
                interrupted = True
                task.cancel()

        ended.add_done_callback(interrupt)
        try:
            yield
        except asyncio.CancelledError:
            if not interrupted or task.uncancel() > 0:  # somebody else wants the end, too
                raise
            self._connection.check_usable()
            raise
        finally:
            inside = False
            ended.remove_done_callback(interrupt)

    async def pause(self) -> None:
        """Wait while credentials are changed."""
        if self._pauses is not None:
            await self._pauses.passed()

    async def complete(self) -> None:
        """Have all that was sent confirmed; raises a subject that was refused."""
        if self._pauses is None or self._pauses.stop():
            await self._connection.confirm(self._wait_s)

    def _note_proven(self) -> None:
        self._proven = self._sent()


class Publishing:
    """One run of publishing on one connection, with the ``Proof`` of it."""

    def __init__(
        self, connection: Connection, wait_s: float, pace: Pace = Pace(), renewed: "Told | None" = None
    ) -> None:
        self._connection = connection
        self._proof = Proof(connection, wait_s, lambda: self._messages, renewed)
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
        with self._proof.sending():
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
        with self._proof.sending():
            while left := count - self._messages:
                messages = min(per_batch, left)
                frames = batch if messages == per_batch else frame * messages
                await self._write(frames, messages, messages * len(letter.payload))
            return await self._confirmed()

    async def _confirmed(self) -> Published:
        await self._proof.complete()
        seconds = time.perf_counter() - self._first if self._messages else 0.0
        return Published(self._messages, self._bytes, seconds)

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
        await self._proof.pause()
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
