"""What --fail-if says, and when it holds."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.bench.conditions import parse_condition
from natscli.bench.figures import FIGURES

HOLDS = [
    ("p99>+10%", 100, 111, True),
    ("p99>+10%", 100, 110, False),
    ("p99>=+10%", 100, 110, True),
    ("throughput<-5%", 100, 94, True),
    ("throughput<-5%", 100, 96, False),
    ("throughput < -5 %", 100, 94, True),
    ("throughput<100k", 0, 99_999, True),
    ("throughput<100k", 0, 100_000, False),
    ("bytes<1MB", 0, 999_999, True),
    ("p99>5ms", 0, 5_000_001, True),
    ("p99.9<=5ms", 0, 5_000_000, True),
    ("p50>+200us", 1000, 201_001, True),
    ("p50>+200us", 1000, 200_000, False),
    ("max<-1s", 2e9, 0.9e9, True),
    ("lost>0", 5, 1, True),
    ("lost>+0", 5, 5, False),
    ("lost>+0", 5, 6, True),
    ("lost>+10%", 0, 1, True),
    ("lost>+10%", 0, 0, False),
    ("duplicated>=2.5k", 0, 2500, True),
]


@pytest.mark.parametrize(("text", "old", "new", "holds"), HOLDS)
def test_a_condition_holds_or_not(text, old, new, holds):
    assert parse_condition(text).holds(old, new) is holds


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is no condition"),
        ("p99", "is no condition"),
        ("p99>", "is no condition"),
        ("p99=5ms", "is no condition"),
        (">5", "is no condition"),
        ("p98>5ms", "'p98' is no figure; there are throughput, bytes"),
        ("p99>10%", "needs a sign"),
        ("p99>5", "is not a duration"),
        ("p99>+-5%", "is no number"),
        ("throughput<5ms", "is no number"),
        ("bytes<1ms", "is not a size"),
        ("lost>nan", "is no number"),
        ("lost>+inf%", "is no number"),
        ("lost>1e9", "is no number"),
    ],
)
def test_what_is_no_condition_is_said(text, words):
    with pytest.raises(ValueError, match=words):
        parse_condition(text)


@given(st.text())
def test_no_text_does_more_than_be_refused(text):
    try:
        condition = parse_condition(text)
    except ValueError:
        return
    assert math.isfinite(condition.amount)


@given(
    st.sampled_from(sorted(FIGURES)),
    st.sampled_from(["<", ">"]),
    st.integers(1, 500),
    st.floats(1, 1e9),
    st.floats(0, 1e9),
)
def test_relative_conditions_are_about_the_change(name, sign, percent, old, new):
    holds = parse_condition(f"{name}{sign}{'+' if sign == '>' else '-'}{percent}%").holds(old, new)

    limit = old * (1 + percent / 100) if sign == ">" else old * (1 - percent / 100)
    if abs(new - limit) > 1e-6 * old:
        assert holds == (new > limit if sign == ">" else new < limit)
