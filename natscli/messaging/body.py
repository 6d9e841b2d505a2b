"""Where bodies come from: the command line, standard input, or a file; whole, or cut into messages."""

import asyncio
import os
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from enum import StrEnum
from typing import BinaryIO, TypeVar

from natscli.errors import NatsCliError, UsageError
from natscli.text.sizes import format_bytes

LARGEST_BODY = 64 * 1024 * 1024  # no server takes more
_Piece = TypeVar("_Piece")
_PIECE = 256 * 1024  # read from standard input at once, and sent at once; a pipe holds 64 KiB
_PIECES_AHEAD = 4
_RETRY_S = 0.005


class SendOn(StrEnum):
    """What ends a message on standard input."""

    EOF = "eof"
    NEWLINE = "newline"
    NUL = "nul"


def is_typed(argument: str | None) -> bool:
    """Whether a body argument is the body itself, not the name of where it is."""
    return argument is not None and argument != "-" and (argument.startswith("@@") or not argument.startswith("@"))


def read_body(argument: str | None, stdin: BinaryIO, *, is_terminal: bool) -> bytes:
    """Return the body: the argument, ``@FILE``'s bytes, or standard input for ``-`` or when something is piped in.

    An argument leaves standard input untouched.  ``@@…`` is a body that begins with one ``@``.
    """
    if argument is None:
        check_piped(is_terminal=is_terminal)
    if argument is None or argument == "-":
        return _bounded(stdin, "standard input")
    if argument.startswith("@@"):
        argument = argument[1:]
    elif argument.startswith("@"):
        return _read_file(argument[1:])
    return os.fsencode(argument)


def check_piped(*, is_terminal: bool) -> None:
    """Raise where standard input is a terminal: nothing is piped in, and nobody was told to type."""
    if is_terminal:
        raise UsageError("there is no body to send", "give it as an argument ('' for none), as @FILE, or pipe it in")


async def read_messages(stdin: BinaryIO, send_on: SendOn) -> AsyncIterator[list[bytes]]:
    """Yield the messages on standard input, as many at a time as one read brings.

    Lines end in LF or CRLF, which is not part of the message; the last one may lack it.  With ``nul``
    the messages are what stands between NUL bytes.  Reading waits in a thread of its own.
    """
    separator = b"\n" if send_on is SendOn.NEWLINE else b"\0"
    begun: list[bytes] = []  # of a message whose end has not come; joined once, as that costs the square otherwise
    async for piece in from_a_thread(pieces_of(stdin, "standard input")):
        messages = piece.split(separator)
        begun.append(messages[0])
        if len(messages) > 1:
            messages[0] = b"".join(begun)
            begun = [messages.pop()]
            with_cr = send_on is SendOn.NEWLINE and (b"\r" in piece or messages[0].endswith(b"\r"))
            yield _without_cr(messages) if with_cr else messages
        if sum(map(len, begun)) > LARGEST_BODY:
            raise NatsCliError(f"a message on standard input exceeds {format_bytes(LARGEST_BODY)}")
    if tail := b"".join(begun):
        yield _without_cr([tail]) if send_on is SendOn.NEWLINE else [tail]


def _without_cr(lines: list[bytes]) -> list[bytes]:
    return [line[:-1] if line.endswith(b"\r") else line for line in lines]


def pieces_of(stream: BinaryIO, what: str, size: int = _PIECE) -> Iterator[bytes]:
    """Yield what comes, as it comes, ``size`` bytes at most in a piece; UsageError for what cannot be read."""
    raw: BinaryIO = getattr(stream, "raw", stream)  # the buffer would wait until it is full
    try:
        while (piece := raw.read(size)) != b"":
            if piece is None:  # somebody who shares the pipe has made it non-blocking
                time.sleep(_RETRY_S)
            else:
                yield piece
    except (OSError, ValueError) as error:
        reason = (error.strerror or "").lower() if isinstance(error, OSError) else ""
        raise UsageError(f"{what} cannot be read: {reason or error}") from error


async def from_a_thread(pieces: Iterator[_Piece]) -> AsyncIterator[_Piece]:
    """Yield the pieces while the loop goes on; a reader that nobody waits for ends with the process."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[_Piece | NatsCliError | None] = asyncio.Queue()
    places = threading.Semaphore(_PIECES_AHEAD)

    def put(item: _Piece | NatsCliError | None) -> None:
        places.acquire()
        loop.call_soon_threadsafe(queue.put_nowait, item)

    def read() -> None:
        with suppress(RuntimeError):  # the loop has ended before standard input has
            try:
                for piece in pieces:
                    put(piece)
                put(None)
            except NatsCliError as error:
                put(error)

    threading.Thread(target=read, name="stdin", daemon=True).start()
    while (item := await queue.get()) is not None:
        places.release()
        if isinstance(item, NatsCliError):
            raise item
        yield item


def _read_file(path: str) -> bytes:
    try:
        with open(os.path.expanduser(path), "rb") as file:
            return _bounded(file, f"file '{path}'")
    except OSError as error:
        hint = f"a body that begins with @ is written @@{path}"
        raise UsageError(f"file '{path}' cannot be read: {(error.strerror or '').lower()}", hint) from error


def _bounded(stream: BinaryIO, what: str) -> bytes:
    pieces, size = [], 0
    for piece in pieces_of(stream, what):
        pieces.append(piece)
        size += len(piece)
        if size > LARGEST_BODY:
            raise NatsCliError(f"{what} holds more than {format_bytes(LARGEST_BODY)}, which no server takes")
    return b"".join(pieces)


def parse_header(text: str) -> tuple[str, str]:
    """Return name and value of ``Name: value``, split at the first colon; raise ValueError without one."""
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise ValueError(f"'{text}' is not a header: it has the form Name:value")
    return name.strip(), value.strip()
