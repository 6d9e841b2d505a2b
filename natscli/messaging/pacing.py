"""Work on messages that may take long: a moment of it at a time, so that the connection answers in between.

A body of a kilobyte can take a tenth of a second to decode, and a hundred of them arrive in one read.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator

from natscli.connection.client import Connection
from natscli.connection.dispatch import Sink
from natscli.wire.message import Message, Run

LIMIT = 64 * 1024 * 1024  # bytes of messages that may wait
_TURN_S = 0.01
_OVERHEAD = 200  # bytes that a message takes beside its payload

Work = Callable[[Message], Message | None]  # what is made of a message; None leaves it out
Take = Callable[[Run, int], None]  # a run, and when it was read (ns)


class Pace:
    """Does ``work`` on the messages of all its sinks in their order, and hands on what it makes of them.

    What does not fit into a moment waits for the next turn of the event loop; beyond ``limit`` bytes messages
    are dropped, and counted.  What fails ends the connection.  ``selects``: work returns the message itself or None.
    """

    def __init__(self, connection: Connection, work: Work, *, selects: bool = False, limit: int = LIMIT) -> None:
        self.dropped = 0
        self._connection = connection
        self._work = work
        self._selects = selects
        self._limit = limit
        self._waiting: deque[_Piece] = deque()
        self._waiting_bytes = 0
        self._idle: asyncio.Future[None] | None = None

    @property
    def busy(self) -> bool:
        """Whether messages wait."""
        return bool(self._waiting)

    def sink(self, take: Take) -> Sink:
        """Return a sink whose messages reach ``take`` in the end."""

        def sink(run: Run) -> None:
            piece = _Piece(run, take)
            if not self._waiting and self._go_on(piece):
                return
            if self._waiting_bytes > self._limit:
                self.dropped += piece.left
                return
            if not self._waiting:
                asyncio.get_running_loop().call_soon(self._turn)
            self._waiting.append(piece)
            self._waiting_bytes += piece.size

        return sink

    async def finish(self, *ends: "asyncio.Future[int] | asyncio.Future[None]") -> None:
        """Wait until nothing waits or one of ``ends`` is done; what is left then counts as dropped."""
        if self._waiting:
            self._idle = asyncio.get_running_loop().create_future()
            await asyncio.wait({self._idle, *ends}, return_when=asyncio.FIRST_COMPLETED)
        self.dropped += sum(piece.left for piece in self._waiting)
        self._waiting.clear()

    def _turn(self) -> None:
        if self._waiting:
            try:
                self._take_turn()
            except Exception as error:  # noqa: BLE001 - it reaches the connection's owner
                self._waiting.clear()
                self._connection.fail(error)
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._turn)
        elif self._idle is not None and not self._idle.done():
            self._idle.set_result(None)

    def _take_turn(self) -> None:
        end = time.monotonic() + _TURN_S
        while self._waiting and time.monotonic() < end:
            piece = self._waiting[0]
            if self._go_on(piece):
                self._waiting_bytes -= piece.size
                self._waiting.popleft()

    def _go_on(self, piece: "_Piece") -> bool:
        """Work on a run for a moment, hand on what came of it, and return whether it is done."""
        work, clock, made, done = self._work, time.monotonic, [], 0
        end = clock() + _TURN_S
        for message in piece.messages:
            result = work(message)
            done += 1
            if result is not None:
                made.append(result)
            if clock() > end:
                break
        piece.left -= done
        if self._selects and len(made) == len(piece.run):
            piece.take(piece.run, piece.read_ns)  # which may hold its messages in fewer pieces
        elif made:
            piece.take(Run.of(piece.run.sid, made), piece.read_ns)
        return not piece.left


class _Piece:
    """A run, and how far the work on it is."""

    __slots__ = ("left", "messages", "read_ns", "run", "size", "take")

    def __init__(self, run: Run, take: Take) -> None:
        self.run = run
        self.take = take
        self.read_ns = time.time_ns()
        self.left = len(run)
        self.size = run.payload_bytes + len(run) * _OVERHEAD
        self.messages: Iterator[Message] = iter(run)
