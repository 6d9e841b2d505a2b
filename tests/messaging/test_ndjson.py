"""The lines of ``sub -o json``: golden bytes, and that every message comes back out of its line."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.messaging.ndjson import encode_line, encode_pair, format_time, header_fields
from natscli.messaging.pairing import Pair
from natscli.wire.headers import encode_headers, parse_headers
from natscli.wire.message import Message

TIME = "2026-11-23T12:00:00.000001Z"
TIME_NS = 1_795_435_200_000_001_999


@pytest.mark.parametrize(
    ("message", "line"),
    [
        (Message(b"a.b", b"hi"), rb'{"subject":"a.b","time":"T","data":"hi"}'),
        (Message(b"a", b""), rb'{"subject":"a","time":"T","data":""}'),
        (Message(b"a", b"x", b"in.1"), rb'{"subject":"a","time":"T","reply":"in.1","data":"x"}'),
        (Message(b"a", b"\xff\x00"), rb'{"subject":"a","time":"T","data_b64":"/wA="}'),
        (Message(b"a", b"\x00\x1b[2J\x7f\r\n"), rb'{"subject":"a","time":"T","data":"\u0000\u001b[2J\u007f\r\n"}'),
        (Message(b"a", "\u2028\u202e\x9b".encode()), rb'{"subject":"a","time":"T","data":"\u2028\u202e\u009b"}'),
        (Message(b"\xff", b""), rb'{"subject":"\udcff","time":"T","data":""}'),
        (
            Message(b"a", b"", b"", b"NATS/1.0\r\nX: 1\r\ny:2\r\nX: 3\r\nEmpty:\r\n\r\n"),
            (
                rb'{"subject":"a","time":"T","headers":{"X":["1","3"],"y":["2"],"Empty":[""]},'
                rb'"headers_b64":"TkFUUy8xLjANClg6IDENCnk6Mg0KWDogMw0KRW1wdHk6DQoNCg==","data":""}'
            ),
        ),
        (
            Message(b"a", b"", b"", b"NATS/1.0 503 No Responders\r\n\r\n"),
            (
                rb'{"subject":"a","time":"T","headers":{"Status":["503"],"Description":["No Responders"]},'
                rb'"headers_b64":"TkFUUy8xLjAgNTAzIE5vIFJlc3BvbmRlcnMNCg0K","data":""}'
            ),
        ),
    ],
)
def test_a_message_is_one_line(message, line):
    assert encode_line(message, "T") == line + b"\n"


def test_a_time_has_microseconds_and_is_utc():
    assert format_time(TIME_NS) == TIME
    assert format_time(0) == "1970-01-01T00:00:00.000000Z"


def test_a_pair_is_one_line_with_the_answer_in_it():
    pair = Pair(1, TIME_NS, Message(b"ask", b"?", b"in.1"), Message(b"in.1", b"\xff"), 0.25)

    assert encode_pair(pair) == (
        b'{"subject":"ask","time":"' + TIME.encode() + b'","reply":"in.1","data":"?",'
        b'"answer":{"subject":"in.1","data_b64":"/w=="},"rtt_ns":250000000}\n'
    )


def test_a_request_without_an_answer_says_so():
    document = json.loads(encode_pair(Pair(1, TIME_NS, Message(b"ask", b"?", b"in.1"))))

    assert (document["answer"], document["rtt_ns"]) == (None, None)


def test_a_message_that_asks_for_no_answer_has_none():
    assert not {"answer", "rtt_ns", "reply"} & json.loads(encode_pair(Pair(1, TIME_NS, Message(b"a", b"?")))).keys()


header_values = st.text(st.characters(exclude_characters="\r\n", codec="utf-8")).map(lambda text: text.strip(" \t"))
header_pairs = st.lists(st.tuples(st.from_regex(r"[!-9;-~]+", fullmatch=True), header_values), max_size=4)


@given(st.binary(), st.binary(min_size=1), st.binary(), header_pairs)
def test_a_line_is_printable_ascii_and_holds_the_whole_message(payload, subject, reply, pairs):
    line = encode_line(Message(subject, payload, reply, encode_headers(pairs)), TIME)

    assert line.endswith(b"\n")
    assert all(0x20 <= byte < 0x7F for byte in line[:-1])
    document = json.loads(line)
    assert document["subject"].encode("utf-8", "surrogateescape") == subject
    assert document.get("reply", "").encode("utf-8", "surrogateescape") == reply
    data = base64.b64decode(document["data_b64"]) if "data_b64" in document else document["data"].encode()
    assert data == payload
    assert [(name, value) for name, values in document.get("headers", {}).items() for value in values] == sorted(
        pairs, key=lambda pair: [name for name, _ in pairs].index(pair[0])
    )


@given(st.lists(st.tuples(st.sampled_from(["A", "b", "C-d"]), st.text('x" \\', max_size=3)), max_size=4))
def test_headers_of_every_kind_are_written_as_reading_them_says(pairs: list[tuple[str, str]]) -> None:
    block = b"NATS/1.0\r\n" + "".join(f"{name}: {value}\r\n" for name, value in pairs).encode() + b"\r\n"
    fields = json.loads("{" + header_fields(block).removeprefix(",") + "}")
    assert fields["headers"] == parse_headers(block).lists()
    given_back = encode_headers([(name, value) for name, values in fields["headers"].items() for value in values])
    assert ("headers_b64" in fields) == (given_back != block)
