"""What is to be measured, and who of the clients does how much of it.  Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import product

from natscli.bench.store import Store, check_store
from natscli.errors import UsageError

MARK_BYTES = 16  # of a payload that ``pubsub`` fills with a time and a number
_MOST_ATOMIC = 50  # batches of a stream that a server's default lets be under way
MOST_CLIENTS = 500  # of a run: select() takes no descriptor above 1,023, and each loop has three of its own


class Mode(StrEnum):
    """What a run does."""

    PUB = "pub"
    SUB = "sub"
    PUBSUB = "pubsub"
    REQUEST = "request"
    SERVE = "serve"
    JS_SYNC = "js pub sync"
    JS_ASYNC = "js pub async"
    JS_ATOMIC = "js pub atomic"
    JS_FAST = "js pub fast"
    JS_ORDERED = "js ordered"
    JS_CONSUME = "js consume"
    JS_FETCH = "js fetch"
    JS_GET = "js get sync"
    JS_GET_BATCH = "js get batch"
    KV_PUT = "kv put"
    KV_GET = "kv get"
    OBJECT_PUT = "object put"
    OBJECT_GET = "object get"


PUBLISHING = frozenset({Mode.JS_SYNC, Mode.JS_ASYNC, Mode.JS_ATOMIC, Mode.JS_FAST})  # to a subject that is stored
WRITING = PUBLISHING | {Mode.KV_PUT, Mode.OBJECT_PUT}
CONSUMING = frozenset({Mode.JS_ORDERED, Mode.JS_CONSUME, Mode.JS_FETCH})
READING = CONSUMING | {Mode.JS_GET, Mode.JS_GET_BATCH, Mode.KV_GET, Mode.OBJECT_GET}
EACH_ALL = frozenset({Mode.SUB, Mode.JS_ORDERED, Mode.JS_GET, Mode.JS_GET_BATCH})  # every client gets all messages
RECEIVING = READING | {Mode.SUB, Mode.SERVE}  # others say what bodies are


class Role(StrEnum):
    """What one client does in a run."""

    PUBLISHER = "publisher"
    SUBSCRIBER = "subscriber"
    REQUESTER = "requester"
    RESPONDER = "responder"


class OnDisconnect(StrEnum):
    """What a lost connection means for the run."""

    CONTINUE = "continue"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """One run as it was asked for.  0 is no limit, no rate, no pause; ``rate`` is of all clients together."""

    mode: Mode
    subject: str
    clients: int = 1
    others: int = 0  # subscribers of pubsub; responders that a run of requests brings along
    msgs: int = 100_000
    size: int = 128
    duration_s: float = 0.0
    warmup_s: float = 0.0
    rate: float = 0.0
    jitter: float = 0.0  # of the time between two messages
    sleep_s: float = 0.0
    in_flight: int = 1  # requests of each client
    multisubject: int | None = None  # how many subjects; 0 for as many as messages, None for one
    randomize: bool = False
    body: str = "zeros"  # what the payloads are, in words
    store: Store | None = None  # of the modes of JetStream
    on_disconnect: OnDisconnect = OnDisconnect.CONTINUE


@dataclass(frozen=True, slots=True)
class Share:
    """What one client does: ``msgs`` of 0 is until it is stopped, ``first`` is the number of its first message."""

    role: Role
    client: int
    msgs: int
    first: int = 0
    rate: float = 0.0
    offset_s: float = 0.0  # on the common schedule, so that clients take turns


_ROLES = {
    Mode.PUB: Role.PUBLISHER,
    Mode.PUBSUB: Role.PUBLISHER,
    Mode.SUB: Role.SUBSCRIBER,
    Mode.REQUEST: Role.REQUESTER,
    Mode.SERVE: Role.RESPONDER,
    **dict.fromkeys(WRITING, Role.PUBLISHER),
    **dict.fromkeys(CONSUMING, Role.SUBSCRIBER),
    Mode.JS_GET: Role.REQUESTER,
    Mode.JS_GET_BATCH: Role.SUBSCRIBER,
    Mode.KV_GET: Role.REQUESTER,
    Mode.OBJECT_GET: Role.SUBSCRIBER,
}


def plan(spec: Spec) -> tuple[Share, ...]:
    """Return the shares of a run; what publishers and requesters send adds up to what was asked for."""
    role = _ROLES[spec.mode]
    if spec.mode in EACH_ALL:
        return tuple(Share(role, client, spec.msgs) for client in range(spec.clients))
    clients = min(spec.clients, spec.msgs) if spec.msgs else spec.clients
    shares = []
    first = 0
    for client, msgs in enumerate(divide(spec.msgs, clients)):
        offset = client / spec.rate if spec.rate else 0.0
        shares.append(Share(role, client, msgs, first, spec.rate / clients, offset))
        first += msgs
    if spec.mode is Mode.PUBSUB:
        shares += [Share(Role.SUBSCRIBER, client, spec.msgs) for client in range(spec.others)]
    if spec.mode is Mode.REQUEST:
        shares += [Share(Role.RESPONDER, client, 0) for client in range(spec.others)]
    return tuple(shares)


def divide(total: int, parts: int) -> Iterator[int]:
    """Yield ``total`` in so many parts that differ by 1 at most, the larger ones first."""
    each, more = divmod(total, parts)
    return (each + (part < more) for part in range(parts))


def sweep(spec: Spec, sizes: Sequence[int], clients: Sequence[int]) -> tuple[Spec, ...]:
    """Return a run for each size with each number of clients."""
    return tuple(replace(spec, size=size, clients=count) for size, count in product(sizes, clients))


def checked(spec: Spec) -> Spec:
    """Return the run; UsageError for one that makes no sense."""
    if spec.clients < 1 or spec.clients + spec.others > MOST_CLIENTS:
        raise UsageError(f"{spec.clients + spec.others:,} clients: it takes 1 to {MOST_CLIENTS}")
    if not math.isfinite(spec.rate) or not math.isfinite(spec.jitter):
        raise UsageError("a rate or a jitter that is no number cannot be kept")
    if spec.mode is Mode.PUBSUB and spec.size < MARK_BYTES:
        raise UsageError(
            f"messages of {spec.size} bytes have no room for the {MARK_BYTES} that a time and a number take"
        )
    if spec.rate and spec.sleep_s:
        raise UsageError("--rate and --sleep were both given: one of them must go")
    if spec.jitter and not spec.rate:
        raise UsageError("--jitter needs --rate")
    if spec.randomize and not spec.multisubject:
        raise UsageError("--multisubjectrandomize needs --multisubject, and a bound on the subjects")
    if spec.mode is Mode.JS_ATOMIC and not 1 <= spec.in_flight <= _MOST_ATOMIC:
        raise UsageError(f"{spec.in_flight} batches at a time: it takes 1 to {_MOST_ATOMIC}")
    if spec.store is not None:
        check_store(spec.store, atomic=spec.mode is Mode.JS_ATOMIC, fast=spec.mode is Mode.JS_FAST)
    return spec


def suite(subject: str, duration_s: float, clients: int = 1) -> tuple[Spec, ...]:
    """Return a short balanced selection: throughput by size, one-way latency, requests alone and many at once."""
    base = Spec(mode=Mode.PUB, subject=subject, msgs=0, duration_s=duration_s, clients=clients)
    return (
        replace(base, size=16),
        replace(base, size=1024),
        replace(base, mode=Mode.PUBSUB, others=1),
        replace(base, mode=Mode.PUBSUB, others=1, rate=1000.0),
        replace(base, mode=Mode.REQUEST, others=1),
        replace(base, mode=Mode.REQUEST, others=1, in_flight=100),
    )
