"""What ``sub -o json`` writes can be read again, byte for byte, and what cannot be read is said plainly."""

import contextlib
import json
import timeit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.messaging.ndjson import (
    LONGEST_LINE,
    Line,
    LineError,
    NewerRecordingError,
    decode_line,
    encode_heading,
    encode_line,
    format_time,
    parse_time,
)
from natscli.wire.headers import encode_headers
from natscli.wire.message import Message

TIME_NS = 1_795_435_200_000_001_000
TIME = format_time(TIME_NS)

subjects = st.lists(st.from_regex(rb"[!-)+\-/-=?-~\x80-\xff]+", fullmatch=True), min_size=1, max_size=3).map(b".".join)
canonical = st.lists(
    st.tuples(st.from_regex(r"[!-9;-~]+", fullmatch=True), st.from_regex(r"[!-~é]*", fullmatch=True)), max_size=3
).map(encode_headers)
blocks = st.one_of(st.just(b""), canonical, st.binary(max_size=60), st.binary(max_size=60).map(b"NATS/1.0\r\n".__add__))


def again(message: Message, through=lambda line: line) -> Line:
    line = decode_line(through(encode_line(message, TIME)))
    assert line is not None
    return line


def strict_tool(line: bytes) -> bytes:
    """What jq and others that know no lone surrogates make of a line."""
    text = json.dumps(json.loads(line), ensure_ascii=False)
    return text.encode("utf-8", "replace")


@given(st.builds(Message, subjects, st.binary(), st.one_of(st.just(b""), subjects), blocks))
def test_every_message_comes_back_byte_for_byte(message):
    assert again(message) == Line(message, TIME_NS)


@given(st.builds(Message, st.just(b"a"), st.binary(), st.just(b""), blocks))
def test_payload_and_headers_also_survive_a_tool_that_knows_no_lone_surrogates(message):
    assert again(message, strict_tool).message == message


@pytest.mark.parametrize(
    "block",
    [
        b"NATS/1.0 503\r\n\r\n",
        b"NATS/1.0 100 Idle Heartbeat\r\nNats-Last-Consumer: 1\r\n\r\n",
        b"NATS/1.0\r\nA:1\r\n\r\n",
        b"NATS/1.0\r\nA:  1 \r\n\r\n",
        b"NATS/1.0\r\nA: 1\r\nB: 2\r\nA: 3\r\n\r\n",
        b"NATS/1.0\r\nno header\r\nA: 1\r\n\r\n",
        b"NATS/1.0\r\nA: \xff\r\n\r\n",
        b"NATS/1.0\r\n: 1\r\n\r\n",
        b"NATS/1.0\r\n\r\n",
        b"NATS/1.0\r\nA: 1\r\n",
        b"\x00",
    ],
)
def test_a_block_that_names_and_values_do_not_give_back_is_kept_as_it_was(block):
    message = Message(b"a", b"", b"", block)

    assert "headers_b64" in json.loads(encode_line(message, TIME))
    assert again(message).message == message


@given(canonical)
def test_a_usual_block_stands_as_names_and_values_alone_unless_equal_names_are_apart(block):
    fields = json.loads(encode_line(Message(b"a", b"", b"", block), TIME))
    names = [line.split(b":")[0] for line in block.split(b"\r\n")[1:-2]]
    together = names == sorted(names, key=names.index)

    assert ("headers_b64" in fields) == (not together)


def test_a_large_text_is_kept_in_base64_so_that_every_line_can_be_read_again():
    message = Message(b"a", b"\0" * (15 * 1024 * 1024 + 1))

    line = encode_line(message, TIME)

    assert "data_b64" in json.loads(line)
    assert len(encode_line(message._replace(payload=message.payload[:-1]), TIME)) < LONGEST_LINE
    assert again(message).message == message


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"", "it is not JSON: expecting value at column 1"),
        (b"{", "it is not JSON: expecting property name enclosed in double quotes at column 2"),
        (b'{"subject":"a","data":"x"', "it is not JSON"),
        (b'{"subject":"a","data":"\xff"}', "it is not UTF-8"),
        (b"[" * 100_000, "it is nested too deeply"),
        (b'{"n":' + b"1" * 5000 + b"}", "it is not JSON: exceeds the limit"),
        (b"[]", "it is not a JSON object"),
        (b'"a"', "it is not a JSON object"),
        (b"{}", "it has no subject"),
        (b'{"subject":null,"data":""}', "it has no subject"),
        (b'{"subject":1,"data":""}', "subject is not a text"),
        (b'{"subject":"","data":""}', "the subject is empty"),
        (b'{"subject":"a b","data":""}', "subject 'a b' has white space or control characters"),
        (b'{"subject":"a\\r\\nPUB b 0","data":""}', "has white space or control characters"),
        (b'{"subject":"a..b","data":""}', "subject 'a..b' has an empty token"),
        (b'{"subject":"a.*","data":""}', "subject 'a.*' has a wildcard"),
        (b'{"subject":"a.\\ud800","data":""}', "has half of a surrogate pair"),
        (b'{"subject":"a","reply":"b c","data":""}', "reply: subject 'b c' has white space"),
        (b'{"subject":"a"}', "it has neither data nor data_b64"),
        (b'{"subject":"a","data":"x","data_b64":"eA=="}', "it has both data and data_b64"),
        (b'{"subject":"a","data":{}}', "data is not a text"),
        (b'{"subject":"a","data":"\\udcff"}', "data has half of a surrogate pair"),
        (b'{"subject":"a","data_b64":"eA="}', "data_b64 is not base64"),
        (b'{"subject":"a","data_b64":"e A=="}', "data_b64 is not base64"),
        ('{"subject":"a","data_b64":"é"}'.encode(), "data_b64 is not base64"),
        (b'{"subject":"a","data":"","headers":[]}', "headers is not an object"),
        (b'{"subject":"a","data":"","headers":{"A":1}}', "header 'A' is not a list of texts"),
        (b'{"subject":"a","data":"","headers":{"A":["1",2]}}', "header 'A' is not a list of texts"),
        (b'{"subject":"a","data":"","headers":{"A B":["1"]}}', "'A B' cannot be the name of a header"),
        (b'{"subject":"a","data":"","headers":{"A":["1\\r\\nB: 2"]}}', "the value of header 'A' has a line break"),
        (b'{"subject":"a","data":"","headers":{"A":["\\ud800"]}}', "a header has half of a surrogate pair"),
        (b'{"subject":"a","data":"","headers":{"\xc3\xa9":["1"]}}', "cannot be the name of a header"),
        (b'{"subject":"a","data":"","headers_b64":"?"}', "headers_b64 is not base64"),
        (b'{"subject":"a","data":"","time":"yesterday"}', "time 'yesterday' is not an RFC 3339 time"),
        (b'{"subject":"a","data":"","time":"2026-11-23T12:00:00"}', "is not an RFC 3339 time"),
        (b'{"subject":"a","data":"","time":"2026-11-23T12:00:0x.000001Z"}', "is not an RFC 3339 time"),
        (b'{"subject":"a","data":"","time":5}', "time is not a text"),
        (b'{"natscli_recording":"1"}', "'1' is no version of a recording"),
        (b'{"natscli_recording":true}', "'True' is no version of a recording"),
    ],
    ids=lambda value: repr(value[:40]) if isinstance(value, bytes) else "",
)
def test_a_bad_line_says_what_is_wrong_with_it(line, words):
    with pytest.raises(LineError) as raised:
        decode_line(line)

    assert words in str(raised.value)


