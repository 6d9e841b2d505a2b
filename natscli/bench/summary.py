"""From samples to a result.  Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TypedDict

from natscli.bench.histogram import merged
from natscli.bench.plan import CONSUMING, PUBLISHING, WRITING, Mode, Role, Spec
from natscli.bench.report import ClientResult, Disconnect, Latency, Result, ServerCounters
from natscli.bench.samples import BUCKET_NS, Sample
from natscli.bench.store import Acks

_BUSY = 0.9  # of a thread's time: it was the limit then
_LATE = 0.95  # of the rate that was asked for

_METHODS = {
    Mode.PUB: "messages that the server confirmed by a PONG behind them, from the start to the last PONG",
    Mode.SUB: "messages received, from the first to the last",
    Mode.PUBSUB: "messages received by all subscribers, from the first to the last",
    Mode.REQUEST: "requests with their reply, from the start to the last reply",
    Mode.SERVE: "requests answered, from the first to the last",
    **dict.fromkeys(PUBLISHING, "messages that the stream acknowledged, from the start to the last acknowledgement"),
    **dict.fromkeys(CONSUMING, "messages received, each counted once, from the first request to the last message"),
    Mode.JS_GET: "messages got, from the first request to the last answer",
    Mode.JS_GET_BATCH: "messages got, from the first request to the last message",
    Mode.KV_PUT: "values that the bucket acknowledged, from the start to the last acknowledgement",
    Mode.KV_GET: "values got, from the first request to the last answer",
    Mode.OBJECT_PUT: "objects stored whole, from the start to the end of the last",
    Mode.OBJECT_GET: "objects got whole, digests checked, from the start to the end of the last",
}
_ACKNOWLEDGED = "messages received and acknowledged, each counted once, from the first request to the end of the last "
_BY = {False: "PONG behind the acknowledgements", True: "acknowledgement that the server confirmed"}
_RATED = {Mode.PUBSUB: Role.SUBSCRIBER, Mode.SERVE: Role.RESPONDER, Mode.SUB: Role.SUBSCRIBER}


def summarise(
    spec: Spec,
    samples: Sequence[Sample],
    *,
    started: str,
    ended: str,
    disconnects: Sequence[Disconnect] = (),
    busy: float = 0.0,
    server: ServerCounters | None = None,
    refusals: Sequence[str] = (),
) -> Result:
    """Return the result of a run; its rate is of those clients that the mode is about."""
    counted = [sample for sample in samples if sample.share.role is not Role.RESPONDER or spec.mode is Mode.SERVE]
    rated = [sample for sample in counted if sample.share.role is _RATED.get(spec.mode, sample.share.role)]
    first, last = _span(rated)
    seconds = (last - first) / 1e9
    msgs, size = sum(sample.done for sample in rated), sum(sample.payload_bytes for sample in rated)
    timed = [sample for sample in counted if sample.timed]
    latency = Latency(timed[0].timed, merged(s.latency.histogram() for s in timed)) if timed else None
    totals = _totals(counted)
    return Result(
        spec=spec,
        mode=spec.mode,
        started=started,
        ended=ended,
        msgs=msgs,
        bytes=size,
        seconds=seconds,
        msgs_per_sec=msgs / seconds if seconds else 0.0,
        bytes_per_sec=size / seconds if seconds else 0.0,
        lost=sum(lost(sample, spec, ended) for sample in counted),
        method=method_of(spec),
        latency=latency,
        bucket_s=BUCKET_NS / 1e9,
        timeline=timeline(rated),
        disconnects=tuple(disconnects),
        clients=tuple(client_result(sample, spec, ended) for sample in samples),
        busy=busy,
        server=server,
        warnings=_warnings(spec, rate_reached(spec, totals["sent"], seconds, ended), busy, ended),
        refusals=tuple(dict.fromkeys(refusals)),
        **totals,
    )


class _Totals(TypedDict):
    """What is added up over clients as it stands in their samples."""

    sent: int
    acknowledged: int
    received: int
    duplicated: int
    out_of_order: int
    foreign: int
    errors: int


def _totals(samples: Sequence[Sample]) -> _Totals:
    return _Totals(
        sent=sum(sample.sent for sample in samples),
        acknowledged=sum(sample.acknowledged for sample in samples),
        received=sum(sample.received for sample in samples),
        duplicated=sum(sample.duplicated for sample in samples),
        out_of_order=sum(sample.out_of_order for sample in samples),
        foreign=sum(sample.foreign for sample in samples),
        errors=sum(sample.errors for sample in samples),
    )


def method_of(spec: Spec) -> str:
    """Return what the rate of a run is of, in words."""
    if spec.mode in CONSUMING and spec.store is not None and spec.store.acks is not Acks.NONE:
        return _ACKNOWLEDGED + _BY[spec.store.double_ack]
    return _METHODS[spec.mode]


def client_result(sample: Sample, spec: Spec, ended: str) -> ClientResult:
    """Return what one client did."""
    histogram = sample.latency.histogram()
    return ClientResult(
        role=sample.share.role,
        client=sample.share.client,
        msgs=sample.done,
        bytes=sample.payload_bytes,
        seconds=(sample.last_ns - sample.first_ns) / 1e9 if sample.last_ns else 0.0,
        sent=sample.sent,
        acknowledged=sample.acknowledged,
        received=sample.received,
        lost=lost(sample, spec, ended),
        duplicated=sample.duplicated,
        out_of_order=sample.out_of_order,
        foreign=sample.foreign,
        errors=sample.errors,
        latency=Latency(sample.timed, histogram) if sample.timed else None,
    )


def lost(sample: Sample, spec: Spec, ended: str) -> int:
    """Return what a client is missing: of a publisher what is not confirmed, of others what did not come.

    Where messages are stored, that is what no acknowledgement came for.  Where subscribers of the same run account
    for every message, they alone say what is lost.
    One that receives from strangers knows only when it did not wait for its whole share of its own will.
    """
    share = sample.share
    if share.role is Role.PUBLISHER and (spec.mode is Mode.PUB or spec.mode in WRITING):
        return sample.sent - sample.acknowledged - sample.errors
    if share.role is Role.REQUESTER:
        return sample.sent - sample.received
    if spec.mode is Mode.SUB and ended != "interrupted":
        return max(share.msgs - sample.received, 0)
    return sample.lost


def timeline(samples: Sequence[Sample]) -> tuple[int, ...]:
    """Return the messages of all in each bucket from the release on, or from the first message of strangers."""
    buckets: Counter[int] = Counter()
    for sample in samples:
        buckets.update(sample.timeline)
    if not buckets:
        return ()
    strangers = all(sample.share.role in (Role.SUBSCRIBER, Role.RESPONDER) for sample in samples)
    return tuple(buckets[place] for place in range(min(buckets) if strangers else 0, max(buckets) + 1))


def _span(samples: Sequence[Sample]) -> tuple[int, int]:
    """Return when the first of them began and the last ended (ns); nothing when none did anything."""
    begun = [sample for sample in samples if sample.last_ns]
    first = min((sample.first_ns for sample in begun), default=0)
    return first, max((sample.last_ns for sample in begun), default=0)


def rate_reached(spec: Spec, sent: int, seconds: float, ended: str) -> float:
    """Return the rate at which was sent: over the whole time that was given, also when the end was silence."""
    whole = max(seconds, spec.duration_s) if ended == "duration" else seconds
    return sent / whole if whole else 0.0


def _warnings(spec: Spec, rate: float, busy: float, ended: str) -> tuple[str, ...]:
    """Return what makes the figures say less than they seem to."""
    warnings = []
    if busy >= _BUSY:
        warnings.append(f"the client was busy {busy:.0%} of the time: it was the limit, not the server")
    if spec.rate and rate < _LATE * spec.rate and ended in ("count", "duration"):
        warnings.append(f"of the {spec.rate:,.0f} messages a second that were asked for, {rate:,.0f} were reached")
    return tuple(warnings)
