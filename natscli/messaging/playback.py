"""Playing recordings back: the same messages in the same gaps, on time or known to be late."""

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, NamedTuple

from natscli.connection.client import Connection
from natscli.errors import NatsCliError
from natscli.messaging.lines import BadLineError, Batch, Fault, decoded, read_lines
from natscli.messaging.ndjson import Line
from natscli.messaging.outgoing import Letter
from natscli.messaging.publish import Proof
from natscli.messaging.renewal import Told
from natscli.messaging.schedule import Lateness, Schedule
from natscli.messaging.subscribe import Keep

_BATCH_BYTES = 64 * 1024  # of frames in one write
_SLICE = 64  # lines decoded at once, in 0.5 ms
_SLICE_S = 0.001  # of leisure, for such a slice; a line of a megabyte takes 5 ms wherever it is decoded
_AHEAD, _AHEAD_BYTES = 4096, 8 * 1024 * 1024  # decoded before they are due
_DOZE_S = 0.0015  # the event loop wakes a millisecond late; so the last one and a half are slept through without it
_BREATH_S = 0.005  # and the loop gets its turn so often
_FILL_S = 0.25  # the first is not kept waiting for longer, once it is found

Route = Callable[[bytes], bytes | None]  # the subject to play a message on, or None for not at all


@dataclass(frozen=True, slots=True)
class Playback:
    """What is to be played: ``speed`` times as fast as it was recorded, or as fast as it goes where it is infinite.

    What ``keep`` is not true of, as it was recorded, is left out.
    """

    paths: Sequence[str]
    route: Route
    speed: float = 1.0
    loop: bool = False
    strict: bool = False
    keep: Keep | None = None

    @property
    def timed(self) -> bool:
        """Whether there are gaps to keep."""
        return self.speed != math.inf


@dataclass(slots=True)
class Played:
    """What was sent, and confirmed by the server.

    ``faults`` lines could not be used, and ``left_out`` messages were not wanted; ``broken_off`` is why nothing
    behind a line was.
    """

    messages: int = 0
    payload_bytes: int = 0
    faults: int = 0
    left_out: int = 0
    seconds: float = 0.0
    stopped: bool = False
    broken_off: BadLineError | None = None
    lateness: Lateness = field(default_factory=Lateness)


def check_lines(paths: Sequence[str]) -> None:
    """Raise BadLineError for the first line of the files that cannot be used."""
    for batch in chain.from_iterable(map(read_lines, paths)):
        for found in [batch] if isinstance(batch, Fault) else decoded(batch):
            if isinstance(found, Fault):
                raise BadLineError(found, "without --strict, what is good is played")


async def play(
    connection: Connection,
    wanted: Playback,
    stop: "asyncio.Future[int]",
    report_fault: Callable[[Fault], None],
    renewed: Told,
) -> Played:
    """Send all messages when they are due; return when the server has answered a PING behind the last.

    A line that cannot be used is reported and counted, or ends it if ``wanted`` is strict; a refused subject
    raises PermissionDeniedError.  ``renewed`` is told when the credentials were renewed meanwhile.
    """
    player = _Player(connection, wanted, stop, report_fault, renewed)
    with player.proof.sending():
        await player.play()
        await player.proof.complete()
    return player.played


class _Due(NamedTuple):
    """A frame, and when it is to leave: seconds from the first."""

    at_s: float
    frame: bytes
    payload_bytes: int


class _Player:
    """One playback on one connection."""

    def __init__(
        self,
        connection: Connection,
        wanted: Playback,
        stop: "asyncio.Future[int]",
        report_fault: Callable[[Fault], None],
        renewed: Told,
    ) -> None:
        self.played = Played()
        self.proof = Proof(connection, connection.target.timeout_s, lambda: self.played.messages, renewed)
        self._connection = connection
        self._wanted = wanted
        self._stop = stop
        self._source = _Source(connection, wanted, self._note)
        self._report_fault = report_fault
        self._leaving: list[_Due] = []
        self._leaving_bytes = 0
        self._started = 0.0
        self._began = self._breathed = 0.0

    async def play(self) -> None:
        """Send everything, or what is due until the user stops us."""
        self._began = time.monotonic()
        waiting = self._source.waiting
        while not self._stop.done():
            if not waiting:
                if self._wanted.timed:
                    await self._flush()  # decoding more would make them late
                if not await self._decode_on():
                    break
                continue
            if self._wanted.timed and self._left_s() > 0:
                await self._flush()
                await self._wait()
                continue
            self._leave(waiting.popleft())
            if self._leaving_bytes >= _BATCH_BYTES:
                await self._flush()
        await self._flush()
        self.played.stopped = self._stop.done()
        self.played.broken_off = self._source.broken_off
        self.played.left_out = self._source.left_out
        self.played.seconds = time.monotonic() - self._started if self._started else 0.0

    async def _decode_on(self) -> bool:
        """Decode some lines, before the first is sent as many as may wait; return whether there may be more."""
        more = await self._source.decode_on()
        while more and self._fills():
            await self._breathe()
            more = await self._source.decode_on()
        await self._breathe()
        if self._source.waiting:
            self._started = self._started or time.monotonic()
        return more or bool(self._source.waiting)

    def _fills(self) -> bool:
        """Whether it is worth while to decode more before the first is sent."""
        if self._started or not self._source.wants_more or self._stop.done():
            return False
        return not self._source.waiting or time.monotonic() - self._began < _FILL_S

    def _left_s(self) -> float:
        """Return the time until the next message is due."""
        return self._started + self._source.waiting[0].at_s - time.monotonic()

    def _leave(self, due: _Due) -> None:
        self._source.waiting_bytes -= len(due.frame)
        self._leaving.append(due)
        self._leaving_bytes += len(due.frame)

    async def _wait(self) -> None:
        """Use the time until the next message for decoding those behind it, and sleep through the rest."""
        while self._left_s() > _SLICE_S and self._source.wants_more:
            if not await self._source.decode_on() or self._stop.done():
                break
            await self._breathe()
        left = self._left_s()
        if left > _DOZE_S:
            reasons: set[asyncio.Future[Any]] = {self._stop, self._connection.ended}
            await asyncio.wait(reasons, timeout=left - _DOZE_S, return_when=asyncio.FIRST_COMPLETED)
            await self.proof.pause()
            self._breathed = time.monotonic()
            self._connection.check_usable()
            if self._stop.done():
                return
        else:
            await self._breathe()
        time.sleep(min(max(self._left_s(), 0), _DOZE_S))  # noqa: ASYNC251 - see _DOZE_S

    async def _breathe(self) -> None:
        """Give the event loop its turn, if it has not had one for a while."""
        if time.monotonic() - self._breathed > _BREATH_S:
            await asyncio.sleep(0)
            self._breathed = time.monotonic()

    async def _flush(self) -> None:
        leaving, connection = self._leaving, self._connection
        if not leaving:
            return
        self._leaving, self._leaving_bytes = [], 0
        await self.proof.pause()
        connection.send(b"".join([due.frame for due in leaving]))
        if self._wanted.timed:
            now = time.monotonic() - self._started
            for due in leaving:
                self.played.lateness.add(now - due.at_s)
        self.played.messages += len(leaving)
        self.played.payload_bytes += sum([due.payload_bytes for due in leaving])
        await self._breathe()
        await connection.drain_writes(connection.target.timeout_s)
        if connection.denied:
            raise connection.denied[0]

    def _note(self, fault: Fault) -> None:
        if self._wanted.strict:
            raise BadLineError(fault)
        self.played.faults += 1
        self._report_fault(fault)


