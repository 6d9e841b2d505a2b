"""Where the traffic comes from: what every source can do, and how it stands.  A server, a recording, or a test."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from natscli.traffic.registry import Registry
from natscli.traffic.values import Limits
from natscli.tui.ring import Ring
from natscli.wire.message import Run


class State(StrEnum):
    """What a source is doing."""

    CONNECTING = "connecting"
    LIVE = "live"
    LOST = "lost"  # and tries to come back
    UNSUBSCRIBED = "unsubscribed"  # by the user
    PLAYING = "playing"
    HALTED = "halted"
    ENDED = "ended"
    FAILED = "failed"  # for good


@dataclass(frozen=True, slots=True)
class Play:
    """Where in a recording we are."""

    position_s: float
    length_s: float  # as far as it has been read
    speed: float


@dataclass(frozen=True, slots=True)
class Standing:
    """How a source stands now."""

    state: State
    context: str
    server: str
    version: str = ""
    rtt_s: float | None = None
    recorded: int | None = None  # messages, while a recording is made
    play: Play | None = None


class Source(Protocol):
    """Feeds a registry, which is another one after ``restart`` and seeking.  What is to be told waits in ``news``."""

    registry: Registry
    ring: Ring
    news: deque[str]
    subjects: str  # what is watched, in words

    async def start(self) -> None:
        """Begin; raises what makes that impossible."""

    async def stop(self) -> None:
        """End, and give everything back."""

    def tick(self) -> None:
        """Bring the registry up to now."""

    def standing(self) -> Standing:
        """Say how it stands."""

    def wall_s(self, time_s: float) -> float:
        """Return seconds since the epoch for a time of the registry's clock."""

    async def toggle(self) -> None:
        """Subscribe no more, or again; halt a recording, or go on."""


class Spread(Registry):
    """A registry whose runs also go to the ring of what is selected, and to a recording while there is one."""

    def __init__(self, now_s: float, ring: Ring, limits: Limits | None = None, *, inbox_prefix: str = "_INBOX") -> None:
        super().__init__(now_s, limits, inbox_prefix=inbox_prefix)
        self.ring = ring
        self.also: list[Ring | Taker] = []

    def take(self, run: Run, now_s: float) -> None:
        """Count a run, and hand it on."""
        super().take(run, now_s)
        self.ring.take(run, now_s)
        for taker in self.also:
            taker.take(run, now_s)


class Taker(Protocol):
    """Something else that wants every run."""

    def take(self, run: Run, now_s: float) -> None:
        """Take it."""
