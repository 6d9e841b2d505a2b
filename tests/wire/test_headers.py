"""Header blocks are read without failing, and written only when they can be read back."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from natscli.wire.headers import Headers, Pairs, encode_headers, parse_headers, plain_lines

names = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters=":"), min_size=1, max_size=8)
values = st.binary(max_size=20).map(
    lambda raw: raw.replace(b"\r", b"").replace(b"\n", b"").strip(b" \t").decode("utf-8", "surrogateescape")
)


@given(st.lists(st.tuples(names, values), min_size=1, max_size=6))
def test_what_is_written_is_read_back_in_order_with_duplicates(pairs: Pairs) -> None:
    assert parse_headers(encode_headers(pairs)) == Headers(0, "", pairs)


@given(st.binary(max_size=80), st.booleans())
def test_junk_is_read_without_failing(junk: bytes, with_version: bool) -> None:
    headers = parse_headers(b"NATS/1.0" + junk if with_version else junk)
    assert 0 <= headers.status <= 999
    for name, value in headers.pairs:
        assert name
        assert "\r\n" not in value
    assert sum(map(len, headers.lists().values())) == len(headers.shown())


@pytest.mark.parametrize(
    ("block", "status", "description", "pairs"),
    [
        (b"NATS/1.0\r\n\r\n", 0, "", []),
        (b"NATS/1.0\r\nA: 1\r\n\r\n", 0, "", [("A", "1")]),
        (b"NATS/1.0\r\nA:1\r\n\r\n", 0, "", [("A", "1")]),
        (b"NATS/1.0\r\nA:  1 \t\r\n\r\n", 0, "", [("A", "1")]),
        (b"NATS/1.0\r\nA:\r\nB: \r\n\r\n", 0, "", [("A", ""), ("B", "")]),
        (b"NATS/1.0\r\nX: a\r\nY: b\r\nX: c\r\n\r\n", 0, "", [("X", "a"), ("Y", "b"), ("X", "c")]),
        (b"NATS/1.0\r\nx: a\r\nX: b\r\n\r\n", 0, "", [("x", "a"), ("X", "b")]),
        (b"NATS/1.0\r\nUrl: http://a:1/\r\n\r\n", 0, "", [("Url", "http://a:1/")]),
        (b"NATS/1.0\r\nno header\r\nA: 1\r\n: x\r\n :y\r\n\r\n", 0, "", [("A", "1")]),
        (b"NATS/1.0\r\nA: caf\xe9\r\n\r\n", 0, "", [("A", "caf\udce9")]),
        (b"NATS/1.0\r\nA: 1", 0, "", [("A", "1")]),
        (b"NATS/1.0 503\r\n\r\n", 503, "", []),
        (b"NATS/1.0 100 Idle Heartbeat\r\n\r\n", 100, "Idle Heartbeat", []),
        (b"NATS/1.0 404 No Messages\r\nA: 1\r\n\r\n", 404, "No Messages", [("A", "1")]),
        (b"NATS/1.0   408   Request Timeout  \r\n\r\n", 408, "Request Timeout", []),
        (b"NATS/1.0 409 \xff\r\n\r\n", 409, "\udcff", []),
        (b"NATS/1.0 abc\r\n\r\n", 0, "", []),
        (b"NATS/1.0 12345\r\n\r\n", 0, "", []),
        (b"NATS/1.0 -50\r\n\r\n", 0, "", []),
        (b"HTTP/1.1 200 OK\r\nA: 1\r\n\r\n", 0, "", [("A", "1")]),
        (b"", 0, "", []),
        (b"\r\n\r\n", 0, "", []),
        (b"\x00\xff", 0, "", []),
    ],
)
def test_a_block_is_read(block: bytes, status: int, description: str, pairs: Pairs) -> None:
    assert parse_headers(block) == Headers(status, description, pairs)


def test_values_that_are_not_utf8_are_byte_exact() -> None:
    raw = bytes(set(range(256)) - {10, 13, 32, 9}) + b"\xc3\xa9\xe2\x82"
    block = b"NATS/1.0\r\nRaw: " + raw + b"\r\n\r\n"
    assert encode_headers(parse_headers(block).pairs) == block


@pytest.mark.parametrize(
    ("pairs", "block"),
    [
        ([], b""),
        ([("A", "1")], b"NATS/1.0\r\nA: 1\r\n\r\n"),
        ([("A", "")], b"NATS/1.0\r\nA: \r\n\r\n"),
        ([("A", "1"), ("a", "2"), ("A", "3")], b"NATS/1.0\r\nA: 1\r\na: 2\r\nA: 3\r\n\r\n"),
        ([("Name", "Grüße")], "NATS/1.0\r\nName: Grüße\r\n\r\n".encode()),
        ([("!#~", "a:b")], b"NATS/1.0\r\n!#~: a:b\r\n\r\n"),
    ],
)
def test_pairs_are_written(pairs: Pairs, block: bytes) -> None:
    assert encode_headers(pairs) == block


@pytest.mark.parametrize("name", ["", " ", "a b", "a:b", "a\r\nB", "a\n", "é", "a\x00", "\x7f", "a\udcff"])
def test_a_name_no_header_can_have_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name of a header"):
        encode_headers([("Fine", "1"), (name, "x")])


@pytest.mark.parametrize("value", ["a\r\nEvil: 1", "a\nb", "a\rb", "\n", "a\r"])
def test_a_value_with_a_line_break_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="value of header 'A' has a line break"):
        encode_headers([("A", value)])


def test_a_value_that_no_bytes_stand_for_is_refused() -> None:
    with pytest.raises(ValueError):
        encode_headers([("A", "\ud800")])


def test_get_returns_the_first_value_whatever_the_case() -> None:
    headers = Headers(0, "", [("Nats-Service-Error", "one"), ("nats-service-error", "two")])
    assert headers.get("NATS-SERVICE-ERROR") == "one"
    assert headers.get("Nats") is None


def test_a_status_is_shown_ahead_of_the_pairs() -> None:
    headers = Headers(503, "No Responders", [("A", "1"), ("B", "2"), ("A", "3")])
    assert headers.shown()[:2] == [("Status", "503"), ("Description", "No Responders")]
    assert list(headers.lists().items()) == [
        ("Status", ["503"]),
        ("Description", ["No Responders"]),
        ("A", ["1", "3"]),
        ("B", ["2"]),
    ]
    assert Headers(0, "", [("A", "1")]).shown() == [("A", "1")]


_ODD = st.text(st.characters(max_codepoint=0x17F), max_size=6)
_PLAIN = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=6)


@given(
    st.lists(st.tuples(_PLAIN, _PLAIN) | st.tuples(_ODD, _ODD), max_size=4), st.sampled_from(["", " 503", " 100 Idle"])
)
@example([("A", "b c"), ("D", "e")], "")
def test_lines_that_are_taken_as_they_are_say_what_reading_them_says(pairs: list[tuple[str, str]], status: str) -> None:
    lines = "".join(f"{name}: {value}\r\n" for name, value in pairs)
    block = f"NATS/1.0{status}\r\n{lines}\r\n".encode("utf-8", "surrogateescape")
    plain = plain_lines(block)
    if plain:
        read = parse_headers(block)
        assert (read.status, read.description) == (0, "")
        assert encode_headers(read.pairs) == block
        assert plain.decode() == "".join(f"{name}: {value}\r\n" for name, value in read.pairs)


def test_what_nearly_all_blocks_are_is_taken_as_it_is() -> None:
    assert plain_lines(b"NATS/1.0\r\nA: b\r\nTrace-Id: 0 1\r\n\r\n") == b"A: b\r\nTrace-Id: 0 1\r\n"
    for odd in (
        b"",
        b"NATS/1.0\r\n\r\n",
        b"NATS/1.0\r\nA:b\r\n\r\n",
        b"NATS/1.0\r\nA: \xc3\xbc\r\n\r\n",
        b"NATS/1.0\r\nA: b",
    ):
        assert plain_lines(odd) == b""
