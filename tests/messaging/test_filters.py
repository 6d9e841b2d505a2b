"""Which messages a filter keeps, what it refuses to be made of, and that no message makes it fail."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.messaging.decoding import DecodeError
from natscli.messaging.filters import LARGEST_SEARCH, Filter
from natscli.wire.headers import encode_headers
from natscli.wire.message import Message
from tests.waiting import SLACK_S

BODY = (
    b'{"user":{"id":6,"name":"Ann"},"items":[1,{"sku":"x"}],"tags":["a"],"keys":"k","_id":"i","paid":true,"none":null}'
)
HEADERS = encode_headers([("Trace-Id", "17"), ("Trace-Id", "18"), ("Empty", "")])
ORDER = Message(b"orders.new", BODY, b"in.1", HEADERS)
BARE = Message(b"a", b"\xff\x00 no json")


@pytest.mark.parametrize(
    "where",
    [
        'subject.startswith("orders.") and headers["Trace-Id"] == "17" or json.user.id > 5 and size < 1000',
        'subject == "orders.new" and reply == "in.1"',
        'subject in ("a", "orders.new")',
        'subject.split(".")[1] == "new"',
        'subject[:6] == "orders"',
        f"size == {len(BODY)}",
        "1 < size < 1000",
        "size % 2 == 0 or size // 2 * 2 + 1 == size",
        'headers["trace-ID"] == "17"',
        'headers.Empty == ""',
        'headers["Missing"] is None and "Missing" not in headers and "empty" in headers',
        "int(headers['Trace-Id']) == 17",
        "json.user.id == 6",
        'json["user"]["name"].lower() == "ann"',
        'upper(json.user.name) == "ANN"',
        'json.items[1].sku == "x"',
        'json.items[-1] == json["items"][1]',
        "len(json.items) == 2 and len(headers) == 3",
        'json.tags == ["a"] and "a" in json.tags',
        'json.keys == "k"',
        'json._id == "i"',
        "json.paid == true and json.paid and not json.none",
        "json.none == null and json.none is None",
        '"user" in json and "nobody" not in json',
        "(1 if json.paid else 2) == 1",
        "-abs(json.user.id) == -6",
        'data.find("Ann") > 0',
        'str(size) + "!" != ""',
    ],
)
def test_a_message_is_kept_for_which_the_expression_holds(where):
    assert Filter(where=where).keep(ORDER)
    assert not Filter(where=where, inverted=True).keep(ORDER)


@pytest.mark.parametrize(
    "where",
    [
        "json.user.id > 6",
        "json.nobody == 1",
        "json.nobody != 1",
        "not json.nobody",
        "json.user.id.deeper == 1",
        'json.user.name > 5 or subject == "b"',
        "json.items[9] == 1",
        "json.items.sku == 1",
        "size / (size - size) > 0",
        "headers[1] == 1",
        "lower(size) == 1",
        "json.user.lower() == 1",
        "int(json.user) == 1",
        "int(subject) == 1",
        "json.user + 1 == 1",
        '"a" * size',
        '"%9999999d" % size',
        "abs(subject)",
        "-subject == 1",
    ],
)
def test_an_expression_that_does_not_hold_or_cannot_be_evaluated_keeps_nothing(where):
    assert not Filter(where=where).keep(ORDER)


def test_what_is_unknown_decides_nothing_where_something_else_does():
    assert Filter(where='json.nobody == 1 or subject == "orders.new"').keep(ORDER)
    assert Filter(where='not (json.nobody == 1 and subject == "b")').keep(ORDER)
    assert not Filter(where='json.nobody == 1 and subject == "orders.new"').keep(ORDER)
    assert not Filter(where='not (json.nobody == 1 and subject == "orders.new")').keep(ORDER)


def test_a_payload_that_is_no_json_is_none():
    assert Filter(where="json is None").keep(BARE)
    assert not Filter(where="json.a == 1").keep(BARE)
    assert not Filter(where="json == 1").keep(Message(b"a", b"[" * 100_000))


@pytest.mark.parametrize(
    "where",
    [
        "().__class__",
        "json.__class__",
        "subject.__class__.__mro__",
        "json['a'].__class__()",
        '"{0.__class__}".format(subject)',
        'subject.replace("", "aaaa")',
        "subject.startswith",
        "subject.upper",
        "getattr(json, 'a')",
        "eval('1')",
        "open('/etc/passwd')",
        "json.items()",
        "(lambda: 1)()",
        "[a for a in json]",
        "{a for a in json}",
        "{1: 2}",
        "{1}",
        "list(json)",
        "dict()",
        "rand()",
        "2 ** 100000000",
        "1 << 100000000",
        "size | 1",
        "~size",
        'f"{size}"',
        "len(*json)",
        "[*json]",
        "subject.startswith(prefix='a')",
        "len()",
        "subject.split('.', 1, 2)",
        "size := 1",
        "a = 1",
        "import os",
        "a; b",
        "yield 1",
        "await json",
        "...",
        "1j",
        "b'a'",
        "nobody == 1",
        "content == 1",
        "len == 1",
        "subject ==",
        "",
        "  ",
        "\0",
        "\udcff",
        "9" * 5000,
        "x" * 5000,
        "-" * 4000 + "1",
        "(" * 4000,
        "not " * 1000 + "size",
        "json" + ".a" * 1000,
        "json" + "[0]" * 1000,
        "+".join(["size"] * 500),
    ],
)
def test_what_is_no_expression_is_refused_when_it_is_typed(where):
    with pytest.raises(ValueError) as refused:
        Filter(where=where)
    assert len(str(refused.value)) < 400


def test_numbers_from_a_message_do_not_grow_without_end():
    huge = Message(b"a", b'{"a":' + b"9" * 308 + b"}")
    assert not Filter(where="*".join(["json.a"] * 40) + " > 0").keep(huge)
    assert not Filter(where="str(json.a) * json.a").keep(huge)
    assert Filter(where="json.a > 5").keep(huge)


@pytest.mark.parametrize(
    ("header", "kept"),
    [
        ("Trace-Id=17", True),
        ("trace-id=18", True),
        ("Trace-Id=1", False),
        ("Trace-Id", True),
        ("Empty", True),
        ("Empty=", True),
        ("Trace-Id=", False),
        ("Missing", False),
        ("Missing=", False),
    ],
)
def test_a_header_is_there_or_has_the_value(header, kept):
    assert Filter(headers=[header]).keep(ORDER) is kept
    assert not Filter(headers=[header]).keep(BARE)


def test_a_status_line_is_a_header():
    status = Message(b"a", b"", b"", b"NATS/1.0 503 No Responders\r\n\r\n")
    assert Filter(headers=["Status=503", "Description=No Responders"]).keep(status)
    assert Filter(where='headers.Status == "503"').keep(status)


@pytest.mark.parametrize("header", ["", "=1", "a b", "a:b", "Name=line\nbreak"])
def test_what_no_header_can_be_is_refused(header):
    with pytest.raises(ValueError):
        Filter(headers=[header])


@pytest.mark.parametrize(
    ("pattern", "kept"), [("user", True), (r'"id":\d+', True), ("^user", False), ("(?i)ANN", True), ("", True)]
)
def test_a_pattern_is_searched_in_the_bytes_of_the_payload(pattern, kept):
    assert Filter(grep=pattern).keep(ORDER) is kept


def test_a_pattern_matches_bytes_that_are_no_text():
    assert Filter(grep=r"\xff\x00").keep(BARE)
    assert Filter(grep="\udcff").keep(BARE)
    assert Filter(grep="é").keep(Message(b"a", "é".encode()))


def test_a_pattern_is_searched_in_the_first_mebibyte():
    assert Filter(grep="x$").keep(Message(b"a", b" " * (LARGEST_SEARCH - 1) + b"x" + b"y"))
    assert not Filter(grep="y").keep(Message(b"a", b" " * LARGEST_SEARCH + b"y"))


@pytest.mark.parametrize("pattern", ["(", "[", "*", "(?P<a>x)(?P<a>y)", "a{99999999999}", "(" * 5000 + ")" * 5000])
def test_what_is_no_pattern_is_refused(pattern):
    with pytest.raises(ValueError):
        Filter(grep=pattern)


def test_a_pattern_that_python_warns_of_is_taken():
    assert Filter(grep="[[a]").keep(Message(b"a", b"["))
    assert Filter(where=r'"\d" in data').keep(Message(b"a", rb"\d"))


def test_every_condition_must_hold_and_not_turns_all_of_them_around():
    both = {"headers": ["Trace-Id=17"], "grep": "Ann", "where": "json.user.id == 6"}
    assert Filter(**both).keep(ORDER)
    assert not Filter(**both, inverted=True).keep(ORDER)
    for missing in ({"headers": ["Missing"]}, {"grep": "Bob"}, {"where": "json.nobody == 1"}):
        assert not Filter(**{**both, **missing}).keep(ORDER)
        assert Filter(**{**both, **missing}, inverted=True).keep(ORDER)


def test_what_is_looked_into_is_the_decoded_payload_and_size_is_of_what_came():
    def decoded(message):
        return b'{"a":1}'

    assert Filter(where="json.a == 1 and data == '{\"a\":1}' and size == 1", grep='"a"', decoded=decoded).keep(
        Message(b"a", b"x")
    )
    assert not Filter(grep="x", decoded=decoded).keep(Message(b"a", b"x"))


def test_a_payload_that_cannot_be_decoded_is_looked_at_as_it_came():
    def undecodable(message):
        raise DecodeError("no")

    assert Filter(where="json.user.id == 6", decoded=undecodable).keep(ORDER)


def test_a_payload_is_read_once_however_often_it_is_asked_for():
    read = []

    def decoded(message):
        read.append(message)
        return message.payload

    where = "json.user.id == 6 and json.paid and data and data"
    assert Filter(where=where, decoded=decoded).keep(ORDER)
    assert len(read) == 1


def test_a_payload_is_not_read_where_the_subject_has_decided():
    assert not Filter(where='subject == "b" and json.a == 1', decoded=pytest.fail).keep(ORDER)
    assert not Filter(where="json.a == 1", headers=["Missing"], decoded=pytest.fail).keep(ORDER)


def test_a_field_of_a_large_payload_does_not_cost_a_walk_through_it():
    large = Message(b"a", b'{"a":{"b":1},"c":[' + b"0," * 500_000 + b"0]}")
    where = Filter(where=" and ".join(["json.a.b == 1"] * 50))
    started = time.perf_counter()
    assert where.keep(large)
    assert time.perf_counter() - started < 1.0 + SLACK_S


EVERYTHING = Filter(
    where='json.a.b[0] > 1 or headers.x == data and json == [1] or subject.split(".")[2] == reply or size > json.c'
    ' or json.a in json or data in json.d or len(json) * json.e - 1 > 0 or json[0:2] == "ab" or int(data) > 1'
)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from("abcde") | st.text(), inner),
    max_leaves=8,
)


@given(subject=st.binary(), payload=st.binary(), reply=st.binary(), headers=st.binary())
def test_no_message_makes_a_filter_fail(subject, payload, reply, headers):
    assert EVERYTHING.keep(Message(subject, payload, reply, headers)) in (True, False)


@given(value=PLAIN)
def test_no_json_makes_a_filter_fail(value):
    assert EVERYTHING.keep(Message(b"a", json.dumps(value).encode())) in (True, False)


@given(where=st.text(alphabet='json.hedrs[]()"0+*<=> ,:not', max_size=30))
def test_any_text_is_an_expression_or_refused(where):
    try:
        wanted = Filter(where=where)
    except ValueError:
        return
    assert wanted.keep(ORDER) in (True, False)
