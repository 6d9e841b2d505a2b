"""Counts and sizes are written for people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.text.sizes import format_bytes, plural


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (1, "1 B"),
        (512, "512 B"),
        (1023, "1023 B"),
        (1023.7, "1.0 KiB"),
        (1024, "1.0 KiB"),
        (1536, "1.5 KiB"),
        (1024 * 1024 - 1, "1.0 MiB"),
        (1024 * 1024, "1.0 MiB"),
        (1258291, "1.2 MiB"),
        (5 * 1024**3, "5.0 GiB"),
        (3 * 1024**4, "3.0 TiB"),
        (5000 * 1024**4, "5000.0 TiB"),
        (-2048, "-2.0 KiB"),
    ],
)
def test_bytes_are_written_in_binary_units(count: float, text: str) -> None:
    assert format_bytes(count) == text


@given(st.integers(0, 2**50 - 2**40))
def test_a_size_never_shows_1024_of_a_unit(count: int) -> None:
    number, _, unit = format_bytes(count).partition(" ")
    assert float(number) < 1024
    assert float(number) * {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}[unit] == pytest.approx(
        count, rel=0.051
    )


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 messages"), (1, "1 message"), (2, "2 messages"), (2000, "2,000 messages"), (1000000, "1,000,000 messages")],
)
def test_one_is_singular_and_all_else_plural(count: int, text: str) -> None:
    assert plural(count, "message") == text
