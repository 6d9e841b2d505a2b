"""Lines laid out by the user."""

import pytest

from natscli.render.layout import Layout
from natscli.wire.message import Message

READ_NS = 1_795_435_200_000_001_999
MESSAGE = Message(b"a.\xff", b"\x00body", b"in.1", b"NATS/1.0\r\nA: 1\r\nB: \xfe\r\nA: 2\r\n\r\n")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", b""),
        ("plain", b"plain"),
        ("{number}", b"7"),
        ("{time}", b"2026-11-23T12:00:00.000001Z"),
        ("{subject}", b"a.\xff"),
        ("{reply}", b"in.1"),
        ("{headers}", b"A=1 B=\xfe A=2"),
        ("{data}", b"\x00body"),
        ("{size}", b"5"),
        ("<{subject}> {{{size}}} {{}}\u00e9\udcff", b"<a.\xff> {5} {}\xc3\xa9\xff"),
        ("{subject}{subject}", b"a.\xffa.\xff"),
    ],
)
def test_fields_are_filled_in_byte_for_byte(text, line):
    assert Layout(text).fill(MESSAGE, 7, READ_NS) == line


def test_what_a_message_lacks_is_empty():
    line = Layout("[{reply}][{headers}][{data}]").fill(Message(b"a", b""), 1, READ_NS)

    assert line == b"[][][]"


def test_what_a_message_brings_is_not_filled_in_again():
    assert Layout("{data}").fill(Message(b"a", b"{subject}"), 1, READ_NS) == b"{subject}"


@pytest.mark.parametrize(
    "text", ["{}", "{body}", "{Subject}", "{subject!r}", "{data.x}", "{", "}", "{data", "a}b", "{ data }"]
)
def test_what_is_no_field_is_refused_with_a_list_of_those_there_are(text):
    with pytest.raises(ValueError, match=r"is no field; there are \{number\}, .*\{size\}"):
        Layout(text)
