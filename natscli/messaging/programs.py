"""Programs that work on messages: ``--translate`` and ``reply --command``.

The command is split once, as a shell would split it, and run without a shell: what a stranger sends
never becomes a command, an argument of its own or an option.  The payload goes to its standard input.
"""

import asyncio
import os
import re
import shlex
import signal
from asyncio.subprocess import Process, SubprocessStreamProtocol
from collections.abc import Mapping

from natscli.errors import NatsCliError, UsageError
from natscli.text.durations import format_duration
from natscli.text.sanitise import decode, safe, safe_bytes
from natscli.wire.message import Message

_LONGEST_ERROR = 200
_PIECE = 64 * 1024
_PLACE = re.compile(r"\{\{\s*\.?(Subject|[0-9]{1,6})\s*\}\}")


class ProgramError(NatsCliError):
    """The program failed, took too long, or wrote too much."""


class Program:
    """A command line to run once for each message.

    ``{{Subject}}`` in an argument, and ``{{0}}``, ``{{1}}``, … for the subject's tokens, are replaced after
    splitting, so that they stay inside their argument.
    """

    def __init__(self, command: str, *, timeout_s: float = 5.0, output_limit: int = 64 * 1024 * 1024) -> None:
        try:
            self._arguments = shlex.split(command)
        except ValueError as error:
            raise UsageError(f"command '{command}' cannot be split: {str(error).lower()}") from None
        if not self._arguments:
            raise UsageError("the command is empty")
        self._timeout_s = timeout_s
        self._output_limit = output_limit

    async def translate(self, message: Message) -> bytes:
        """Return what the program makes of a message's payload; ProgramError when it makes nothing of it."""
        return await self.run(message, {})

    async def run(self, message: Message, environment: Mapping[str, str]) -> bytes:
        """Run the program on a message and return its standard output.

        It inherits the environment but for ``NATS_*``, which may hold secrets, and gets ``environment``.
        """
        arguments = [_fill(argument, decode(message.subject)) for argument in self._arguments]
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("NATS_")}
        transport, process = await self._start(arguments, {**inherited, **environment})
        complete = False
        try:
            async with asyncio.timeout(self._timeout_s):
                out, err = await self._converse(process, message.payload)
                code = await process.wait()
                complete = True
        except TimeoutError:
            raise ProgramError(f"'{self._arguments[0]}' took longer than {format_duration(self._timeout_s)}") from None
        finally:
            if not complete:
                _end(process)
            transport.close()
            await process.wait()
        if code:
            said = safe_bytes(err.strip()[:_LONGEST_ERROR], multiline=False)
            raise ProgramError(f"'{self._arguments[0]}' ended with exit code {code}{f': {said}' if said else ''}")
        return out

    async def _start(
        self, arguments: list[str], environment: Mapping[str, str]
    ) -> tuple[asyncio.SubprocessTransport, Process]:
        """Do as ``asyncio.create_subprocess_exec``, and return the transport too, which it leaves to the collector."""
        loop = asyncio.get_running_loop()
        try:
            transport, protocol = await loop.subprocess_exec(
                lambda: SubprocessStreamProtocol(_PIECE, loop),
                *arguments,
                env=environment,
                start_new_session=True,  # so that all it starts can be ended with it
            )
        except (OSError, ValueError) as error:
            raise ProgramError(f"'{self._arguments[0]}' cannot be run: {_reason(error)}") from error
        return transport, Process(transport, protocol, loop)

    async def _converse(self, process: Process, payload: bytes) -> tuple[bytes, bytes]:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        out, err, _ = await asyncio.gather(
            self._read(process.stdout), self._read(process.stderr), _write(process.stdin, payload)
        )
        return out, err

    async def _read(self, stream: asyncio.StreamReader) -> bytes:
        pieces, size = [], 0
        while piece := await stream.read(_PIECE):
            pieces.append(piece)
            size += len(piece)
            if size > self._output_limit:
                raise ProgramError(f"'{self._arguments[0]}' wrote more than {self._output_limit:,} bytes")
        return b"".join(pieces)


async def _write(stream: asyncio.StreamWriter, payload: bytes) -> None:
    """Give the program its input; it need not read it."""
    try:
        stream.write(payload)
        await stream.drain()
        stream.close()
        await stream.wait_closed()
    except (BrokenPipeError, ConnectionResetError):
        return


def _fill(argument: str, subject: str) -> str:
    """Fill in the places, once: what a subject brings is not filled in again."""
    tokens = subject.split(".")

    def value(place: re.Match[str]) -> str:
        if place[1] == "Subject":
            return subject
        number = int(place[1])
        return tokens[number] if number < len(tokens) else place[0]

    filled = _PLACE.sub(value, argument)
    if filled.startswith("-") and not argument.startswith("-"):
        raise ProgramError(f"'{safe(filled)}' of the subject could be taken for an option: put it behind OPTION=")
    return filled


def _end(process: Process) -> None:
    """End the program and what it started, which may outlive it."""
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except ProcessLookupError:
        return


def _reason(error: Exception) -> str:
    return ((error.strerror or "") if isinstance(error, OSError) else str(error)).lower()
