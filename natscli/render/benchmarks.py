"""Reports of ``bench`` for people, and as CSV in the columns of the Go CLI and ours."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from natscli.bench.plan import PUBLISHING, RECEIVING, Mode, Role, Spec
from natscli.bench.report import PERCENTILES, AgentResult, ClientResult, Environment, FoundRate, Latency, Report, Result
from natscli.bench.store import Acks, Store
from natscli.render.plots import histogram_lines, sparkline
from natscli.text.durations import format_duration
from natscli.text.sanitise import safe
from natscli.text.sizes import format_bytes, plural

_IDLE = 0.5  # of a load average for each core
_NOUNS = {Mode.PUB: "publisher", Mode.SUB: "subscriber", Mode.PUBSUB: "publisher", Mode.REQUEST: "requester"}


def human_report(report: Report) -> str:
    """Return a report; several runs are in short, and compared in a table below them."""
    several = len(report.results) > 1
    blocks = ["\n".join(_heading(report.label, report.environment))]
    blocks += ["\n".join(result_lines(result, short=several)) for result in report.results]
    if report.found is not None:
        blocks.append("\n".join(_found(report.found)))
    if several:
        blocks.append("\n".join(table_lines(TITLES, map(result_row, report.results))))
    return "\n\n".join(blocks)


def result_lines(result: Result, *, short: bool = False) -> Iterator[str]:
    """Yield the lines about one run; a ``short`` text has no histogram."""
    yield result_title(result)
    amount = f"{plural(result.msgs, 'message')} in {format_duration(result.seconds)}"
    yield f"  {result.msgs_per_sec:,.0f} msgs/s, {format_bytes(result.bytes_per_sec)}/s: {amount}"
    yield f"  of {result.method}"
    yield f"  {result_counts(result)}"
    if result.ended not in ("count", "duration") and (result.spec.msgs or result.spec.duration_s):
        yield f"  ended early: {result.ended}"
    if result.server is not None:
        counters = result.server
        moved = f"{counters.in_msgs:,} messages in, {counters.out_msgs:,} out"
        yield f"  the server's own counters: {moved}"
    yield from _latency(result.latency, short=short)
    if len(result.timeline) > 1:
        peak = max(result.timeline) / result.bucket_s
        yield f"  time-line, {format_duration(result.bucket_s)} each, highest {peak:,.0f} msgs/s:"
        yield f"  {sparkline(result.timeline)}"
    yield from map(_agent, result.agents)
    if len(result.clients) > 1:
        yield from map(_client, result.clients)
    for loss in result.disconnects:
        back = f"back after {format_duration(loss.seconds)}" if loss.seconds is not None else "not back"
        yield f"  {loss.role} {loss.client + 1} was disconnected at {loss.at_s:.2f}s, {back}: {safe(loss.reason)}"
    yield from (f"  refused: {safe(refusal)}" for refusal in result.refusals)
    for warning in result.warnings:
        yield f"  warning: {safe(warning)}"


OTHER_WORK = "the machine had other work before the run, and the figures have their share of it"


def was_busy(environment: Environment) -> bool:
    """Whether the machine had other work before the run."""
    return environment.load is not None and environment.load > _IDLE * environment.cores


def _heading(label: str, environment: Environment) -> Iterator[str]:
    if label:
        yield safe(label)
    version = f"nats-server {safe(environment.server_version)}" + (
        " (started for this)" if environment.embedded else ""
    )
    yield f"{version} at {safe(environment.server)}, round trip {format_duration(environment.rtt_s)}"
    load = "" if environment.load is None else f", load {environment.load:.2f} before"
    cores = plural(environment.cores, "core")
    if was_busy(environment):
        yield f"warning: {OTHER_WORK}"
    yield f"natscli {environment.natscli}, Python {environment.python}, {environment.system}, {cores}{load}"


def title_of(spec: Spec) -> str:
    """Return what is run, and where."""
    where = spec.store.shown if spec.store is not None and spec.mode not in PUBLISHING else spec.subject
    return f"{spec.mode} {safe(where)}"


def result_title(result: Result) -> str:
    """Return what was run, in one line."""
    spec = result.spec
    parts = [title_of(spec)]
    count = len([c for c in result.clients if c.role == result.clients[0].role])
    parts.append(plural(count, _NOUNS.get(result.mode, result.clients[0].role if result.clients else "client")))
    if spec.mode is Mode.PUBSUB:
        parts.append(plural(sum(c.role is Role.SUBSCRIBER for c in result.clients), "subscriber"))
    if spec.store is not None:
        parts += _store_parts(spec.mode, spec.store)
    if spec.mode in RECEIVING:
        return " · ".join(parts)
    parts.append(f"{format_bytes(spec.size)} of {'template' if spec.body == 'template' else spec.body}")
    if spec.mode is Mode.REQUEST and not spec.rate:
        parts.append(f"{spec.in_flight} in flight each")
    if spec.rate:
        parts.append(f"{spec.rate:,.0f} msgs/s asked for")
    return " · ".join(parts)


def _store_parts(mode: Mode, store: Store) -> Iterator[str]:
    yield f"{store.storage}, {plural(store.replicas, 'replica')}"
    if mode in _BATCHES:
        yield _BATCHES[mode].format(plural(store.batch, "message"))
    if store.acks is not Acks.NONE:
        yield f"acks {store.acks}{', confirmed' if store.double_ack else ''}"


_BATCHES = {
    Mode.JS_ASYNC: "{} without acknowledgement",
    Mode.JS_ATOMIC: "batches of {}",
    Mode.JS_FAST: "an acknowledgement for {} at most",
    Mode.JS_ORDERED: "{} on their way",
    Mode.JS_CONSUME: "{} on their way",
    Mode.JS_FETCH: "requests for {}",
    Mode.JS_GET_BATCH: "requests for {}",
}


def result_counts(result: Result) -> str:
    """Return the counts that are not nothing; what is lost always."""
    named = (
        ("sent", result.sent),
        ("acknowledged", result.acknowledged),
        ("received", result.received),
        ("lost", result.lost),
        ("duplicated", result.duplicated),
        ("out of order", result.out_of_order),
        ("of others", result.foreign),
        ("refused" if result.spec.store is not None else "answered with an error", result.errors),
        ("stored", result.stored),
    )
    return ", ".join(f"{name} {count:,}" for name, count in named if count or name == "lost")


def _latency(latency: Latency | None, *, short: bool) -> Iterator[str]:
    if latency is None or not latency.histogram.buckets:
        return
    histogram = latency.histogram
    points = [f"p{percent:g} {format_duration(histogram.percentile(percent) / 1e9)}" for percent in PERCENTILES]
    points.append(f"max {format_duration(histogram.maximum / 1e9)}")
    yield f"  latency of {histogram.count:,}, {latency.timed}:"
    yield f"  {'  '.join(points)}"
    if not short:
        yield from (f"    {line}" for line in histogram_lines(histogram))


def _agent(agent: AgentResult) -> str:
    if agent.excluded:
        return f"  [agent {safe(agent.name)}] in no figure: {safe(agent.excluded)}"
    rate = f"{agent.msgs_per_sec:,.0f} msgs/s, {format_bytes(agent.bytes_per_sec)}/s"
    where = f", at {safe(agent.environment.server)}" if agent.environment is not None else ""
    return f"  [agent {safe(agent.name)}] {rate} ({agent.msgs:,} msgs by {plural(agent.clients, 'client')}){where}"


def _client(client: ClientResult) -> str:
    rate = f"{client.msgs_per_sec:,.0f} msgs/s, {format_bytes(client.bytes_per_sec)}/s"
    return f"  [{client.role} {client.client + 1}] {rate} ({client.msgs:,} msgs)"


def _found(found: FoundRate) -> Iterator[str]:
    limit = format_duration(found.slo_s)
    for step in found.steps:
        verdict = "kept" if step.kept else "missed"
        p99 = format_duration(step.p99_ns / 1e9)
        yield f"  {step.rate:>12,.0f} msgs/s asked, {step.reached:>12,.0f} reached, p99 {p99}: {verdict}"
    if found.rate:
        yield f"highest rate with p99 within {limit}: {found.rate:,.0f} msgs/s"
    else:
        yield f"no rate that was tried kept p99 within {limit}"


TITLES = ("run", "clients", "bytes", "msgs/s", "bytes/s", "p50", "p99", "max", "lost")


def table_lines(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield a table: the first column on the left, figures on the right."""
    cells = [titles, *rows]
    widths = [max(len(line[column]) for line in cells) for column in range(len(titles))]
    for number, line in enumerate(cells):
        first, *others = zip(line, widths, strict=True)
        yield "  ".join([f"{first[0]:<{first[1]}}", *(f"{cell:>{width}}" for cell, width in others)])
        if not number:
            yield "─" * (sum(widths) + 2 * (len(widths) - 1))


