"""A benchmark's report as one page: plots, tables, where it was measured.

The page is all there is: no script, no font, no picture, no address that a browser would fetch, and a policy
in its head that forbids what a mistake of ours might let in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from natscli.bench.report import PERCENTILES, AgentResult, ClientResult, Environment, FoundRate, Report, Result
from natscli.render.benchmarks import OTHER_WORK, TITLES, result_counts, result_row, result_title, was_busy
from natscli.render.drawings import histogram_plot, percentile_plot, text, timeline_plot
from natscli.text.durations import format_duration
from natscli.text.sizes import format_bytes

_STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --page: #ffffff; --card: #f6f8fa; --rule: #d0d7de;
  --blue: #0969da; --area: #0969da33; --red: #cf222e; --amber: #7d4e00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9198a1; --page: #0d1117; --card: #161b22;
  --rule: #30363d; --blue: #58a6ff; --area: #58a6ff33; --red: #ff7b72; --amber: #e3b341; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1400px; padding: 1.5rem; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 2.5rem 0 .25rem; }
p { margin: .15rem 0; } .soft { color: var(--soft); } .warning { color: var(--amber); } .bad { color: var(--red); }
.big { font-size: 1.35rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(30rem, 100%), 1fr)); gap: 1rem; }
figure { margin: 0; padding: .75rem; background: var(--card); border: 1px solid var(--rule); border-radius: 6px; }
figcaption { font-weight: 600; } svg { width: 100%; height: auto; display: block; }
svg text { fill: var(--soft); font-size: 11px; } svg text.axis { fill: var(--ink); }
.grid { stroke: var(--rule); stroke-width: 1; fill: none; } .bar, .dot { fill: var(--blue); }
.line { stroke: var(--blue); stroke-width: 2; fill: none; } .area { stroke: var(--blue); fill: var(--area); }
.hover { fill: transparent; } .hover:hover { fill: var(--area); }
.mark { stroke: var(--red); fill: var(--red); stroke-width: 1.5; }
.wide { overflow-x: auto; } table { border-collapse: collapse; margin: .75rem 0; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: .25rem 0; }
th, td { padding: .25rem .75rem; border-bottom: 1px solid var(--rule); text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; } th { color: var(--soft); font-weight: 600; }
td.words { text-align: left; white-space: normal; }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page(report: Report) -> str:
    """Return the page."""
    title = report.label or "natscli bench"
    parts = [f"<h1>{text(title)}</h1>", *_environment(report.environment)]
    if len(report.results) > 1:
        parts.append(table("Results", TITLES, map(result_row, report.results)))
    if report.found is not None:
        parts += _found(report.found)
    for result in report.results:
        parts += _section(result)
    head = (
        f'<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{text(title)}</title><style>{_STYLE}</style>"
    )
    body = "\n".join(parts)
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>\n<body>\n{body}\n</body></html>\n'


def table(caption: str, titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of texts, which are escaped here."""
    head = "".join(f"<th>{text(title)}</th>" for title in titles)
    body = "".join("<tr>" + "".join(f"<td>{text(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    name = f"<caption>{text(caption)}</caption>"
    return f'<div class="wide"><table>{name}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _environment(environment: Environment) -> Iterator[str]:
    started = " (started for this)" if environment.embedded else ""
    load = "unknown" if environment.load is None else f"{environment.load:.2f}"
    rows = (
        ("server", f"nats-server {environment.server_version}{started} at {environment.server}"),
        ("round trip", format_duration(environment.rtt_s)),
        ("client", f"natscli {environment.natscli}, Python {environment.python}"),
        ("machine", f"{environment.system}, {environment.cores} cores, load {load} before"),
    )
    body = "".join(f'<tr><td>{name}</td><td class="words">{text(value)}</td></tr>' for name, value in rows)
    yield f"<table><caption>Environment</caption><tbody>{body}</tbody></table>"
    if was_busy(environment):
        yield f'<p class="warning">warning: {OTHER_WORK}</p>'


def _section(result: Result) -> Iterator[str]:
    amount = f"{result.msgs:,} messages in {format_duration(result.seconds)}"
    yield f"<section><h2>{text(result_title(result))}</h2>"
    yield f'<p class="big">{result.msgs_per_sec:,.0f} msgs/s, {format_bytes(result.bytes_per_sec)}/s</p>'
    yield f'<p class="soft">{amount}, of {text(result.method)}; started {text(result.started)}</p>'
    yield f"<p{' class=bad' if result.lost else ''}>{text(result_counts(result))}</p>"
    if result.ended not in ("count", "duration"):
        yield f'<p class="warning">ended early: {text(result.ended)}</p>'
    yield from (f'<p class="bad">refused: {text(refusal)}</p>' for refusal in result.refusals)
    yield from (f'<p class="warning">warning: {text(warning)}</p>' for warning in result.warnings)
    yield from _latency(result)
    marks = [(loss.at_s, f"{loss.role} {loss.client + 1}: {loss.reason}") for loss in result.disconnects]
    plots = []
    if result.latency is not None and result.latency.histogram.buckets:
        plots = [histogram_plot(result.latency.histogram), percentile_plot(result.latency.histogram)]
    if result.timeline:
        plots.append(timeline_plot(result.timeline, result.bucket_s, marks))
    yield f'<div class="plots">{"".join(plots)}</div>'
    if result.agents:
        titles = ("agent", "version", "clients", "msgs/s", "messages", "p99", "lost", "excluded")
        yield table("Agents", titles, map(_agent, result.agents))
    if len(result.clients) > 1:
        titles = ("client", "msgs/s", "bytes/s", "messages", "p50", "p99", "max", "lost")
        yield table("Clients", titles, map(_client, result.clients))
    if result.disconnects:
        yield table("Disconnects", ("client", "at", "back after", "reason"), _losses(result))
    yield "</section>"


def _latency(result: Result) -> Iterator[str]:
    latency = result.latency
    if latency is None or not latency.histogram.buckets:
        return
    histogram = latency.histogram
    values = [histogram.minimum, *map(histogram.percentile, PERCENTILES), histogram.maximum]
    titles = ("min", *(f"p{percent:g}" for percent in PERCENTILES), "max", "mean")
    row = [format_duration(value / 1e9) for value in (*values, histogram.mean)]
    yield table(f"Latency of {histogram.count:,}, {latency.timed}", titles, [row])


def _agent(agent: AgentResult) -> tuple[str, ...]:
    if agent.excluded:
        return agent.name, agent.version, "", "", "", "", "", agent.excluded
    p99 = format_duration(agent.p99_ns / 1e9) if agent.p99_ns else ""
    rate = f"{agent.msgs_per_sec:,.0f}"
    return agent.name, agent.version, f"{agent.clients:,}", rate, f"{agent.msgs:,}", p99, f"{agent.lost:,}", ""


def _client(client: ClientResult) -> tuple[str, ...]:
    histogram = client.latency.histogram if client.latency else None
    timed = histogram is not None and bool(histogram.buckets)
    points = (50, 99, 100)
    values = [format_duration(histogram.percentile(point) / 1e9) for point in points] if histogram and timed else []
    rates = (f"{client.msgs_per_sec:,.0f}", f"{format_bytes(client.bytes_per_sec)}/s")
    name = f"{client.role} {client.client + 1}"
    return (name, *rates, f"{client.msgs:,}", *(values or ("", "", "")), f"{client.lost:,}")


def _losses(result: Result) -> Iterator[tuple[str, ...]]:
    for loss in result.disconnects:
        back = format_duration(loss.seconds) if loss.seconds is not None else "not back"
        yield f"{loss.role} {loss.client + 1}", f"{loss.at_s:.2f}s", back, loss.reason


def _found(found: FoundRate) -> Iterator[str]:
    rows = []
    for step in found.steps:
        verdict = "kept" if step.kept else "missed"
        rows.append((f"{step.rate:,.0f}", f"{step.reached:,.0f}", format_duration(step.p99_ns / 1e9), verdict))
    words = f"Highest rate with p99 within {format_duration(found.slo_s)}: {found.rate:,.0f} msgs/s"
    yield table(words, ("msgs/s asked for", "reached", "p99", "limit"), rows)
