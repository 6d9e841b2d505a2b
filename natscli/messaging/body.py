"""Where a message's body comes from: the command line, standard input, or a file."""

import os
from typing import BinaryIO

from natscli.errors import UsageError
from natscli.text.sizes import format_bytes

LARGEST_BODY = 64 * 1024 * 1024  # no server takes more


def read_body(argument: str | None, stdin: BinaryIO, *, is_terminal: bool) -> bytes:
    """Return the body: the argument, ``@FILE``'s bytes, or standard input for ``-`` or when something is piped in.

    An argument leaves standard input untouched.  ``@@…`` is a body that begins with one ``@``.
    """
    if argument is None:
        if is_terminal:
            raise UsageError(
                "there is no body to send", "give it as an argument ('' for none), as @FILE, or pipe it in"
            )
        return _bounded(stdin, "standard input")
    if argument == "-":
        return _bounded(stdin, "standard input")
    if argument.startswith("@@"):
        argument = argument[1:]
    elif argument.startswith("@"):
        return _read_file(argument[1:])
    return os.fsencode(argument)


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