def result_row(result: Result) -> tuple[str, ...]:
    """Return the cells below ``TITLES``."""
    spec = result.spec
    run = str(result.mode)
    if spec.rate:
        run += f" at {spec.rate:,.0f}/s"
    elif spec.mode is Mode.REQUEST:
        run += f", {spec.in_flight} in flight"
    histogram = result.latency.histogram if result.latency else None
    values = (histogram.percentile(50), histogram.percentile(99), histogram.maximum) if histogram else ()
    points = [format_duration(value / 1e9) for value in values] or ["", "", ""]
    return (
        run,
        str(spec.clients),
        f"{spec.size:,}",
        f"{result.msgs_per_sec:,.0f}",
        format_bytes(result.bytes_per_sec),
        *points,
        f"{result.lost:,}",
    )


_PEERS = ("RunID", "ClientID", "MsgCount", "MsgBytes", "MsgsPerSec", "BytesPerSec", "DurationSecs")
_LATENCIES = ("MinLatencyMicroSecs", "AvgLatencyMicroSecs", "MaxLatencyMicroSecs", "P50LatencyMicroSecs",
              "P90LatencyMicroSecs", "P99LatencyMicroSecs", "P99.9LatencyMicroSecs")  # fmt: skip
_OURS = ("Mode", "Size", "Sent", "Acknowledged", "Received", "Lost", "Duplicated", "OutOfOrder", "Label")


