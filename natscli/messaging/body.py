"""Where bodies come from: the command line, standard input, or a file; whole, or cut into messages."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from enum import StrEnum
from typing import BinaryIO

from natscli.errors import UsageError
from natscli.text.sizes import format_bytes

LARGEST_BODY = 64 * 1024 * 1024  # no server takes more
_PIECE = 256 * 1024  # read from standard input at once
_PIECES_AHEAD = 4


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
    tail = b""
    async for piece in _pieces(stdin):
        *messages, tail = (tail + piece).split(separator)
        if len(tail) > LARGEST_BODY:
            raise UsageError(f"a message on standard input exceeds {format_bytes(LARGEST_BODY)}")
        if messages:
            yield _without_cr(messages) if send_on is SendOn.NEWLINE else messages
    if tail:
        yield _without_cr([tail]) if send_on is SendOn.NEWLINE else [tail]


def _without_cr(lines: list[bytes]) -> list[bytes]:
    return [line[:-1] if line.endswith(b"\r") else line for line in lines]


async def _pieces(stdin: BinaryIO) -> AsyncIterator[bytes]:
    """Yield what comes, as it comes; a reader that nobody waits for ends with the process."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[bytes | Exception] = asyncio.Queue(_PIECES_AHEAD)

    def put(item: bytes | Exception) -> None:
        asyncio.run_coroutine_threadsafe(queue.put(item), loop).result()

    def read() -> None:
        raw: BinaryIO = getattr(stdin, "raw", stdin)  # the buffer would wait until it is full
        try:
            while piece := raw.read(_PIECE):
                put(piece)
            put(b"")
        except RuntimeError:  # the loop has ended before standard input has
            return
        except (OSError, ValueError) as error:
            put(UsageError(f"standard input cannot be read: {error}"))

    threading.Thread(target=read, name="stdin", daemon=True).start()
    while item := await queue.get():
        if isinstance(item, Exception):
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
    body = stream.read(LARGEST_BODY + 1)
    if len(body) > LARGEST_BODY:
        raise UsageError(f"{what} holds more than {format_bytes(LARGEST_BODY)}, which no server takes")
    return body


def parse_header(text: str) -> tuple[str, str]:
    """Return name and value of ``Name: value``, split at the first colon; raise ValueError without one."""
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise ValueError(f"'{text}' is not a header: it has the form Name:value")
    return name.strip(), value.strip()
