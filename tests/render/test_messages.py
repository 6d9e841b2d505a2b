"""Printed messages: golden bytes for each format, and nothing foreign unescaped on a terminal."""

import re
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.messaging.pairing import Pair
from natscli.render.content import body_text, header_lines
from natscli.render.layout import Layout
from natscli.render.messages import Detail, Format, Stamp, Style, pair_printer, printer
from natscli.wire.message import Message, Run

READ_NS = 1_795_435_200_123_456_789
HEADERS = b"NATS/1.0\r\nA: 1\r\nb: \xfe\x1b[2J\r\nA: 2\r\n\r\n"
PLAIN = Message(b"a.b", b"hi")
FULL = Message(b"a.\xff", b"\x1b[2J\r\nbody\n", b"in.\x07", HEADERS)
EMPTY = Message(b"a", b"")


def _printed(*messages: Message, number: int = 1, **style) -> bytes:
    return printer(Style(**style))(Run.of(1, messages), number, READ_NS)


# -- for people ------------------------------------------------------------------------------------


def test_people_see_number_subject_and_body():
    assert _printed(PLAIN, PLAIN, number=9) == (b'[#9] Received on "a.b"\nhi\n\n[#10] Received on "a.b"\nhi\n\n')


def test_people_see_reply_subject_and_headers_byte_for_byte_in_a_pipe():
    assert _printed(FULL) == (
        b'[#1] Received on "a.\xff" with reply "in.\x07"\nA: 1\nb: \xfe\x1b[2J\nA: 2\n\n\x1b[2J\r\nbody\n\n'
    )


def test_on_a_terminal_what_could_act_on_it_is_made_visible():
    assert _printed(FULL, terminal=True) == (
        b'[#1] Received on "a.\\xff" with reply "in.\\x07"\nA: 1\nb: \\xfe\\x1b[2J\nA: 2\n\n\\x1b[2J\\x0d\nbody\n\n'
    )


def test_no_body_is_said_in_words():
    assert _printed(EMPTY) == b'[#1] Received on "a"\nnil body\n\n'


def test_a_status_is_shown_as_headers():
    message = Message(b"a", b"x", b"", b"NATS/1.0 503 No Responders\r\n\r\n")

    assert _printed(message) == b'[#1] Received on "a"\nStatus: 503\nDescription: No Responders\n\nx\n\n'


@pytest.mark.parametrize(
    ("detail", "printed"),
    [
        (Detail.HEADERS, b'[#1] Received on "a"\nA: 1\n\n[#2] Received on "a.b"\n'),
        (Detail.SUBJECT, b'[#1] Received on "a"\n[#2] Received on "a.b"\n'),
    ],
)
def test_less_detail_leaves_out_bodies_and_headers(detail, printed):
    assert _printed(Message(b"a", b"body", b"", b"NATS/1.0\r\nA: 1\r\n\r\n"), PLAIN, detail=detail) == printed


def test_only_the_number_is_coloured():
    assert _printed(PLAIN, colour=True) == b'\x1b[36m[#1]\x1b[0m Received on "a.b"\nhi\n\n'


def test_a_timestamp_is_local_and_as_the_go_cli_writes_it():
    local = datetime.fromtimestamp(READ_NS // 1_000_000_000).astimezone()

    (stamp,) = re.findall(rb'@ (.*) Received on "a"', _printed(EMPTY, stamp=Stamp.CLOCK))

    assert stamp == f"{local:%b} {local.day:2d} {local:%H:%M:%S}.123456".encode()


def test_a_delta_is_since_the_start():
    printed = _printed(PLAIN, stamp=Stamp.DELTA, started_ns=READ_NS - 12_340_000)

    assert printed.startswith(b'[#1] @ 12.34ms Received on "a.b"\n')


# -- for programs ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("separator", "printed"),
    [
        (b"\n", b"\x00\r\n\xff\n\nb\n"),
        (b"\0", b"\x00\r\n\xff\n\x00b\x00"),
        (b"", b"\x00\r\n\xff\nb"),
        (b"--", b"\x00\r\n\xff\n--b--"),
    ],
)
def test_raw_is_bodies_and_what_separates_them(separator, printed):
    messages = (Message(b"a", b"\x00\r\n\xff\n", b"r", HEADERS), Message(b"a", b"b"))

    assert _printed(*messages, format=Format.RAW, separator=separator) == printed


def test_an_empty_raw_body_is_empty():
    assert _printed(EMPTY, PLAIN, format=Format.RAW) == b"\nhi\n"


