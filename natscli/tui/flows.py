"""What goes in and out a second, by counters that were looked at twice."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Protocol


class Counted(Protocol):
    """Counters that only rise, unless whoever counts begins anew."""

    @property
    def in_messages(self) -> int:
        """Messages in; likewise the others."""

    @property
    def out_messages(self) -> int: ...  # noqa: D102

    @property
    def in_bytes(self) -> int: ...  # noqa: D102

    @property
    def out_bytes(self) -> int: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Flow:
    """A second."""

    in_messages: float = 0.0
    out_messages: float = 0.0
    in_bytes: float = 0.0
    out_bytes: float = 0.0


_NONE = Flow()


class Flows:
    """Keeps what was seen last."""

    def __init__(self) -> None:
        self._before: Mapping[Hashable, Counted] = {}
        self._before_s = 0.0

    def take(self, seen: Mapping[Hashable, Counted], now_s: float) -> dict[Hashable, Flow]:
        """Return what flows in and out of each; nothing for what was not there the last time."""
        passed_s = now_s - self._before_s
        flows = {}
        for name, now in seen.items():
            before = self._before.get(name)
            flows[name] = _NONE if before is None or passed_s <= 0 else _flow(now, before, passed_s)
        self._before, self._before_s = seen, now_s
        return flows


def _flow(now: Counted, before: Counted, passed_s: float) -> Flow:
    return Flow(
        max(now.in_messages - before.in_messages, 0) / passed_s,
        max(now.out_messages - before.out_messages, 0) / passed_s,
        max(now.in_bytes - before.in_bytes, 0) / passed_s,
        max(now.out_bytes - before.out_bytes, 0) / passed_s,
    )
