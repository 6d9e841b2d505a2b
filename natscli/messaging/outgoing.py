"""Messages to be sent: what was typed, turned into frames, one by one or many at once."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from typing import NamedTuple

from natscli.connection.client import Connection
from natscli.errors import NatsCliError, UsageError
from natscli.messaging.templates import Occasion, Template, occasion
from natscli.text.sanitise import decode
from natscli.wire.encode import pub, pub_each
from natscli.wire.headers import encode_headers
from natscli.wire.subjects import check_publish, to_wire


class Letter(NamedTuple):
    """One message ready to be sent: bytes of the wire."""

    subject: bytes
    payload: bytes
    reply: bytes = b""
    headers: bytes = b""

    @property
    def frame(self) -> bytes:
        """The message as a PUB or HPUB frame."""
        return pub(self.subject, self.payload, self.reply, self.headers)

    def check_size(self, connection: Connection) -> None:
        """Raise unless the server takes it; it counts headers too, and hangs up on more than its limit."""
        _check_size(len(self.headers), len(self.payload), connection)


class Copies(Iterable[Letter]):
    """Messages that differ from ``letter`` in their payload only: encoded together, or taken one by one."""

    __slots__ = ("letter", "payloads")

    def __init__(self, letter: Letter, payloads: Sequence[bytes]) -> None:
        self.letter = letter
        self.payloads = payloads

    def __iter__(self) -> Iterator[Letter]:
        letter = self.letter
        return (Letter(letter.subject, payload, letter.reply, letter.headers) for payload in self.payloads)

    def frames(self, connection: Connection) -> bytes:
        """Return all of them as frames, each within the server's limit."""
        letter = self.letter
        _check_size(len(letter.headers), max(map(len, self.payloads)), connection)
        return pub_each(letter.subject, self.payloads, letter.reply, letter.headers)


def _check_size(headers: int, payload: int, connection: Connection) -> None:
    if headers + payload > connection.max_payload:
        parts = f" ({headers:,} of them headers)" if headers else ""
        limit = f"the server's limit of {connection.max_payload:,}"
        raise NatsCliError(f"the message of {headers + payload:,} bytes{parts} exceeds {limit}")


class Draft(NamedTuple):
    """A message as it was given: subject, body and header values may have places to fill in.

    A body of bytes is data, and goes out as it is.
    """

    subject: Template
    body: Template | bytes
    reply: str = ""
    headers: Sequence[tuple[str, Template]] = ()

    @property
    def constant(self) -> bool:
        """Whether every copy is the same."""
        body = self.body.constant if isinstance(self.body, Template) else True
        return body and self.subject.constant and all(value.constant for _, value in self.headers)

    def letter(self, moment: Occasion) -> Letter:
        """Return the message for an occasion; UsageError when what was filled in makes no valid one."""
        try:
            subject = self.subject.fill(moment)
            check_publish(subject)
            headers = encode_headers((name, value.fill(moment)) for name, value in self.headers)
        except ValueError as error:
            raise UsageError(str(error)) from None
        body = to_wire(self.body.fill(moment)) if isinstance(self.body, Template) else self.body
        return Letter(to_wire(subject), body, to_wire(self.reply), headers)

    def copies(self, count: int) -> Iterator[Letter]:
        """Yield ``count`` letters, numbered from 1."""
        if self.constant:
            yield from repeat(self.letter(occasion(1)), count)
        else:
            yield from (self.letter(occasion(number)) for number in range(1, count + 1))

    def with_bodies(self, bodies: Sequence[bytes], count: int, *, templates: bool) -> Iterable[Letter]:
        """Return ``count`` letters for each body in place of the draft's own."""
        if self.constant and not templates:
            each = bodies if count == 1 else [body for body in bodies for _ in range(count)]
            return Copies(self.letter(occasion(1)), each)
        return (
            letter for body in bodies for letter in self._replace(body=as_body(body, templates=templates)).copies(count)
        )


def as_body(data: bytes, *, templates: bool, request: bool = False) -> Template | bytes:
    """Return a body as data, or as a template; UsageError for a function that does not exist."""
    return as_template(decode(data), templates=True, request=request) if templates else data


def as_template(text: str, *, templates: bool, request: bool = False) -> Template:
    """Return a text to be filled in, or to be taken literally; UsageError for a function that does not exist."""
    if not templates:
        return Template.literal(text)
    try:
        return Template(text, request=request)
    except ValueError as error:
        raise UsageError(str(error), "--no-templates sends braces as they are") from None
