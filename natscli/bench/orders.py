"""What a bench and its agents say to each other, as JSON: who runs what, begin, stop, how far it is, what came out.

Nothing here is secret: agents connect with contexts of their own.  Nothing here is trusted either: an agent takes
orders from whoever may publish to its subject, so whatever reaches the wire or sets a bound is checked.
"""

from __future__ import annotations

import json
import math
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TypeVar

from natscli.bench.bodies import Payload
from natscli.bench.documents import plain, value_from
from natscli.bench.plan import PUBLISHING, READING, WRITING, Mode, Spec, checked
from natscli.errors import ExitCode, NatsCliError, PermissionDeniedError
from natscli.jetstream.api import check_name
from natscli.messaging.body import LARGEST_BODY
from natscli.messaging.outgoing import as_template
from natscli.text.sanitise import safe
from natscli.wire.headers import encode_headers
from natscli.wire.subjects import check_publish, check_subscribe, matches

SERVICE = "natscli-bench"
PROTOCOL = "1"  # both sides must speak the same
TICK_S = 0.25  # between two signs of life, of either side
_FEWEST_SIGNS = 4  # that are missing of one who is gone
_ROOT = "natscli.bench"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_LONGEST_TEXT = 300  # of what another says of itself
_MOST = 10**15  # messages, seconds, …: enough for anybody, and no overflow
_PIECE = 128 * 1024
_LARGEST_RESULT = 64 * 1024 * 1024
_MOST_PIECES = 4096
_BODIES = ("zeros", "random", "template", "received")

T = TypeVar("T")


class State(StrEnum):
    """How far an agent is with a run."""

    PREPARING = "preparing"
    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Call(StrEnum):
    """What is said to all agents of a run at once."""

    WAIT = "wait"
    START = "start"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Order:
    """A run for one agent.  ``template`` is the text of a body that is one."""

    run: str
    spec: Spec
    headers: tuple[tuple[str, str], ...] = ()
    template: str = ""

    @property
    def payload(self) -> Payload:
        """What bodies are made from."""
        if self.spec.body == "template":
            return Payload(template=as_template(self.template, templates=True))
        return Payload(random=self.spec.body == "random")


@dataclass(frozen=True, slots=True)
class Signal:
    """A call to the ``agents`` with these ids; repeated, by which they know that somebody is still there."""

    call: Call
    agents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class News:
    """How an agent fares: messages ``done`` by each of its clients, or why it failed, in ``words`` and as an exit code.

    The result comes in ``pieces``; ``piece`` is the number of the one that follows this behind a line feed.
    """

    state: State
    done: tuple[int, ...] = ()
    words: str = ""
    code: int = ExitCode.FAILED
    piece: int = 0
    pieces: int = 0


@dataclass(frozen=True, slots=True)
class Introduction:
    """An agent as it describes itself to ``$SRV.INFO``."""

    id: str
    name: str
    version: str
    group: str
    protocol: str
    busy: bool


def agent_subject(group: str, agent: str) -> str:
    """Return where an agent takes orders."""
    return f"{_ROOT}.{group}.agent.{agent}"


def run_subject(group: str, run: str) -> str:
    """Return where the agents of a run are called."""
    return f"{_ROOT}.{group}.run.{run}"


def silence_s(timeout_s: float) -> float:
    """Return how long the other side may give no sign of life: as long as a server may take, but for some of them."""
    return max(timeout_s, _FEWEST_SIGNS * TICK_S)


def check_token(text: str, what: str) -> str:
    """Return what may stand between two dots of a subject; ValueError for what may not."""
    if not _TOKEN.fullmatch(text):
        raise ValueError(f"{what} '{safe(text[:_LONGEST_TEXT])}' is not letters, digits, - and _, 64 at most")
    return text


def encoded(value: Order | Signal | News) -> bytes:
    """Return a value as a line of JSON."""
    return json.dumps(plain(value)).encode()


