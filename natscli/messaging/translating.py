"""Messages on their way through a program, one after the other, in order."""

import asyncio
from collections.abc import Callable

from natscli.connection.client import Connection
from natscli.errors import NatsCliError
from natscli.messaging.programs import Program, ProgramError
from natscli.messaging.subscribe import Deliver
from natscli.text.sizes import plural
from natscli.wire.message import Run

_MOST_WAITING = 100_000  # messages; a program takes milliseconds for each


class Translator:
    """Takes runs, and delivers each message with the payload that a program made of it.

    ``warn`` is told of each message of which it made nothing.
    """

    def __init__(self, connection: Connection, program: Program, deliver: Deliver, warn: Callable[[str], None]) -> None:
        self.dropped = 0
        self.failed = 0
        self.last_error: ProgramError | None = None
        self._connection = connection
        self._program = program
        self._deliver = deliver
        self._warn = warn
        self._waiting: asyncio.Queue[tuple[Run, int, int]] = asyncio.Queue()
        self._messages_waiting = 0
        self._worker = asyncio.ensure_future(self._work())

    @property
    def waiting(self) -> int:
        """Messages that wait for the program."""
        return self._messages_waiting

    def take(self, run: Run, number: int, read_ns: int) -> None:
        """Queue a run; when too many messages wait for the program, drop it and count it."""
        if self._messages_waiting >= _MOST_WAITING:
            self.dropped += len(run)
            return
        self._messages_waiting += len(run)
        self._waiting.put_nowait((run, number, read_ns))

    async def finish(self, stop: "asyncio.Future[int]") -> None:
        """Wait until all is translated, or the user stops us; what is left then counts as dropped."""
        drained = asyncio.ensure_future(self._waiting.join())
        either: set[asyncio.Future[object]] = {drained, stop, self._worker}  # type: ignore[arg-type]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        drained.cancel()
        self._worker.cancel()
        self.dropped += self._messages_waiting

    async def _work(self) -> None:
        while True:
            run, number, read_ns = await self._waiting.get()
            try:
                await self._translate(run, number, read_ns)
            except Exception as error:  # noqa: BLE001 - what printing raises ends the connection, and reaches its owner
                self._connection.fail(error)
                return
            self._waiting.task_done()

    async def _translate(self, run: Run, number: int, read_ns: int) -> None:
        for offset, message in enumerate(run):
            try:
                payload = await self._program.translate(message)
            except ProgramError as error:
                self.failed += 1
                self.last_error = error
                self._warn(f"message #{number + offset}: {error}")
            else:
                self._deliver(Run.of(run.sid, [message._replace(payload=payload)]), number + offset, read_ns)
            self._messages_waiting -= 1

    def check(self) -> None:
        """Raise when a message could not be translated."""
        if self.last_error is not None:
            failed = plural(self.failed, "message")
            raise NatsCliError(f"{failed} could not be translated, the last because {self.last_error}")
