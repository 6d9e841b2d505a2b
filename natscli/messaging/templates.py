"""Templates in subjects, bodies and header values: ``{{Count}}``, ``{{Random 1 10}}``, …

A fixed table of functions, in the Go CLI's names; nothing is evaluated.  ``{{.Count}}`` is the same as
``{{Count}}``.  A template is checked when it is made: an unknown function is a ValueError then.
"""

import re
import secrets
import string
import time
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

_NUMBER = "[0-9]{1,12}"
_LETTERS = string.ascii_letters + string.digits
_ID_LENGTH = 22  # as long as a NUID
_LONGEST_RANDOM = 64 * 1024 * 1024


class Occasion(NamedTuple):
    """What a template is filled in with: the message's number, the moment (ns since the epoch), the request, and of a
    message that was stored before, where.
    """

    number: int
    moment_ns: int
    request: str = ""
    stream: str = ""
    sequence: int = 0


def occasion(number: int, request: str = "") -> Occasion:
    """Return the occasion of a message that is sent now."""
    return Occasion(number, time.time_ns(), request)


Part = str | Callable[[Occasion], str]


class Template:
    """Text with places to fill in.  ``constant`` says that there are none."""

    def __init__(self, text: str, *, request: bool = False, stored: bool = False) -> None:
        """Take a text apart; ValueError for a function that does not exist.

        ``{{Request}}`` exists only where there is a ``request``, ``{{Stream}}`` and ``{{Sequence}}`` where messages
        were ``stored`` before.
        """
        more = (_OF_REQUESTS if request else {}) | (_OF_STORED if stored else {})
        self._parts = _parts(text, _FUNCTIONS | more)
        self.constant = not any(callable(part) for part in self._parts)

    @classmethod
    def literal(cls, text: str) -> "Template":
        """Return a template that is ``text``, braces and all."""
        template = cls("")
        template._parts = [text]
        return template

    def fill(self, moment: Occasion) -> str:
        """Return the text for one message."""
        return "".join(part if isinstance(part, str) else part(moment) for part in self._parts)


def _parts(text: str, functions: dict[str, Callable[[Occasion], str]]) -> list[Part]:
    parts: list[Part] = []
    position = 0
    while (opening := text.find("{{", position)) >= 0:
        closing = text.find("}}", opening + 2)
        if closing < 0:
            raise ValueError("'{{' without '}}' behind it")
        parts += [text[position:opening], _function(text[opening + 2 : closing].strip(), functions)]
        position = closing + 2
    return [part for part in (*parts, text[position:]) if part != ""]


def _function(call: str, functions: dict[str, Callable[[Occasion], str]]) -> Callable[[Occasion], str]:
    name, *arguments = call.removeprefix(".").split() or [""]
    if name == "Random" and len(arguments) == 2 and all(re.fullmatch(_NUMBER, each) for each in arguments):
        return _random(*map(int, arguments))
    if name in functions and not arguments:
        return functions[name]
    known = ", ".join([*_FUNCTIONS, "Random MIN MAX", *[name for name in functions if name not in _FUNCTIONS]])
    raise ValueError(f"'{{{{{call}}}}}' is no function; there are {known}")


def _random(least: int, most: int) -> Callable[[Occasion], str]:
    low, high = min(least, most), max(least, most)
    if high > _LONGEST_RANDOM:
        raise ValueError(f"{{{{Random}}}} makes at most {_LONGEST_RANDOM} characters")

    def letters(_moment: Occasion) -> str:
        return _some_letters(low + secrets.randbelow(high - low + 1))

    return letters


def _some_letters(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


def _local(moment: Occasion) -> datetime:
    return datetime.fromtimestamp(moment.moment_ns // 1_000_000_000).astimezone()


def _kitchen(moment: Occasion) -> str:
    """Return ``3:04PM``."""
    local = _local(moment)
    return f"{local.hour % 12 or 12}:{local.minute:02d}{'PM' if local.hour >= 12 else 'AM'}"


_FUNCTIONS: dict[str, Callable[[Occasion], str]] = {
    "Count": lambda moment: str(moment.number),
    "Cnt": lambda moment: str(moment.number),
    "TimeStamp": lambda moment: _local(moment).isoformat(),
    "Unix": lambda moment: str(moment.moment_ns // 1_000_000_000),
    "UnixNano": lambda moment: str(moment.moment_ns),
    "Time": _kitchen,
    "ID": lambda _moment: _some_letters(_ID_LENGTH),
}
_OF_REQUESTS: dict[str, Callable[[Occasion], str]] = {"Request": lambda moment: moment.request}
_OF_STORED: dict[str, Callable[[Occasion], str]] = {
    "Stream": lambda moment: moment.stream,
    "Sequence": lambda moment: str(moment.sequence),
}
