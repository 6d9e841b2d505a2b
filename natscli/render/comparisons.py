"""Two benchmarks side by side, for people and as JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator

from natscli.bench.compare import Change, Comparison, Pair
from natscli.bench.documents import plain
from natscli.bench.figures import Unit
from natscli.bench.plan import Mode, Spec
from natscli.bench.report import Report
from natscli.render.benchmarks import table_lines
from natscli.text.durations import format_duration
from natscli.text.sanitise import safe
from natscli.text.sizes import format_bytes, plural

_TITLES = ("", "old", "new", "change")
_VERSION = 1


def human_comparison(comparison: Comparison) -> str:
    """Return a table for each pair of runs, and what there is to know beside them."""
    blocks = ["\n".join(_pair(pair)) for pair in comparison.pairs]
    beside = [f"only in the old report: {run_words(spec)}" for spec in comparison.only_old]
    beside += [f"only in the new report: {run_words(spec)}" for spec in comparison.only_new]
    beside += [f"note: {safe(note)}" for note in comparison.notes]
    if beside:
        blocks.append("\n".join(beside))
    return "\n\n".join(blocks)


def breach_lines(comparison: Comparison) -> Iterator[str]:
    """Yield a line for each condition that holds."""
    for breach in comparison.breaches:
        change = breach.change
        values = f"{_shown(change, change.old_median)} and now {_shown(change, change.new_median)}"
        typed = breach.condition.typed
        yield f"{typed}: {change.figure.name} was {values} ({_percent(change)}): {run_words(breach.spec)}"


def run_words(spec: Spec) -> str:
    """Return a run in a few words."""
    parts = [f"{spec.mode} {safe(spec.subject)}", plural(spec.clients, "client")]
    if spec.mode not in (Mode.SUB, Mode.SERVE):
        parts.append(format_bytes(spec.size))
    if spec.rate:
        parts.append(f"{spec.rate:,.0f} msgs/s asked for")
    elif spec.mode is Mode.REQUEST:
        parts.append(f"{spec.in_flight} in flight each")
    return " · ".join(parts)


def comparison_document(comparison: Comparison, old: Report, new: Report) -> dict[str, object]:
    """Return everything as a document (``docs/schemas/bench-compare.schema.json``)."""
    return {
        "natscli_bench_compare": _VERSION,
        "old": {"label": old.label, "environment": plain(old.environment)},
        "new": {"label": new.label, "environment": plain(new.environment)},
        "runs": [
            {"spec": plain(pair.spec), "figures": [_document(change) for change in pair.changes]}
            for pair in comparison.pairs
        ],
        "only_old": [plain(spec) for spec in comparison.only_old],
        "only_new": [plain(spec) for spec in comparison.only_new],
        "failed": [
            {"condition": breach.condition.typed, "spec": plain(breach.spec), **_document(breach.change)}
            for breach in comparison.breaches
        ],
        "notes": list(comparison.notes),
    }


def _document(change: Change) -> dict[str, object]:
    return {
        "figure": change.figure.name,
        "unit": str(change.figure.unit),
        "old": change.old_median,
        "new": change.new_median,
        "change_percent": change.percent if math.isfinite(change.percent) else None,
        "worse": change.worse,
        "beyond_noise": change.beyond_noise,
        "old_values": list(change.old),
        "new_values": list(change.new),
    }


def _pair(pair: Pair) -> Iterator[str]:
    repeated = pair.changes[0]
    runs = f" · {len(repeated.old)} and {plural(len(repeated.new), 'repetition')}"
    yield run_words(pair.spec) + (runs if max(len(repeated.old), len(repeated.new)) > 1 else "")
    shown = [change for change in pair.changes if change.figure.unit is not Unit.COUNT or _counts(change)]
    verdicts = ("", "", *map(_verdict, shown))
    for line, verdict in zip(table_lines(_TITLES, map(_row, shown)), verdicts, strict=True):
        yield f"  {line}  {verdict}".rstrip()


def _counts(change: Change) -> bool:
    return change.figure.name == "lost" or any(change.old) or any(change.new)


def _row(change: Change) -> tuple[str, ...]:
    values = (_shown(change, change.old_median), _shown(change, change.new_median))
    return (change.figure.name, *values, _percent(change))


def _verdict(change: Change) -> str:
    if change.old_median == change.new_median:
        return ""
    words = "worse" if change.worse else "better"
    if change.beyond_noise is None:
        return words
    return f"{words}, beyond the noise" if change.beyond_noise else "within the noise"


def _percent(change: Change) -> str:
    if not math.isfinite(change.percent):
        return "from none"
    return "none" if not change.percent else f"{change.percent:+.1f}%"


def _shown(change: Change, value: float) -> str:
    if change.figure.unit is Unit.NANOSECONDS:
        return format_duration(value / 1e9)
    if change.figure.unit is Unit.BYTES:
        return f"{format_bytes(value)}/s"
    return f"{value:,.0f} msgs/s" if change.figure.unit is Unit.RATE else f"{value:,.0f}"