class _Source:
    """Decodes lines ahead of their time, some at once; files are read and unpacked in a thread."""

    def __init__(self, connection: Connection, wanted: Playback, note: Callable[[Fault], None]) -> None:
        self.waiting: deque[_Due] = deque()
        self.waiting_bytes = 0
        self.broken_off: BadLineError | None = None
        self._connection = connection
        self._wanted = wanted
        self._note = note
        self._schedule = Schedule(wanted.speed)
        self._round = 1
        self._of_round = 0  # messages
        self.left_out = 0
        self._offset_s: float | None = None  # of the first that is played, behind the first of the recording
        self._lines: Iterator[tuple[int, Line] | Fault] = iter(())
        self._name = ""
        self._batches = self._open()
        self._coming: asyncio.Future[Batch | Fault | None] | None = None

    @property
    def wants_more(self) -> bool:
        """Whether there is room for more."""
        return len(self.waiting) < _AHEAD and self.waiting_bytes < _AHEAD_BYTES

    async def decode_on(self) -> bool:
        """Decode some lines; return whether there may be more."""
        if self.broken_off is not None:
            return False
        try:
            return self._decode_some() or await self._next_batch()
        except BadLineError as error:
            self.broken_off = error
            return False

    def _decode_some(self) -> bool:
        """Decode a slice of the batch; return whether there was anything left of it."""
        end = time.monotonic() + _SLICE_S / 2
        count = 0
        for found in self._lines:
            self._take(found)
            count += 1
            if count == _SLICE or time.monotonic() > end:  # a long line, or a filter, may take all of it
                break
        return bool(count)

    async def _next_batch(self) -> bool:
        batch = await (self._coming or self._read())
        self._coming = None
        if batch is None:
            return self._rewind()
        if isinstance(batch, Fault):
            self._take(batch)
        else:
            self._name, self._lines = batch.source, decoded(batch)
        self._coming = self._read()
        return True

    def _read(self) -> "asyncio.Future[Batch | Fault | None]":
        return asyncio.get_running_loop().run_in_executor(None, next, self._batches, None)

    def _rewind(self) -> bool:
        """Begin anew where that is wanted and there is something to play."""
        if not self._wanted.loop or not self._of_round:
            return False
        self._schedule.repeat()
        self._round += 1
        self._of_round = 0
        self._batches = self._open()
        return True

    def _open(self) -> Iterator[Batch | Fault]:
        return chain.from_iterable(map(read_lines, self._wanted.paths))

    def _take(self, found: tuple[int, Line] | Fault) -> None:
        if isinstance(found, Fault):
            if self._round == 1:
                self._note(found)
            return
        number, line = found
        message, time_ns = line.message, line.time_ns
        due_s = self._schedule.due_s(time_ns)  # of every message: what is left out leaves its gap
        subject = self._wanted.route(message.subject)
        if subject is None or (self._wanted.keep is not None and not self._wanted.keep(message)):
            self.left_out += self._round == 1
            return
        letter = Letter(subject, message.payload, message.reply, message.headers)
        try:
            letter.check_size(self._connection)
        except NatsCliError as error:
            self._take(Fault(self._name, number, str(error)))
            return
        if self._offset_s is None:
            self._offset_s = due_s
        due = _Due(due_s - self._offset_s, letter.frame, len(message.payload))
        self._of_round += 1
        self.waiting.append(due)
        self.waiting_bytes += len(due.frame)
