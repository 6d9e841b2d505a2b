"""What the detail pane takes payloads for."""

import gzip
import struct

import pytest

from natscli.errors import UsageError
from natscli.tui.closeup import TABS, Place
from natscli.tui.desk import Desk
from natscli.tui.panes.formats import FORMATS, Formats
from natscli.wire.headers import encode_headers
from natscli.wire.message import Message
from tests.messaging.test_proto import shop, written
from tests.tui.stage import StageSource


def shown(payload, form="auto", media="", named=""):
    headers = encode_headers([("Content-Type", media)]) if media else b""
    title, lines = Formats(named).body(Message(b"a", payload, b"", headers), form)
    return title, ["".join(text for _, text in line) for line in lines]


@pytest.mark.parametrize(
    ("payload", "media", "title", "line"),
    [
        (b'{"a":1}', "", "JSON", '  "a": 1'),
        (b"\x81\xa1a\x01", "application/msgpack", "MessagePack", '  "a": 1'),
        (b"\xa1aa\x01", "application/cbor", "CBOR", '  "a": 1'),
        (gzip.compress(b'{"a":1}', mtime=0), "", "unpacked JSON", '  "a": 1'),
        (gzip.compress(b"one\ntwo", mtime=0), "", "unpacked text", "two"),
        (b"one\ntwo", "", "text", "two"),
        (b'{"a":', "", "text", None),
        (b"\x00\x01" + b"z" * 20, "", "hex", "000010  7a 7a 7a 7a 7a 7a"),
        (b"", "", "empty", None),
    ],
)
def test_what_is_guessed_and_what_is_named(payload, media, title, line):
    found, lines = shown(payload, media=media)
    assert found == title
    assert line is None or any(text.startswith(line) for text in lines)
    for form in FORMATS:
        found, lines = shown(payload, form)
        assert found
        assert bool(lines) is bool(payload)


def test_what_is_not_what_it_was_said_to_be_is_shown_as_it_is():
    title, lines = shown(b"\xc1\x00\x01\x02\x03\x04", "msgpack")
    assert title.startswith("not msgpack: ")
    assert lines[0].startswith("000000  c1 00")


def test_an_unknown_decoder_is_a_usage_error():
    with pytest.raises(UsageError):
        Formats("yaml")


def test_protocol_buffers_in_every_tab(tmp_path):
    source = StageSource()
    desk = Desk(source, decoder=f"proto:{written(tmp_path, shop())}#shop.Order")
    for number in range(5):
        source.send(("orders.new", b"\x19" + struct.pack("<d", number)))
        source.pass_time(0.25)
    desk.closeup.select("orders.new")
    assert desk.closeup.formats.names[0] == "shop.Order"
    text = seen(desk, "value")
    assert "shop.Order, just now" in text
    assert '"price": 4.0' in text
    desk.closeup.tab = TABS.index("graph")
    assert "json.price" in [desk.closeup.change_manner() for _ in range(8)]
    desk.closeup.want(lambda message: b'"price":3.0' in desk.closeup.formats.text(message))
    assert '"price": 3.0' in seen(desk, "value")


def seen(desk, tab):
    desk.closeup.tab = TABS.index(tab)
    return "\n".join(
        "".join(text for _, text in line) for line in desk.closeup.lines(Place(80, 40, desk.source.wall_s))
    )
