"""Two reports side by side: which runs are of the same kind, and what has changed.  Pure.

Runs are of the same kind when they were asked for alike: subject, number of messages and duration do not count.
Several of one kind in a report are repetitions; a figure is then their median, and a change is beyond the noise
when the repetitions of before and after have no value in common range.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from statistics import median

from natscli.bench.conditions import Condition, change_percent
from natscli.bench.figures import FIGURES, Figure
from natscli.bench.plan import Spec
from natscli.bench.report import Environment, Report, Result
from natscli.errors import UsageError

_ENOUGH = 3  # repetitions of each: by chance alone, 1 in 10 such pairs of ranges lie apart, of five 1 in 126
_PASSED_OVER = ("subject", "msgs", "duration_s", "warmup_s", "on_disconnect", "store")
_ENVIRONMENT = ("server_version", "natscli", "python", "system", "cores", "embedded")

Kind = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A figure before and after, each repetition; ``beyond_noise`` is None with too few of them to know."""

    figure: Figure
    old: tuple[float, ...]
    new: tuple[float, ...]

    @property
    def old_median(self) -> float:
        """What it was."""
        return median(self.old)

    @property
    def new_median(self) -> float:
        """What it is."""
        return median(self.new)

    @property
    def percent(self) -> float:
        """The change in hundredths of what it was; infinite where that was nothing."""
        return change_percent(self.old_median, self.new_median)

    @property
    def beyond_noise(self) -> bool | None:
        """Whether the ranges of the repetitions lie apart."""
        if min(len(self.old), len(self.new)) < _ENOUGH:
            return None
        return min(self.old) > max(self.new) or max(self.old) < min(self.new)

    @property
    def worse(self) -> bool:
        """Whether it is worse than it was."""
        if self.figure.higher_is_better:
            return self.new_median < self.old_median
        return self.new_median > self.old_median


@dataclass(frozen=True, slots=True)
class Pair:
    """Runs of one kind in both reports; ``spec`` is that of the first new one."""

    spec: Spec
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Breach:
    """A condition that holds of a pair."""

    condition: Condition
    spec: Spec
    change: Change


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that two reports have to say to each other."""

    pairs: tuple[Pair, ...]
    only_old: tuple[Spec, ...]
    only_new: tuple[Spec, ...]
    breaches: tuple[Breach, ...]
    notes: tuple[str, ...]  # what makes the comparison say less than it seems to


def compare(old: Report, new: Report, conditions: Sequence[Condition] = ()) -> Comparison:
    """Return what has changed; UsageError when there is nothing to compare, or a condition is of nothing."""
    before, after = _by_kind(old), _by_kind(new)
    pairs = tuple(_pair(before[kind], results) for kind, results in after.items() if kind in before)
    if not pairs:
        raise UsageError("the reports have no run in common", "runs are matched by mode, size, clients and the like")
    for condition in conditions:
        if not any(condition.figure == change.figure for pair in pairs for change in pair.changes):
            raise UsageError(f"'{condition.typed}': no run of both reports has such a figure")
    breaches = tuple(
        Breach(condition, pair.spec, change)
        for condition in conditions
        for pair in pairs
        for change in pair.changes
        if change.figure == condition.figure and condition.holds(change.old_median, change.new_median)
    )
    return Comparison(
        pairs,
        tuple(results[0].spec for kind, results in before.items() if kind not in after),
        tuple(results[0].spec for kind, results in after.items() if kind not in before),
        breaches,
        (*_differences(old.environment, new.environment), *_unfinished("old", old), *_unfinished("new", new)),
    )


def _by_kind(report: Report) -> dict[Kind, list[Result]]:
    found: dict[Kind, list[Result]] = {}
    for result in report.results:
        found.setdefault(_kind(result), []).append(result)
    return found


def _kind(result: Result) -> Kind:
    spec = result.spec
    asked = (getattr(spec, field.name) for field in fields(Spec) if field.name not in _PASSED_OVER)
    return (*asked, spec.store and spec.store.unnamed, len(result.agents))


def _pair(old: Sequence[Result], new: Sequence[Result]) -> Pair:
    changes = []
    for figure in FIGURES.values():
        before, after = _values(figure, old), _values(figure, new)
        if before and after:
            changes.append(Change(figure, before, after))
    return Pair(new[0].spec, tuple(changes))


def _values(figure: Figure, results: Sequence[Result]) -> tuple[float, ...]:
    return tuple(value for result in results if (value := figure.read(result)) is not None)


def _differences(old: Environment, new: Environment) -> list[str]:
    return [
        f"not the same {name.replace('_', ' ')}: {before} and now {after}"
        for name in _ENVIRONMENT
        if (before := getattr(old, name)) != (after := getattr(new, name))
    ]


def _unfinished(which: str, report: Report) -> list[str]:
    notes = [
        f"a run of the {which} report was {result.ended}: {result.mode} {result.spec.subject}"
        for result in report.results
        if result.ended not in ("count", "duration")
    ]
    return notes + [
        f"a run of the {which} report is without agent {agent.name}: {agent.excluded}"
        for result in report.results
        for agent in result.agents
        if agent.excluded
    ]
