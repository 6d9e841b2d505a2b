"""Durations are read as the Go tools write them, and written as a person reads them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.text.durations import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("0s", 0.0),
        ("5s", 5.0),
        ("500ms", 0.5),
        ("250us", 250e-6),
        ("250µs", 250e-6),
        ("250μs", 250e-6),
        ("10ns", 1e-8),
        ("2m", 120.0),
        ("1h", 3600.0),
        ("1d", 86400.0),
        ("1D", 86400.0),
        ("1w", 604800.0),
        ("1W", 604800.0),
        ("1M", 2592000.0),
        ("1y", 31536000.0),
        ("1Y", 31536000.0),
        ("1m30s", 90.0),
        ("1h2m3s4ms", 3723.004),
        ("1d12h", 129600.0),
        ("30s1m", 90.0),
        ("1.5s", 1.5),
        (".5s", 0.5),
        ("1.s", 1.0),
        ("1m1ms", 60.001),
        (" 2s ", 2.0),
        ("0007s", 7.0),
    ],
)
def test_a_duration_is_read(text: str, seconds: float) -> None:
    assert parse_duration(text) == pytest.approx(seconds, rel=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "5",
        "00",
        "1.5",
        "s",
        "ms",
        ".s",
        "5 s",
        "1m 30s",
        "1m,30s",
        "-5s",
        "+5s",
        "5S",
        "5sec",
        "5s!",
        "!5s",
        "1_0s",
        "1e3s",
        "0x5s",
        "inf",
        "nan",
        "5s5",
        "1..5s",
        "٣s",
        "５s",
        "5s\x00",
        "five",
    ],
)
def test_what_is_no_duration_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"'{text}' is not a duration")):
        parse_duration(text)


@pytest.mark.parametrize("text", ["9999999999s", "300y", "200y200y", "9" * 400 + "s", "9" * 5000 + "ns"])
def test_more_than_a_clock_holds_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="too long"):
        parse_duration(text)


@given(st.text(alphabet="0123456789.nuµmshdDwWMyY +-e", max_size=12))
def test_any_text_is_a_duration_or_a_value_error(text: str) -> None:
    try:
        seconds = parse_duration(text)
    except ValueError:
        return
    assert 0 <= seconds <= 9e9


@given(st.lists(st.tuples(st.integers(0, 999), st.sampled_from(["ms", "s", "m", "h", "d"])), min_size=1, max_size=6))
def test_parts_add_up(parts: list[tuple[int, str]]) -> None:
    text = "".join(f"{count}{unit}" for count, unit in parts)
    each = [parse_duration(f"{count}{unit}") for count, unit in parts]
    assert parse_duration(text) == pytest.approx(sum(each))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0µs"),
        (85e-6, "85µs"),
        (0.0009994, "999µs"),
        (0.0009996, "1ms"),
        (0.001, "1ms"),
        (0.0012, "1.20ms"),
        (0.99999, "999.99ms"),
        (0.999999, "1s"),
        (1, "1s"),
        (2.5, "2.50s"),
        (59.99, "59.99s"),
        (59.996, "1m"),
        (60, "1m"),
        (90, "1m30s"),
        (3600.2, "1h"),
        (3661, "1h1m1s"),
        (90000, "1d1h"),
    ],
)
def test_a_duration_is_written(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


@given(st.floats(min_value=0, max_value=8e9))
def test_what_was_written_is_read_back_within_its_precision(seconds: float) -> None:
    back = parse_duration(format_duration(seconds))
    assert back == pytest.approx(seconds, rel=0.006, abs=0.51e-6)


@given(st.floats(min_value=0, max_value=8e9))
def test_no_unit_is_written_where_the_next_one_belongs(seconds: float) -> None:
    limits = {"µs": 1000, "ms": 1000, "s": 60, "m": 60, "h": 24}
    for count, unit in re.findall(r"([0-9.]+)([a-zµ]+)", format_duration(seconds)):
        assert float(count) < limits.get(unit, 1e9)
