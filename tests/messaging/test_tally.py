"""Counting what goes by: totals, rates between looks, and order."""

import pytest

from natscli.messaging.tally import Row, Tally
from natscli.wire.message import Run


def _run(*subjects: bytes, payload: bytes = b"1234") -> Run:
    return Run(1, subjects, [payload] * len(subjects))


def test_rates_are_over_the_time_since_the_look_before():
    tally = Tally(100.0)
    tally.take(_run(b"a", b"a", b"b"))

    first = tally.look(102.0)
    tally.take(_run(b"b"))
    second = tally.look(102.5)

    assert first.rows == (Row("a", 2, 8, 1.0, 4.0), Row("b", 1, 4, 0.5, 2.0))
    assert second.rows == (Row("a", 2, 8, 0.0, 0.0), Row("b", 2, 8, 2.0, 8.0))
    assert second.total == Row("all", 4, 16, 2.0, 8.0)


def test_rates_over_all_the_time_forget_the_looks():
    tally = Tally(0.0)
    tally.take(_run(b"a", b"a"))
    tally.look(1.0)

    assert tally.overall(4.0).rows == (Row("a", 2, 8, 0.5, 2.0),)


def test_the_busiest_stands_first_and_equals_are_sorted_by_name():
    tally = Tally(0.0)
    tally.take(_run(b"c", b"b", b"a", b"a"))

    assert [row.subject for row in tally.look(1).rows] == ["a", "b", "c"]


def test_inboxes_share_a_row():
    tally = Tally(0.0)
    tally.take(_run(b"_INBOX.x.1", b"_INBOX.y.2", b"_INBOXES"))

    assert [(row.subject, row.messages) for row in tally.look(1).rows] == [("_INBOX.>", 2), ("_INBOXES", 1)]


def test_nothing_is_a_picture_too():
    picture = Tally(0.0).look(0.0)

    assert picture.rows == ()
    assert picture.total == Row("all", 0, 0, 0, 0)


def test_two_looks_at_once_divide_by_no_zero():
    tally = Tally(0.0)
    tally.look(1.0)
    tally.take(_run(b"a"))

    assert tally.look(1.0).rows[0].messages == 1


@pytest.mark.parametrize("empty", [b"", b"x" * 1000])
def test_bytes_are_those_of_payloads(empty):
    tally = Tally(0.0)
    tally.take(_run(b"\xff", payload=empty))

    row = tally.look(1.0).rows[0]
    assert (row.subject, row.payload_bytes) == ("\udcff", len(empty))
