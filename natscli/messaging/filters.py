"""Which messages are wanted: by a header, by what the payload holds, by an expression."""

import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from natscli.messaging.decoding import DecodeError
from natscli.messaging.decoding.structures import read_json
from natscli.text.sanitise import decode
from natscli.wire.headers import Headers, encode_headers, parse_headers
from natscli.wire.message import Message

LARGEST_SEARCH = 1024 * 1024  # bytes of a payload that --grep looks through; a pattern may take the square of them
NAMES = ("subject", "reply", "size", "headers", "data", "json")

Decode = Callable[[Message], bytes]
_Condition = Callable[["_Look"], bool]

_NO_HEADERS = parse_headers(b"")


class Filter:
    """Conditions that must all hold; ``inverted``, messages for which they do not are kept instead.

    ``headers`` are ``NAME=VALUE``, which any value of that name may be, or ``NAME`` that must be there.  ``grep``
    searches the payload, and ``where`` is an expression over ``NAMES``; the payload, and ``data`` and ``json`` in
    the expression, are as ``decoded`` gives them.  Raises ValueError for what is no condition.
    """

    def __init__(
        self,
        *,
        where: str | None = None,
        grep: str | None = None,
        headers: Sequence[str] = (),
        inverted: bool = False,
        decoded: Decode | None = None,
    ) -> None:
        self._wanted = not inverted
        self._decoded = decoded
        conditions = [_header(text) for text in headers]  # the cheap ones first
        if grep is not None:
            conditions.append(_grep(grep))
        if where is not None:
            conditions.append(_where(where))
        self._conditions = tuple(conditions)

    def keep(self, message: Message) -> bool:
        """Whether a message is wanted; never raises."""
        look = _Look(message, self._decoded)
        return all(condition(look) for condition in self._conditions) is self._wanted


class _Look(Mapping[str, Any]):
    """One message by the names of an expression; each is read when it is first asked for, and once."""

    def __init__(self, message: Message, decoded: Decode | None) -> None:
        self.message = message
        self._decoded = decoded
        self._known: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._known:
            self._known[name] = _READERS[name](self)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_READERS)

    def __len__(self) -> int:
        return len(_READERS)

    def content(self) -> bytes:
        """Return the payload, decoded where it can be."""
        if self._decoded is None:
            return self.message.payload
        try:
            return self._decoded(self.message)
        except DecodeError:
            return self.message.payload


class _HeaderValues:
    """``headers["Name"]`` is the first value of that name in any case, or None."""

    __slots__ = ("_headers",)

    def __init__(self, headers: Headers) -> None:
        self._headers = headers

    def __getitem__(self, name: str) -> str | None:
        return self._headers.get(name)

    def __contains__(self, name: str) -> bool:
        return self._headers.get(name) is not None

    def __len__(self) -> int:
        return len(self._headers.pairs)


def _header(text: str) -> _Condition:
    name, equals, value = text.partition("=")
    encode_headers([(name, value)])  # what no header can hold, no message has
    wanted = name.lower()

    def holds(look: _Look) -> bool:
        values = [value for key, value in _headers(look).pairs if key.lower() == wanted]
        return value in values if equals else bool(values)

    return holds


def _grep(pattern: str) -> _Condition:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what may mean something else in a later Python
            search = re.compile(pattern.encode("utf-8", "surrogateescape")).search
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"'{pattern}' is no regular expression: {str(error).lower()}") from None
    return lambda look: search(look["content"], 0, LARGEST_SEARCH) is not None


def _where(text: str) -> _Condition:
    from natscli.messaging.expressions import Expression  # 15 ms

    return Expression(text, NAMES).holds


def _headers(look: _Look) -> Headers:
    headers: Headers = look[_PARSED]
    return headers


def _parsed(look: _Look) -> Headers:
    """Return the headers, with a status line as ``Status`` and ``Description`` among them."""
    if not look.message.headers:
        return _NO_HEADERS
    headers = parse_headers(look.message.headers)
    return headers._replace(pairs=headers.shown())


def _json(look: _Look) -> Any:
    from natscli.messaging.expressions import shown

    try:
        return shown(read_json(look["content"]))
    except DecodeError:
        return None


_PARSED = "parsed headers"
_READERS: dict[str, Callable[[_Look], Any]] = {
    "subject": lambda look: decode(look.message.subject),
    "reply": lambda look: decode(look.message.reply),
    "size": lambda look: len(look.message.payload),
    "headers": lambda look: _HeaderValues(_headers(look)),
    "data": lambda look: decode(look["content"]),
    "json": _json,
    "content": lambda look: look.content(),
    _PARSED: _parsed,
}