def decoded(kind: type[T], data: bytes) -> T:
    """Return the value of a line of JSON; NatsCliError for what is none."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise NatsCliError("what was said is not JSON") from error
    return value_from(kind, document, kind.__name__.lower())


def order_from(data: bytes, allowed: Sequence[str] = ()) -> Order:
    """Return an order that can and may be carried out; NatsCliError, with the reason, for another.

    ``allowed`` are patterns of subjects; with none, all but those that begin with ``$``, which act on the system.
    """
    order = decoded(Order, data)
    spec = order.spec
    try:
        check_token(order.run, "run")
        check_subscribe(spec.subject)
        if spec.mode not in (Mode.SUB, Mode.SERVE):
            check_publish(spec.subject)
        encode_headers(order.headers)
        for value in (spec, spec.store):
            for field in fields(value) if value is not None else ():
                _check_number(field.name, getattr(value, field.name))
        if spec.store is not None:
            check_name(spec.store.name, "stream")
    except ValueError as error:
        raise NatsCliError(str(error)) from error
    if spec.size > LARGEST_BODY or len(order.template) > LARGEST_BODY:
        raise NatsCliError(f"{spec.size:,} bytes are more than any server takes")
    if spec.body not in _BODIES:
        raise NatsCliError(f"a body of '{safe(spec.body[:_LONGEST_TEXT])}' is not made here")
    if (spec.mode in WRITING | READING) is not (spec.store is not None) or spec.mode in READING | WRITING - PUBLISHING:
        raise NatsCliError(f"'{spec.mode}' is not made here")
    if not _may(spec, allowed):
        raise PermissionDeniedError(f"the agent does not allow '{safe(spec.subject)}'")
    checked(spec)
    return order


def _may(spec: Spec, allowed: Sequence[str]) -> bool:
    subject = spec.subject if spec.multisubject is None else f"{spec.subject}.*"
    if not allowed:
        return not subject.startswith("$")
    open_ended = subject.endswith(">")
    return any(matches(pattern, subject) and (pattern.endswith(">") or not open_ended) for pattern in allowed)


def introduction_from(data: bytes) -> Introduction | None:
    """Return who answered ``$SRV.INFO``; None for what is no agent of ours."""
    try:
        document = json.loads(data)
        metadata = document["metadata"]
        values = (document["id"], metadata["agent"], document["version"], metadata["group"], metadata["protocol"])
    except (ValueError, RecursionError, KeyError, TypeError):
        return None
    if not all(isinstance(value, str) and len(value) <= _LONGEST_TEXT for value in values):
        return None
    return Introduction(*values, busy=metadata.get("state") != "idle") if _TOKEN.fullmatch(values[0]) else None


def pieces(document: object, largest: int) -> Iterator[bytes]:
    """Yield a result in messages that a server takes, of ``largest`` bytes: news, and behind a line feed a piece."""
    data = zlib.compress(json.dumps(document).encode())
    size = max(min(_PIECE, largest - 512), 64)
    count = -(-len(data) // size)
    for number in range(count):
        news = News(State.DONE, piece=number, pieces=count)
        yield encoded(news) + b"\n" + data[number * size : (number + 1) * size]


class Collector:
    """Puts the pieces of one result together."""

    def __init__(self) -> None:
        self._pieces: dict[int, bytes] = {}
        self._size = 0

    def take(self, news: News, piece: bytes) -> object | None:
        """Take a piece; return the document when it was the last.  NatsCliError for what is none."""
        if not 0 <= news.piece < news.pieces <= _MOST_PIECES:
            raise NatsCliError("its result cannot be read: a piece has no place")
        self._size += len(piece)
        if self._size > _LARGEST_RESULT:
            raise NatsCliError("its result is too large")
        self._pieces[news.piece] = piece
        return self._joined() if len(self._pieces) == news.pieces else None

    def _joined(self) -> object:
        unpacking = zlib.decompressobj()
        try:
            data = unpacking.decompress(b"".join(self._pieces[n] for n in sorted(self._pieces)), _LARGEST_RESULT)
            if not unpacking.eof:
                raise NatsCliError("its result is cut off, or too large")
            document: object = json.loads(data)
        except (zlib.error, ValueError, RecursionError) as error:
            raise NatsCliError("its result cannot be read") from error
        return document


def _check_number(name: str, value: object) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{name} is no number")
    if isinstance(value, int | float) and not 0 <= value <= _MOST:
        raise ValueError(f"{name} {value} is out of bounds")
