"""Alerts: ``rate(orders.>) > 1000``, ``silent(heartbeat.*) > 30s``, ``p99(svc.>) > 50ms``.

A metric of the subjects that a pattern matches, compared with a limit.  ``rate`` and ``bytes`` (a second),
``count`` and ``unanswered`` are sums over all of them; percentiles are of all their replies together;
``largest`` and ``silent`` are those of the one subject that has most.  A wildcard in the first place does not
reach into ``$SYS``, ``$JS`` and inboxes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from natscli.text.durations import parse_duration
from natscli.text.sanitise import decode
from natscli.text.sizes import parse_bytes
from natscli.traffic.registry import Registry
from natscli.traffic.stats import Latency, Traffic
from natscli.traffic.tree import Member
from natscli.wire.subjects import check_subscribe, matches

_FORM = re.compile(r"\s*([a-z0-9]+)\s*\(\s*([^()\s]+)\s*\)\s*(>=|<=|>|<)\s*(\S+)\s*")
_EXAMPLE = "such as 'rate(orders.>) > 1000' or 'silent(heartbeat.*) > 30s'"


class Metric(StrEnum):
    """What is measured."""

    RATE = "rate"
    BYTES = "bytes"
    COUNT = "count"
    LARGEST = "largest"
    SILENT = "silent"
    P50 = "p50"
    P90 = "p90"
    P99 = "p99"
    UNANSWERED = "unanswered"


TIMES = (Metric.SILENT, Metric.P50, Metric.P90, Metric.P99)  # in seconds
SIZES = (Metric.BYTES, Metric.LARGEST)
_PERCENTS = {Metric.P50: 50, Metric.P90: 90, Metric.P99: 99}
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">": lambda value, limit: value > limit,
    ">=": lambda value, limit: value >= limit,
    "<": lambda value, limit: value < limit,
    "<=": lambda value, limit: value <= limit,
}


@dataclass(frozen=True, slots=True)
class Alert:
    """A condition; ``text`` is as it was written."""

    text: str
    metric: Metric
    pattern: str
    compare: str
    limit: float  # messages, bytes or seconds

    def holds(self, value: float) -> bool:
        """Whether ``value`` is reason for alarm."""
        return _COMPARE[self.compare](value, self.limit)


@dataclass(frozen=True, slots=True)
class Firing:
    """An alert whose condition holds now; ``subject`` is the pattern, or the one subject it holds for."""

    alert: Alert
    subject: str
    value: float


def parse_alert(text: str) -> Alert:
    """Return the alert that ``text`` describes; ValueError says what is wrong with it."""
    form = _FORM.fullmatch(text)
    if form is None:
        raise ValueError(f"'{text}' is not an alert {_EXAMPLE}")
    name, pattern, compare, limit = form.groups()
    if name not in list(Metric):
        raise ValueError(f"alert '{text}' measures '{name}', which is none of {', '.join(Metric)}")
    metric = Metric(name)
    if metric is Metric.SILENT and compare[0] == "<":
        raise ValueError(f"alert '{text}' would fire while messages come: silent goes with > or >=")
    check_subscribe(pattern)
    return Alert(text.strip(), metric, pattern, compare, _limit(text, metric, limit))


def _limit(text: str, metric: Metric, limit: str) -> float:
    if metric in TIMES:
        return parse_duration(limit)
    if metric in SIZES:
        return parse_bytes(limit.removesuffix("/s"))
    typed = re.fullmatch(r"(\d+(?:\.\d*)?|\.\d+)([kM]?)(?:/s)?", limit, re.ASCII)
    if typed is None:
        raise ValueError(f"alert '{text}' compares with '{limit}', which is no number such as 1000, 2.5 or 10k")
    return float(typed[1]) * {"": 1, "k": 1e3, "M": 1e6}[typed[2]]


class Alarm:
    """Alerts, and the subjects of a registry that each is about; a subject is matched once."""

    def __init__(self, alerts: Sequence[Alert], registry: Registry) -> None:
        self._registry = registry
        self._watched: list[tuple[Alert, list[Member]]] = [(alert, []) for alert in alerts]
        self._known = 0
        self._evicted = 0

    def check(self) -> tuple[Firing, ...]:
        """Return the alerts that hold at the time of the last tick."""
        self._match_new()
        firing = []
        for alert, members in self._watched:
            subject, value = self._measure(alert, members)
            if value is not None and alert.holds(value):
                firing.append(Firing(alert, subject, value))
        return tuple(firing)

    def _match_new(self) -> None:
        registry = self._registry
        if registry.evicted_subjects != self._evicted:
            self._evicted, self._known = registry.evicted_subjects, 0
            for _, members in self._watched:
                members.clear()
        if self._known == len(registry.members):
            return
        new = list(registry.members.values())[self._known :]
        self._known = len(registry.members)
        for alert, members in self._watched:
            reserved = alert.pattern.partition(".")[0] in ("*", ">")
            for member in new:
                subject = decode(member.subject)
                if matches(alert.pattern, subject) and not (reserved and registry.is_internal(subject)):
                    members.append(member)

    def _measure(self, alert: Alert, members: list[Member]) -> tuple[str, float | None]:
        registry = self._registry
        now = registry.now_s - registry.start_s
        metric = alert.metric
        if alert.compare[0] == "<" and now < 1:  # too early to call anything little
            return alert.pattern, None
        if metric in (Metric.SILENT, Metric.LARGEST):
            return _greatest(alert, members, registry)
        if metric in (Metric.RATE, Metric.BYTES):
            rate = Traffic.rate if metric is Metric.RATE else Traffic.size_rate
            oldest = int(now) - 1
            return alert.pattern, sum([rate(member, 1, now) for member in members if member.second >= oldest])
        if metric is Metric.COUNT:
            return alert.pattern, sum([member.count for member in members])
        timed = [member.latency for member in members if member.latency is not None]
        if metric is Metric.UNANSWERED:
            return alert.pattern, sum([latency.unanswered for latency in timed])
        together = Latency()
        for latency in timed:
            together.merge(latency)
        return alert.pattern, together.percentile(_PERCENTS[metric])


def _greatest(alert: Alert, members: list[Member], registry: Registry) -> tuple[str, float | None]:
    """Return the subject that has most, and how much; what never came has been silent from the start."""
    if alert.metric is Metric.SILENT:
        if not members:
            return alert.pattern, registry.now_s - registry.start_s
        quietest = min(members, key=lambda member: member.last_s)
        return decode(quietest.subject), registry.now_s - quietest.last_s
    if not members:
        return alert.pattern, None
    largest = max(members, key=lambda member: member.largest)
    return decode(largest.subject), largest.largest
