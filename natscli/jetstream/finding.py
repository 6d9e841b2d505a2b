"""Which streams and consumers are looked for.  Pure: each criterion is a question about what the server says of one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from natscli.errors import UsageError
from natscli.jetstream.document import Document
from natscli.jetstream.information import ConsumerInfo, StreamInfo
from natscli.text.moments import seconds_of

Info = TypeVar("Info", StreamInfo, ConsumerInfo)
Criterion = Callable[[Info], bool]


def matching(infos: Iterable[Info], criteria: list[Criterion[Info]], *, invert: bool = False) -> list[Info]:
    """Return those of which every criterion is true; with ``invert``, of which every one is false."""
    return [info for info in infos if all(criterion(info) is not invert for criterion in criteria)]


def on_server(pattern: str) -> Criterion[StreamInfo]:
    """Whether a server of that name, a regular expression, keeps it."""
    search = _regex(pattern)
    return lambda info: any(search(name) for name in _servers(info.cluster))


def in_cluster(pattern: str) -> Criterion[StreamInfo]:
    """Whether it is in a cluster of that name, a regular expression."""
    search = _regex(pattern)
    return lambda info: bool(search(info.cluster.text("name")))


def led_by(server: str) -> Callable[[Document], bool]:
    """Whether that server leads it."""
    return lambda info: info.part("cluster").text("leader") == server


def created_before(now: float, seconds: float) -> Callable[[Document], bool]:
    """Whether it was made longer ago."""
    return lambda info: _older(info.text("created"), now, seconds)


def level_from(level: int) -> Callable[[Document], bool]:
    """Whether it needs that API level or a higher one."""

    def needs(info: Document) -> bool:
        text = info.part("config").pairs("metadata").get("_nats.req.level", "0")
        return (int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0) >= level

    return needs


def stream_idle(now: float, seconds: float) -> Criterion[StreamInfo]:
    """Whether nothing was stored for so long."""
    return lambda info: _older(info.state.text("last_ts"), now, seconds)


def consumer_idle(now: float, seconds: float) -> Criterion[ConsumerInfo]:
    """Whether nothing was delivered for so long."""
    return lambda info: _older(info.part("delivered").text("last_active"), now, seconds)


def _older(moment: str, now: float, seconds: float) -> bool:
    then = seconds_of(moment)
    return then is None or now - then > seconds


def _servers(cluster: Document) -> list[str]:
    return [cluster.text("leader"), *[replica.text("name") for replica in cluster.parts("replicas")]]


def _regex(pattern: str) -> Callable[[str], object]:
    try:
        return re.compile(pattern).search
    except (re.error, OverflowError, RecursionError) as error:
        raise UsageError(f"'{pattern}' is no regular expression: {str(error).lower()}") from None
