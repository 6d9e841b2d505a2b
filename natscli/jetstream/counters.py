"""Counters (ADR-49): subjects of a stream that add up.  Their values have any size, and stay decimal text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from natscli.errors import NatsCliError, UsageError
from natscli.jetstream.api import Api
from natscli.jetstream.document import Document
from natscli.jetstream.errors import MESSAGE_NOT_FOUND, ApiError
from natscli.jetstream.stored import Wanted, get_direct
from natscli.jetstream.storing import store
from natscli.jetstream.streams import stream_info, stream_names, stream_subjects
from natscli.wire.headers import parse_headers
from natscli.wire.subjects import check_publish, check_subscribe

_NUMBER = re.compile(r"[+-]?[0-9]{1,100000}", re.ASCII)
_INCREMENT, _SOURCES = "Nats-Incr", "Nats-Counter-Sources"


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter: its value, by how much it changed last, and what it took in, as (stream, subject, value)."""

    subject: str
    stream: str
    value: str
    increment: str = ""
    sources: tuple[tuple[str, str, str], ...] = ()


def check_increment(text: str) -> str:
    """Return a whole number of any size with its sign, or raise UsageError."""
    if not _NUMBER.fullmatch(text):
        raise UsageError(f"'{text[:60]}' is no whole number")
    return text if text[0] in "+-" else f"+{text}"


def negated(increment: str) -> str:
    """Return a number that has a sign with the other one."""
    return ("-" if increment[0] == "+" else "+") + increment[1:]


def check_counter(subject: str) -> str:
    """Return the subject of one counter, or raise UsageError."""
    try:
        check_publish(subject)
    except ValueError as error:
        raise UsageError(str(error)) from None
    return subject


async def counter_stream(api: Api, subject: str, stream: str = "") -> str:
    """Return the stream that keeps the counters of ``subject``: the one that is named, or the one that there is."""
    if not stream:
        names = await stream_names(api, subject)
        if not names:
            raise NatsCliError(f"no stream takes '{subject}'", "natscli stream add --allow-counter makes one")
        if len(names) > 1:
            raise NatsCliError(f"several streams take '{subject}': {', '.join(names)}", "--stream says which")
        stream = names[0]
    config = (await stream_info(api, stream)).config
    if not (config.flag("allow_msg_counter") and config.flag("allow_direct")):
        hint = "natscli stream add --allow-counter --allow-direct makes one that does"
        raise NatsCliError(f"stream '{stream}' keeps no counters", hint)
    return stream


async def read_counter(api: Api, subject: str, stream: str = "") -> Counter:
    """Return a counter; NatsCliError where there is none."""
    stream = await counter_stream(api, subject, stream)
    try:
        found = await get_direct(api, stream, Wanted(last_for=subject))
    except ApiError as error:
        if error.err_code == MESSAGE_NOT_FOUND:
            hint = f"natscli counter list --stream {stream} lists them"
            raise NatsCliError(f"there is no counter '{subject}' in stream '{stream}'", hint) from None
        raise
    headers = parse_headers(found.headers)
    value = _parsed(found.payload, subject).text("val")
    if not _NUMBER.fullmatch(value):
        raise NatsCliError(f"counter '{subject}': its value cannot be read")
    sources = _sources((headers.get(_SOURCES) or "").encode("utf-8", "surrogateescape"), subject)
    return Counter(subject, stream, value, headers.get(_INCREMENT) or "", sources)


async def add_to_counter(api: Api, subject: str, increment: str, stream: str = "") -> Counter:
    """Add to a counter, which begins at 0, and return it; ``increment`` has a sign."""
    stream = await counter_stream(api, subject, stream)
    stored = await store(api, subject, b"", f"counter '{subject}'", ((_INCREMENT, increment),))
    return Counter(subject, stored.stream or stream, stored.value, increment)


async def list_counters(api: Api, subject: str, stream: str = "") -> list[str]:
    """Return the subjects of the counters that match, sorted."""
    try:
        check_subscribe(subject)
    except ValueError as error:
        raise UsageError(str(error)) from None
    return sorted(await stream_subjects(api, await counter_stream(api, subject, stream), subject))


def _sources(header: bytes, subject: str) -> tuple[tuple[str, str, str], ...]:
    if not header:
        return ()
    raw: dict[str, Any] = dict(_parsed(header, subject).raw)
    return tuple(
        (stream, where, value) for stream in raw for where, value in sorted(Document(raw).pairs(stream).items())
    )


def _parsed(data: bytes, subject: str) -> Document:
    try:
        return Document.parse(data)
    except ValueError as error:
        raise NatsCliError(f"counter '{subject}': its value cannot be read: {error}") from None
