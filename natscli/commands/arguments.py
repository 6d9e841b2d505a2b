"""Arguments that several commands take, and how they are read."""

import io
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from natscli.cli.options import duration
from natscli.connection.open import PING_INTERVAL_S
from natscli.errors import UsageError
from natscli.text.sanitise import decode

if TYPE_CHECKING:
    from natscli.messaging.programs import Program


def as_utf8(text: str) -> str:
    """Return an argument as the UTF-8 it was typed in, whatever the locale makes of its bytes."""
    return decode(os.fsencode(text))


as_utf8.__name__ = "str"  # what help calls the type

SUBJECT = Annotated[str, typer.Argument(help="The subject.", parser=as_utf8, metavar="subject")]
SUBJECTS = typer.Argument(help="Subjects; * is any token, > all that follow.", parser=as_utf8, metavar="subjects")
BODY = Annotated[str | None, typer.Argument(help="The body: text, @FILE, or - for standard input.")]
STATS = Annotated[bool, typer.Option("--stats", help="Say how fast it went.")]
TRANSLATE = Annotated[
    str | None,
    typer.Option("--translate", metavar="CMD", help="Show what this program makes of each body on its input."),
]


def checked(check: Callable[[str], None], text: str) -> None:
    """Apply a check that raises ValueError; for a user that is a usage error."""
    try:
        check(text)
    except ValueError as error:
        raise UsageError(str(error)) from None


def command(line: str | None) -> "Program | None":
    """Return the program of a --translate option."""
    if line is None:
        return None
    from natscli.messaging.programs import Program  # 2 ms

    return Program(line)


def stdin_bytes() -> BinaryIO:
    """Return standard input for bytes; an empty one where it is closed."""
    return io.BytesIO() if sys.stdin is None else sys.stdin.buffer


def period(text: str) -> float:
    """Parse an option's duration for Typer, longer than nothing."""
    seconds = duration(text)
    if not seconds:
        raise typer.BadParameter("it must be longer than nothing")
    return seconds


PING_INTERVAL = Annotated[
    float | None,
    typer.Option(
        "--ping-interval",
        parser=period,
        metavar="DUR",
        help=f"A frozen server is noticed after three of these. [{PING_INTERVAL_S:.0f}s]",
    ),
]
