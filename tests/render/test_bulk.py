"""Runs printed at once look as if they were printed message by message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.render import bulk, messages
from natscli.render.messages import Format, Stamp, Style, printer
from natscli.wire.message import Message, Repeated, Run

NOON = 1_795_435_200_123_456_789
BODIES = st.lists(st.binary(max_size=12) | st.sampled_from([b"", b"a\n", b"100%", "ü\u2028".encode()]), min_size=1)
SUBJECTS = st.lists(st.sampled_from([b"a.b", b"per%cent", b"\xff", b'quo"te']), min_size=1, max_size=3)


def one_by_one(run, style, number):
    """What a style prints of each message of a run, alone: too few for any short cut to differ."""
    show = printer(style)
    return b"".join(show(Run.of(1, [message]), number + at, NOON) for at, message in enumerate(run))


@pytest.mark.parametrize("style", [Style(), Style(stamp=Stamp.CLOCK), Style(format=Format.JSON)], ids=str)
@given(bodies=BODIES, subjects=SUBJECTS)
def test_a_run_is_printed_like_its_messages(style, bodies, subjects):
    if len(subjects) == 1:
        run = Run(1, Repeated(subjects[0], len(bodies)), bodies)
    else:
        run = Run(1, [subjects[at % len(subjects)] for at in range(len(bodies))], bodies)

    assert printer(style)(run, 5, NOON) == one_by_one(run, style, 5)


def slowly(run, style, monkeypatch):
    """What a style prints of a run when every short cut declines."""
    with monkeypatch.context() as patch:
        patch.setattr(bulk, "human", lambda *_: None)
        patch.setattr(bulk, "json_lines", lambda *_: None)
        return messages.printer(style)(run, 1, NOON)


@pytest.mark.parametrize("style", [Style(), Style(format=Format.JSON)], ids=str)
@pytest.mark.parametrize("bodies", [[b"hi", b"there"], [b"100%d", b"%b"], ["grün".encode(), b"\x1b[2J"]], ids=str)
def test_the_short_cut_and_the_long_way_meet(style, bodies, monkeypatch):
    run = Run(1, Repeated(b"a.%s", len(bodies)), bodies)

    assert printer(style)(run, 1, NOON) == slowly(run, style, monkeypatch)


@pytest.mark.parametrize(
    "message",
    [Message(b"a", b"x", b"reply"), Message(b"a", b"x", b"", b"NATS/1.0\r\nA: 1\r\n\r\n"), Message(b"a", b"")],
    ids=["reply", "headers", "empty"],
)
def test_what_is_not_simple_is_declined(message):
    assert bulk.human(Run.of(1, [message]), 1, b"") is None


def test_bytes_that_are_no_text_are_declined():
    assert bulk.json_lines(Run.of(1, [Message(b"a", b"\xff")]), "T") is None
