"""Tables: which columns fit, in what order rows stand, what is clicked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.tui.consumer_columns import consumers_table
from natscli.tui.pieces import width_of
from natscli.tui.roster import Roster
from natscli.tui.search import parse_search
from natscli.tui.stream_columns import streams_table
from natscli.tui.table import Column, Table

TABLES = [Roster, streams_table, lambda: consumers_table(everywhere=True), lambda: consumers_table(everywhere=False)]


def table():
    columns = (
        Column("name", 6, 0, "subject", lambda row: row[0], lambda row: row[0], words=True, part=4, widest=12),
        Column("size", 5, 1, "bytes", lambda row: str(row[1]), lambda row: -row[1]),
        Column("note", 4, 2, "dim", lambda row: "·", lambda row: 0, words=True, widest=10),
    )
    made = Table(columns, name=lambda row: row[0], words=lambda row: row[0], sorted_by="size", gap=1)
    made.entries = [("a", 1), ("b", 3), ("c", 2), ("bb", 3)]
    return made


@pytest.mark.parametrize("make", TABLES)
@given(width=st.integers(min_value=1, max_value=400), data=st.data())
def test_no_line_is_wider_than_the_table_and_a_click_finds_its_column(make, width, data):
    made = make()
    made.sorted_by = data.draw(st.sampled_from([column.title for column in made.columns]))
    laid_out = made.layout(width)
    assert sum(cells for _, cells in laid_out) <= width or len(laid_out) == 1
    assert width_of(made.heading(width)) <= max(width, width_of(made.heading(1)))
    first = min(made.columns, key=lambda column: column.rank)
    assert first in [column for column, _ in laid_out]
    edge = 0
    for (column, _), piece in zip(laid_out, made.heading(width), strict=True):
        assert made.column_at(edge, width) is column
        edge += width_of((piece,))
    assert made.column_at(edge, width) is None


@pytest.mark.parametrize("make", TABLES)
def test_what_is_a_little_wider_loses_no_column(make):
    """Columns that take a part of the width grow by whole cells, all at once at times: eight more are always enough."""
    made = make()
    counts = [len(made.layout(width)) for width in range(1, 400)]
    assert all(later >= now for now, later in zip(counts, counts[8:], strict=False))


def test_rows_fall_by_numbers_and_rise_by_words_with_names_to_settle_it():
    made = table()
    assert made.shown() == [("b", 3), ("bb", 3), ("c", 2), ("a", 1)]
    assert "size▼" in "".join(text for _, text in made.heading(40))
    made.sort_by("size")
    assert made.shown() == [("a", 1), ("c", 2), ("bb", 3), ("b", 3)]
    assert "size▲" in "".join(text for _, text in made.heading(40))
    made.sort_by("name")
    assert [row[0] for row in made.shown()] == ["a", "b", "bb", "c"]
    assert "name▲" in "".join(text for _, text in made.heading(40))


def test_frozen_rows_stay_and_new_ones_come_last():
    made = table()
    made.freeze(on=True)
    made.entries = [("new", 9), ("c", 8), ("a", 7), ("b", 0)]
    assert [row[0] for row in made.shown()] == ["b", "c", "a", "new"]
    made.freeze(on=False)
    assert [row[0] for row in made.shown()] == ["new", "c", "a", "b"]
    made.freeze(on=True)
    made.sort_by("name")
    assert not made.frozen


def test_a_search_hides_the_rest():
    made = table()
    made.search = parse_search("!b")
    assert [row[0] for row in made.shown()] == ["c", "a"]


def test_what_is_left_over_goes_where_it_is_of_use():
    made = table()
    assert [cells for _, cells in made.layout(18)] == [6, 5, 4]
    assert [cells for _, cells in made.layout(30)] == [12, 5, 10]
    assert [cells for _, cells in made.layout(13)] == [6, 5]
    assert "".join(text for _, text in made.row(("longer than it", 5), 18)) == "longe…     5 ·    "