def csv_report(report: Report) -> str:
    """Return a line for each client of each run, behind a heading; no latency is an empty field."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([f"#{_PEERS[0]}", *_PEERS[1:], *_LATENCIES, *_OURS])
    for number, result in enumerate(report.results, 1):
        for client in result.clients:
            writer.writerow(_csv_row(f"{result.started}/{number}", result, client, report.label))
    return text.getvalue()


def _csv_row(run: str, result: Result, client: ClientResult, label: str) -> list[object]:
    letter = "P" if client.role in (Role.PUBLISHER, Role.REQUESTER) else "S"
    rates = [f"{client.msgs_per_sec:.0f}", f"{client.bytes_per_sec:.0f}", f"{client.seconds:.6f}"]
    row: list[object] = [run, f"{letter}{client.client}", client.msgs, client.bytes, *rates]
    histogram = client.latency.histogram if client.latency else None
    if histogram is None or not histogram.buckets:
        row += [""] * len(_LATENCIES)
    else:
        values = [histogram.minimum, histogram.mean, histogram.maximum]
        values += [histogram.percentile(percent) for percent in PERCENTILES]
        row += [f"{value / 1000:.3f}" for value in values]
    counts = [client.sent, client.acknowledged, client.received, client.lost, client.duplicated, client.out_of_order]
    return [*row, str(result.mode), result.spec.size, *counts, label]