@given(st.one_of(st.binary(), st.text().map(str.encode)))
def test_any_bytes_are_a_message_or_a_line_error(line):
    with contextlib.suppress(LineError):
        decode_line(line)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)
FIELDS = ["subject", "time", "reply", "headers", "headers_b64", "data", "data_b64", "natscli_recording", "x"]


@given(st.dictionaries(st.sampled_from(FIELDS), json_values))
def test_any_object_is_a_message_or_a_line_error(fields):
    with contextlib.suppress(LineError):
        decode_line(json.dumps(fields).encode())


def test_fields_of_others_are_passed_over():
    line = b'{"subject":"a","data":"x","answer":null,"rtt_ns":5,"note":{"a":[1]}}\r'

    assert decode_line(line) == Line(Message(b"a", b"x"), None)


def test_a_header_may_have_a_text_instead_of_a_list():
    line = decode_line(b'{"subject":"a","data":"","headers":{"A":"1","B":["2","3"]}}')

    assert line.message.headers == b"NATS/1.0\r\nA: 1\r\nB: 2\r\nB: 3\r\n\r\n"


def test_the_raw_header_block_wins():
    line = decode_line(b'{"subject":"a","data":"","headers":{"A":["1"]},"headers_b64":"AAA="}')

    assert line.message.headers == b"\0\0"


def test_the_heading_of_a_recording_is_no_message():
    heading = encode_heading(["orders.>"], TIME)

    assert decode_line(heading) is None
    assert json.loads(heading) == {"natscli_recording": 1, "time": TIME, "subjects": ["orders.>"]}


def test_a_newer_recording_says_so():
    with pytest.raises(
        NewerRecordingError, match="made by a newer natscli: it is of version 2, and this natscli reads"
    ):
        decode_line(b'{"natscli_recording":2,"layout":"other"}')


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("1970-01-01T00:00:00.000000Z", 0),
        ("1969-12-31T23:59:59.999999Z", -1000),
        (TIME, TIME_NS),
        ("2026-11-23T12:00:00.000001+00:00", TIME_NS),
        ("2026-11-23T14:00:00.000001+02:00", TIME_NS),
        ("2026-11-23T12:00:00Z", TIME_NS - 1000),
        ("2026-11-23T12:00:00.5Z", TIME_NS - 1000 + 500_000_000),
    ],
)
def test_a_time_is_read_to_the_microsecond(text, nanoseconds):
    assert parse_time(text) == nanoseconds


@given(st.integers(0, 4_000_000_000_000_000))
def test_every_microsecond_comes_back(microseconds):
    assert parse_time(format_time(microseconds * 1000)) == microseconds * 1000


def test_a_line_takes_microseconds_to_make_and_to_read(record_property):
    plain = Message(b"orders.berlin.42", b'{"id":17,"price":12.5,"currency":"EUR"}' * 3)
    full = plain._replace(reply=b"_INBOX.abc.def", headers=b"NATS/1.0\r\nTrace-Id: 17\r\nX: y\r\n\r\n")
    work = [
        call
        for message, line in [(message, encode_line(message, TIME)) for message in (plain, full)]
        for call in (lambda m=message: encode_line(m, TIME), lambda text=line: decode_line(text))
    ]
    times = [min(timeit.repeat(call, number=1000, repeat=5)) * 1000 for call in work]
    record_property("figure", "encode, decode: {:.1f}, {:.1f} µs; with headers {:.1f}, {:.1f} µs".format(*times))

    assert times[0] < 20
