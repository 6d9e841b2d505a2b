"""Charts of blocks: as high as the largest value, the newest on the right, as wide and high as told."""

from hypothesis import given
from hypothesis import strategies as st

from natscli.render.charts import chart, page


def test_the_largest_value_is_as_high_as_the_chart():
    assert chart("Rate", [0, 4, 8, 16], 20, 2) == "Rate: 16\n        16 │   █\n         0 │ ▄██"


def test_the_newest_values_are_shown_where_there_are_too_many():
    assert chart("Rate", [9] * 50 + [1, 2], 14, 1).splitlines()[1] == "         2 │▄█"


def test_nothing_is_drawn_of_nothing():
    assert chart("Rate", [], 20, 2) == "Rate: 0\n         1 │\n         0 │"


@given(st.lists(st.floats(-1, 1e15), max_size=200), st.integers(20, 200), st.integers(20, 60))
def test_a_page_fits_its_terminal(values, width, height):
    drawn = page("heading", [("One", values), ("Two", []), ("Three", values)], width, height).splitlines()
    assert len(drawn) <= height
    assert all(len(line) <= width + 20 for line in drawn)
