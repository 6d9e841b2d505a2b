"""Runs printed at once look as if they were printed message by message."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.messaging.ndjson import LONGEST_TEXT, encode_line, format_time
from natscli.render import bulk
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


REPLIES = st.sampled_from([b"", b"_INBOX.1", b"\xff"])
HEADERS = st.sampled_from([b"", b"NATS/1.0\r\nA: 1\r\n\r\n", b"NATS/1.0 503\r\n\r\n", b"no headers at all"])
KINDS = st.lists(
    st.builds(Message, st.sampled_from([b"a.b", b"per%cent"]), st.sampled_from([b"", b"x", b"a\n"]), REPLIES, HEADERS),
    min_size=1,
)


@pytest.mark.parametrize("style", [Style(), Style(stamp=Stamp.CLOCK)], ids=str)
@given(mixed=KINDS)
def test_runs_of_all_kinds_are_printed_as_on_a_terminal(style, mixed):
    """Nothing in these messages needs to be made safe but two bytes, so both ways print the same."""
    run = Run.of(1, mixed)
    terminal = printer(replace(style, terminal=True))(run, 7, NOON)

    assert printer(style)(run, 7, NOON).replace(b"\xff", b"\\xff") == terminal


@given(mixed=KINDS)
def test_json_lines_are_those_of_their_messages(mixed):
    lines = b"".join([encode_line(message, format_time(NOON)) for message in mixed])

    assert printer(Style(format=Format.JSON))(Run.of(1, mixed), 1, NOON) == lines


def test_a_body_too_long_for_a_line_is_base64_in_a_run_too():
    run = Run.of(1, [Message(b"a", b"x"), Message(b"a", b"x" * (LONGEST_TEXT + 1))])

    assert bulk.json_lines(run, "T").count(b"data_b64") == 1
