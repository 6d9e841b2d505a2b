"""What ``--fail-if`` says: a figure, a comparison, and an amount.  Pure.

``p99>+10%`` and ``throughput<-5%`` are changes relative to the old figure, ``p99>+200us`` and ``lost>+0`` changes in
the figure's own unit, and without a sign, ``p99>5ms`` and ``throughput<100k``, it is the new figure itself.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

from natscli.bench.figures import FIGURES, Figure, Unit
from natscli.text.durations import parse_duration
from natscli.text.sizes import parse_bytes

_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_FORM = re.compile(r"\s*([a-z][a-z0-9_.]*)\s*([<>]=?)\s*([+-]?)\s*(\S.*?)\s*", re.ASCII)
_NUMBER = re.compile(r"(\d{1,15}(?:\.\d{1,9})?)([kMG]?)", re.ASCII)
_SCALES = {"": 1.0, "k": 1e3, "M": 1e6, "G": 1e9}


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition as it was ``typed``.

    With ``relative``, the ``amount`` is a change, in the figure's unit or, with ``percent``, in hundredths of the old.
    """

    typed: str
    figure: Figure
    operator: str
    amount: float
    relative: bool
    percent: bool

    def holds(self, old: float, new: float) -> bool:
        """Whether it is true of a figure that was ``old`` and is ``new``."""
        return _OPERATORS[self.operator](self._measured(old, new), self.amount)

    def _measured(self, old: float, new: float) -> float:
        if not self.relative:
            return new
        return change_percent(old, new) if self.percent else new - old


def change_percent(old: float, new: float) -> float:
    """Return by how many hundredths of ``old`` it has changed; infinitely many of nothing."""
    if old == new:
        return 0.0
    return (new - old) / old * 100 if old else math.copysign(math.inf, new)


def parse_condition(text: str) -> Condition:
    """Return the condition that ``text`` states; ValueError with the reason where it states none."""
    form = _FORM.fullmatch(text)
    if form is None:
        raise ValueError(f"'{text}' is no condition such as p99>+10%, throughput<-5% or lost>0")
    name, comparison, sign, amount = form.groups()
    figure = FIGURES.get(name)
    if figure is None:
        raise ValueError(f"'{name}' is no figure; there are {', '.join(FIGURES)}")
    percent = amount.endswith("%")
    if percent and not sign:
        raise ValueError(f"'{text}' needs a sign: +{amount} is a rise, -{amount} a fall")
    value = _number(amount[:-1]) if percent else _amount(figure, amount)
    return Condition(text, figure, comparison, -value if sign == "-" else value, bool(sign), percent)


def _amount(figure: Figure, text: str) -> float:
    if figure.unit is Unit.NANOSECONDS:
        return parse_duration(text) * 1e9
    if figure.unit is Unit.BYTES:
        return float(parse_bytes(text))
    return _number(text)


def _number(text: str) -> float:
    form = _NUMBER.fullmatch(text.strip())
    if form is None:
        raise ValueError(f"'{text}' is no number such as 10, 2.5 or 100k")
    return float(form[1]) * _SCALES[form[2]]
