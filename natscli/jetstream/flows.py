"""What goes on in streams and consumers from look to look: rates, lag, and where the lag goes.  Pure: time is given.

Of a stream, what came is what its last sequence rose by, and what went is what came without staying.  The bytes
that came are known where nothing went; otherwise what went is taken to have had the mean size.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from natscli.jetstream.looks import ConsumerLook, StreamLook

KEPT = 60  # looks that a curve is made of
_NEAR_S = 0.5  # a look so soon after another is passed over: its rates would be noise
_TREND_S = 10.0
_TREND_LOOKS = 4  # at least: three points lie on a line too easily
_LIKELY, _CERTAIN = 0.5, 0.9  # part of the variance that a line explains
_SLIGHT = 0.02  # a change, as a part of the lag, for which it has to be certain: what wanders looks like a line, too


class Trend(StrEnum):
    """Where a lag goes."""

    UNKNOWN = "unknown"
    STEADY = "steady"
    GROWING = "growing"
    SHRINKING = "shrinking"


@dataclass(frozen=True, slots=True)
class StreamFlow:
    """A stream and what goes on in it, a second; None where there was only one look.

    ``estimated`` says that bytes were reckoned by the mean size.  ``curve`` has what came, look by look.
    """

    look: StreamLook
    seen_s: float
    in_per_s: float | None
    gone_per_s: float | None
    in_bytes_per_s: float | None
    estimated: bool
    curve: Sequence[float]


@dataclass(frozen=True, slots=True)
class ConsumerFlow:
    """A consumer and what goes on in it, a second; None where there was only one look.

    What was acknowledged is what was delivered for the first time and is not waited for: exact but for redeliveries
    to a consumer with filters, each of which may count once.  ``slope`` is how fast the lag rises.
    """

    look: ConsumerLook
    seen_s: float
    delivered_per_s: float | None
    acked_per_s: float | None
    trend: Trend
    slope: float
    times: array[float]
    curve: array[float]  # the lag, look by look

    @property
    def drained_s(self) -> float | None:
        """How long it takes at the present rate until there is no lag; None where it does not shrink."""
        return self.look.lag / -self.slope if self.trend is Trend.SHRINKING and self.slope < 0 else None


class Flows:
    """Keeps the flow of each stream, and of the consumers that were looked at."""

    def __init__(self) -> None:
        self.streams: dict[str, StreamFlow] = {}
        self.consumers: dict[str, dict[str, ConsumerFlow]] = {}
        self.asked_s: dict[str, float] = {}  # when the consumers of a stream were looked at
        self._furthest: dict[str, ConsumerFlow] = {}

    def take_streams(self, looks: Iterable[StreamLook], now_s: float) -> None:
        """Take a look at some streams."""
        for look in looks:
            self.streams[look.name] = _stream_flow(self.streams.get(look.name), look, now_s)

    def keep_streams(self, names: Iterable[str]) -> None:
        """Forget all streams but these."""
        wanted = set(names)
        for kept in (self.streams, self.consumers, self.asked_s, self._furthest):
            for name in [name for name in kept if name not in wanted]:
                del kept[name]

    def take_consumers(self, stream: str, looks: Iterable[ConsumerLook], now_s: float) -> None:
        """Take a look at some consumers of a stream."""
        flows = self.consumers.setdefault(stream, {})
        for look in looks:
            flows[look.name] = _consumer_flow(flows.get(look.name), look, now_s)

    def keep_consumers(self, stream: str, names: Iterable[str], now_s: float) -> None:
        """Forget all consumers of a stream but these: all were looked at by now."""
        wanted = set(names)
        flows = {name: flow for name, flow in self.consumers.get(stream, {}).items() if name in wanted}
        self.consumers[stream] = flows
        self.asked_s[stream] = now_s
        self._furthest.pop(stream, None)
        if flows:
            self._furthest[stream] = max(flows.values(), key=lambda flow: (flow.look.lag, flow.look.name))

    def furthest(self, stream: str) -> ConsumerFlow | None:
        """Return the consumer of a stream that is furthest behind; None for none, or not looked at."""
        return self._furthest.get(stream)


def _stream_flow(before: StreamFlow | None, look: StreamLook, now_s: float) -> StreamFlow:
    if before is None or before.look.created != look.created or look.last < before.look.last:
        return StreamFlow(look, now_s, None, None, None, estimated=False, curve=array("f"))
    if now_s - before.seen_s < _NEAR_S:
        return before
    passed_s = _passed(before.look.at_s, look.at_s, now_s - before.seen_s)
    came = look.last - before.look.last
    gone = max(came - (look.messages - before.look.messages), 0)
    gone_bytes = gone * (before.look.mean or look.mean)
    came_bytes = max(look.bytes - before.look.bytes + gone_bytes, 0) if came else 0
    curve = _kept(before.curve, came / passed_s, "f")
    return StreamFlow(
        look, now_s, came / passed_s, gone / passed_s, came_bytes / passed_s, estimated=gone > 0, curve=curve
    )


def _consumer_flow(before: ConsumerFlow | None, look: ConsumerLook, now_s: float) -> ConsumerFlow:
    if before is None or before.look.created != look.created or look.delivered < before.look.delivered:
        lag, now = array("d", [look.lag]), array("d", [now_s])
        return ConsumerFlow(look, now_s, None, None, Trend.UNKNOWN, 0.0, now, lag)
    if now_s - before.seen_s < _NEAR_S:
        return before
    passed_s = _passed(before.look.at_s, look.at_s, now_s - before.seen_s)
    delivered = look.delivered - before.look.delivered
    first_time = min(delivered, max(look.reached - before.look.reached, 0))
    acked = max(first_time - (look.unacked - before.look.unacked), 0)
    times, curve = _kept(before.times, now_s, "d"), _kept(before.curve, look.lag, "d")
    trend, slope = trend_of(times, curve)
    return ConsumerFlow(look, now_s, delivered / passed_s, acked / passed_s, trend, slope, times, curve)


def trend_of(times: Sequence[float], values: Sequence[float]) -> tuple[Trend, float]:
    """Return where values of the last ten seconds go, and how fast: the line with the least squares through them.

    What fluctuates is steady.
    """
    first = len(times)
    while first and (times[-1] - times[first - 1] <= _TREND_S or len(times) - first < _TREND_LOOKS):
        first -= 1
    near, lags = times[first:], values[first:]
    if len(near) < _TREND_LOOKS:
        return Trend.UNKNOWN, 0.0
    slope, certainty = _line(near, lags)
    change = abs(slope) * (near[-1] - near[0])
    enough = _CERTAIN if change < _SLIGHT * max(lags) else _LIKELY
    if change < 1.0 or certainty < enough:
        return Trend.STEADY, 0.0
    return (Trend.GROWING if slope > 0 else Trend.SHRINKING), slope


def _line(times: Sequence[float], values: Sequence[float]) -> tuple[float, float]:
    """Return the slope, and the part of the variance that it explains."""
    middle_t, middle_v = sum(times) / len(times), sum(values) / len(values)
    spread_t = sum([(time - middle_t) ** 2 for time in times])
    spread_v = sum([(value - middle_v) ** 2 for value in values])
    both = sum([(time - middle_t) * (value - middle_v) for time, value in zip(times, values, strict=True)])
    if spread_t <= 0 or spread_v <= 0:
        return 0.0, 0.0
    return both / spread_t, both * both / (spread_t * spread_v)


def _passed(before_s: float | None, now_s: float | None, ours_s: float) -> float:
    """Return the seconds between two looks: by the server's clock, where it is still the same one."""
    if before_s is None or now_s is None or not ours_s / 2 <= now_s - before_s <= ours_s * 2:
        return ours_s
    return now_s - before_s


def _kept(before: Sequence[float], value: float, kind: str) -> array[float]:
    kept = array(kind, before[-KEPT + 1 :])
    kept.append(value)
    return kept
