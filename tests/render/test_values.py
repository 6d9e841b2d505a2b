"""What ``kv watch`` prints of many entries at once is what it prints of each."""

import pytest

from natscli.jetstream.entries import Entries, Operation
from natscli.render.values import watch_printer
from natscli.text.moments import local_second

MARKS = [Operation.PUT, Operation.DELETE, Operation.PURGE, Operation.PUT]
VALUES = [b"one", b"", b"", b"\xff\x1b[2J"]
KEYS = ["a", "b\x1bc", "c.d", "bell\x07"]
TIMES = [1_700_000_000_123_456_789, 1_700_000_000_999_999_999, 1_700_000_001_000_000_000, 5]


def entries(marks):
    return Entries("bucket", KEYS, [1, 2, 3, 4], TIMES, marks, VALUES)


def head(place, mark, key):
    return f"[{local_second(TIMES[place] // 10**9)}] {mark} bucket > {key}".encode()


def test_values_go_into_a_pipe_as_they_are_and_keys_are_made_visible():
    printed = watch_printer(colour=False, terminal=False)(entries(MARKS))
    assert printed == b"".join(
        [
            head(0, "PUT", "a") + b": one\n",
            head(1, "DELETE", "b\\x1bc") + b"\n",
            head(2, "PURGE", "c.d") + b"\n",
            head(3, "PUT", "bell\\x07") + b": \xff\x1b[2J\n",
        ]
    )


def test_a_terminal_gets_nothing_that_acts_on_it():
    printed = watch_printer(colour=False, terminal=True)(entries(None))
    assert printed.splitlines()[3] == head(3, "PUT", "bell\\x07") + b": \\xff\\x1b[2J"
    assert b"\x1b" not in printed


def test_a_bucket_cannot_be_a_format():
    odd = Entries("100%b", ["a"], [1], [0], None, [b"v"])
    assert b" 100%b > a: v\n" in watch_printer(colour=False, terminal=False)(odd)


@pytest.mark.parametrize("marks", [None, MARKS])
def test_one_by_one_they_are_the_same(marks):
    found = list(entries(marks))
    assert [entry.key for entry in found] == KEYS
    assert [entry.created for entry in found][:2] == [
        "2023-11-14T22:13:20.123456789Z",
        "2023-11-14T22:13:20.999999999Z",
    ]
    assert [entry.operation for entry in found] == (marks or [Operation.PUT] * 4)
    assert [entry.value for entry in found] == VALUES


def test_those_with_values_are_told_from_markers():
    put = entries(MARKS).put
    assert [(entry.key, entry.revision, entry.value) for entry in put] == [("a", 1, b"one"), ("bell\x07", 4, VALUES[3])]
    assert entries(None).put == entries(None)