def test_raw_on_a_terminal_is_made_visible():
    printed = _printed(Message(b"a", b"\x00\x1b\nb\r"), format=Format.RAW, terminal=True)

    assert printed == b"\\x00\\x1b\nb\\x0d\n"


def test_a_layout_is_a_line_for_each():
    layout = Layout("{number} {subject}={data}")

    assert _printed(PLAIN, FULL, layout=layout, separator=b"\0") == b"1 a.b=hi\x002 a.\xff=\x1b[2J\r\nbody\n\0"
    assert _printed(FULL, layout=layout, terminal=True) == b"1 a.\\xff=\\x1b[2J\\x0d\nbody\n\n"


def test_json_lines_share_the_moment_they_were_read():
    assert _printed(PLAIN, EMPTY, format=Format.JSON, terminal=True) == (
        b'{"subject":"a.b","time":"2026-11-23T12:00:00.123456Z","data":"hi"}\n'
        b'{"subject":"a","time":"2026-11-23T12:00:00.123456Z","data":""}\n'
    )


def test_none_is_nothing():
    assert _printed(PLAIN, FULL, format=Format.NONE) == b""


# -- requests and replies --------------------------------------------------------------------------

ANSWERED = Pair(
    3, READ_NS, Message(b"ask", b"?", b"in.1"), Message(b"in.1", b"!", b"", b"NATS/1.0\r\nA: 1\r\n\r\n"), 0.00123
)
UNANSWERED = Pair(4, READ_NS, Message(b"ask", b"?", b"in.2"))
UNASKED = Pair(5, READ_NS, Message(b"ask", b"?"))


def _pairs(*pairs: Pair, **style) -> bytes:
    return pair_printer(Style(**style), 5.0)(pairs)


def test_people_see_the_reply_under_its_request():
    assert _pairs(ANSWERED, UNANSWERED, UNASKED).decode() == (
        '[#3] Received on "ask" with reply "in.1"\n?\n\n'
        '[#3] Matched reply on "in.1" with rtt 1.23ms\nA: 1\n\n!\n\n'
        '[#4] Received on "ask" with reply "in.2"\n?\n\n'
        "[#4] No reply within 5s\n\n"
        '[#5] Received on "ask"\n?\n\n'
    )


def test_raw_pairs_are_request_and_reply():
    assert _pairs(ANSWERED, UNANSWERED, UNASKED, format=Format.RAW) == b"?\n!\n?\n?\n"


def test_json_pairs_are_a_line_each():
    printed = _pairs(ANSWERED, UNANSWERED, format=Format.JSON)

    assert [b'"rtt_ns":1230000' in line for line in printed.splitlines()] == [True, False]


def test_pairs_may_be_nothing():
    assert _pairs(ANSWERED, format=Format.NONE) == b""


# -- strangers -------------------------------------------------------------------------------------

anything = st.binary(max_size=30)
hostile = st.lists(
    st.sampled_from(
        [b"\x1b]52;c;x\x07", b"\x9b2J", "\u202e\u2028\u200b\x85".encode(), b"\r", b"\0", b"\x7f", b"[b]", b"a"]
    )
).map(b"".join)
foreign = anything | hostile
messages = st.builds(
    Message,
    foreign,
    foreign,
    foreign,
    foreign.map(lambda raw: b"NATS/1.0\r\nA: " + raw + b"\r\n" + raw + b": b\r\n\r\n"),
)
styles = st.builds(
    Style,
    format=st.sampled_from(Format),
    terminal=st.just(True),
    stamp=st.sampled_from(Stamp),
    detail=st.sampled_from(Detail),
    layout=st.none() | st.just(Layout("{subject}{reply}{headers}{data}")),
)
DANGEROUS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


@given(messages, styles)
def test_nothing_a_stranger_sends_reaches_a_terminal_as_it_is(message, style):
    printed = printer(style)(Run.of(1, [message]), 1, READ_NS)
    paired = pair_printer(style, 1.0)([Pair(1, READ_NS, message, message, 0.1)])

    assert not DANGEROUS.search(printed.decode())  # and it is UTF-8
    assert not DANGEROUS.search(paired.decode())


@given(foreign)
def test_a_body_for_a_pipe_is_its_bytes(payload):
    assert body_text(payload, terminal=False) == payload


@given(foreign)
def test_header_lines_for_a_terminal_are_one_for_each_header(value):
    block = b"NATS/1.0\r\nA: " + value.replace(b"\r\n", b"") + b"\r\nB: 2\r\n\r\n"

    lines = header_lines(block, terminal=True).decode().split("\n")

    assert [line.partition(":")[0] for line in lines] == ["A", "B", ""]
