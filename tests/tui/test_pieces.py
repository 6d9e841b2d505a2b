"""What is shown, without a terminal: figures keep to their columns, charts to their cells, columns to the width."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.traffic.look import Look
from natscli.traffic.registry import Registry
from natscli.traffic.values import View
from natscli.tui import figures
from natscli.tui.charts import bar, curve, nice_ceiling, sparkline
from natscli.tui.columns import layout
from natscli.tui.panes.header import header_lines
from natscli.tui.pieces import fit, foreign, middle_cut, right, width_of
from natscli.tui.search import parse_search
from natscli.tui.source import Play, Standing, State
from natscli.wire.message import Message, Run

amounts = st.floats(0, 1e17)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "·"), (0.4, "0.4"), (12.34, "12.3"), (99.95, "100"), (1234, "1,234"), (9999.4, "9,999"), (12345, "12.3k")],
)
def test_rates(value, shown):
    assert figures.rate(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(0, "·"), (512, "512B"), (999.4, "999B"), (1000, "1.0K"), (1234567, "1.2M"), (None, "")]
)
def test_sizes(value, shown):
    assert figures.size(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, ""), (85e-6, "85µs"), (1.234e-3, "1.2ms"), (0.34, "340ms"), (1.25, "1.2s"), (600, "10m")],
)
def test_latencies(value, shown):
    assert figures.latency(value) == shown


@given(amounts)
def test_no_figure_is_wider_than_its_column(value):
    assert len(figures.rate(value)) <= 6
    assert len(figures.count(value)) <= 6
    assert len(figures.size(value)) <= 5
    assert len(figures.age(min(value, 1e9))) <= 4
    assert len(figures.latency(min(value, 1e9))) <= 5
    assert len(figures.share(value, value + 1)) <= 4
    assert len(figures.change(int(value))) <= 7


@given(st.lists(st.floats(0, 1e9), max_size=80), st.integers(0, 70))
def test_a_sparkline_has_its_width_and_shows_whatever_there_is(values, width):
    line = sparkline(values, width)
    assert len(line) == width
    shown = values[-width:] if width else []
    assert sum(cell != " " for cell in line) == sum(value > 0 for value in shown)


@given(st.floats(0, 100), st.floats(0, 100), st.integers(0, 30))
def test_a_bar_has_its_width(part, whole, width):
    assert len(bar(part, whole, width)) == width


@given(st.lists(st.floats(-1e6, 1e6), max_size=100), st.integers(1, 12))
def test_a_curve_has_its_size(values, height):
    lines = curve(values, height, -1e6, 1e6)
    assert [len(line) for line in lines] == [len(values)] * height


def test_a_curve_rises_by_eighths():
    assert curve([0, 1, 8, 12, 16], 2, 0, 16) == ["   ▄█", " ▁███"]


@given(st.floats(1e-6, 1e12))
def test_a_scale_is_at_least_as_high_as_what_it_holds_and_not_much_more(value):
    assert value * 0.999 <= nice_ceiling(value) <= 2.6 * value


@given(st.text(max_size=60), st.integers(1, 50))
def test_texts_are_cut_to_their_cells(text, width):
    shown = foreign(text)
    assert width_of((("plain", fit(shown, width)),)) == width
    assert width_of((("plain", right(shown, width)),)) == width
    assert width_of((("plain", middle_cut(shown, width)),)) <= width


@given(st.integers(1, 300), st.booleans())
def test_a_row_has_the_width_it_was_laid_out_for(width, baseline):
    registry = Registry(0.0)
    registry.take(Run.of(1, [Message(b"a.b", b"xyz", b"_INBOX.1")]), 0.5)
    registry.set_baseline()
    registry.tick(1.0)
    row = Look(registry).table(View(), 0, 1).rows[0]
    now = layout(width, baseline=baseline)
    cells = now.cells(row, registry.totals(), quiet=False)
    assert 2 + now.subject + now.value + width_of(cells) <= max(width, 3)


@given(st.integers(1, 250))
def test_the_header_has_exactly_the_width_and_never_loses_what_was_dropped(width):
    registry = Registry(0.0)
    registry.lose(3)
    registry.tick(1.0)
    standing = Standing(State.LIVE, "context", "nats://somewhere:4222", "2.15", 0.001, 5, Play(3, 70, 2.0))
    first, second = header_lines(standing, registry.totals(), [("badge", " PAUSED ")], width)
    assert width_of(first) == width
    assert width_of(second) == width
    if width >= 12:
        assert "DROPPED 3" in "".join(text for _, text in second)


def test_the_header_says_that_the_server_cut_us_off():
    registry = Registry(0.0)
    registry.cut_off()
    registry.tick(1.0)
    _, second = header_lines(Standing(State.LIVE, "", "nats://x"), registry.totals(), [], 100)
    assert ("alarm", " CUT OFF 1x ") in second
    assert width_of(second) == 100


@pytest.mark.parametrize(
    ("typed", "matched", "not_matched"),
    [
        ("orders", ["orders.eu", "my.orders"], ["order"]),
        ("orders.*", ["orders.eu"], ["orders.eu.paid", "orders"]),
        ("orders.>", ["orders.eu", "orders.eu.paid"], ["orders"]),
        ("*.*.paid", ["orders.eu.paid"], ["orders.paid"]),
        (r"\d{3}$", ["user.123"], ["user.12"]),
        ("Paid", ["x.Paid"], ["x.paid"]),
        ("paid", ["x.Paid", "x.paid"], ["x.pad"]),
        ("!paid", ["x.y"], ["x.paid"]),
        ("(", ["a(b"], ["ab"]),
    ],
)
def test_searches(typed, matched, not_matched):
    search = parse_search(typed)
    assert [subject for subject in matched if not search.match(subject)] == []
    assert [subject for subject in not_matched if search.match(subject)] == []


@pytest.mark.parametrize("typed", ["", "!", "  "])
def test_nothing_typed_is_no_search(typed):
    assert parse_search(typed) is None
