"""Which decoder a payload gets, what is refused, and that no bytes do worse than that."""

import builtins
import sys

import cbor2
import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.errors import UsageError
from natscli.messaging import zstd
from natscli.messaging.decoding.decoder import Converter, Decoder
from natscli.wire.headers import encode_headers
from natscli.wire.message import Message
from tests.messaging.decoded import decoded, either, gzipped, refused

GZIPPED = gzipped(b"x")


@pytest.mark.parametrize(
    ("payload", "headers", "text"),
    [
        (b"plain", [], b"plain"),
        (b"[1, 2]", [], b"[1, 2]"),
        (b"", [], b""),
        (b"", [("Content-Encoding", "gzip"), ("Content-Type", "application/json")], b""),
        (b"[1, 2]", [("Content-Type", "application/json")], b"[1,2]"),
        (b"[1, 2]", [("content-type", "Application/JSON; charset=utf-8")], b"[1,2]"),
        (b"[1, 2]", [("Content-Type", "application/cloudevents+json")], b"[1,2]"),
        (b"[1, 2]", [("Content-Type", "text/plain")], b"[1, 2]"),
        (msgpack.packb([1]), [("Content-Type", "application/msgpack")], b"[1]"),
        (msgpack.packb([1]), [("Content-Type", "application/x-msgpack")], b"[1]"),
        (cbor2.dumps([1]), [("Content-Type", "application/cbor")], b"[1]"),
        (cbor2.dumps([1]), [("Content-Type", "application/senml+cbor")], b"[1]"),
        (b"\x01", [("Content-Type", "application/unheard-of")], b"\x01"),
        (gzipped(b"x"), [], b"x"),
        (zstd.compress(b"x"), [], b"x"),
        (gzipped(b"x"), [("Content-Type", "application/gzip")], b"x"),
        (gzipped(b"[1, 2]"), [("Content-Type", "application/json")], b"[1,2]"),
        (GZIPPED, [("Content-Type", "text/plain")], GZIPPED),
        (gzipped(b"x"), [("Content-Encoding", "gzip")], b"x"),
        (gzipped(b"x"), [("Content-Encoding", "X-GZIP"), ("Content-Type", "text/plain")], b"x"),
        (zstd.compress(b"[1, 2]"), [("Content-Encoding", "zstd"), ("Content-Type", "application/json")], b"[1,2]"),
        (zstd.compress(gzipped(b"x")), [("Content-Encoding", "gzip, zstd")], b"x"),
        (zstd.compress(gzipped(b"x")), [("Content-Encoding", "gzip"), ("Content-Encoding", "zstd")], b"x"),
        (b"x", [("Content-Encoding", "identity")], b"x"),
        (b"x", [("Content-Encoding", "")], b"x"),
        (gzipped(b""), [("Content-Encoding", "gzip"), ("Content-Type", "application/json")], b""),
    ],
)
def test_auto_follows_the_headers_then_how_the_payload_begins(payload, headers, text):
    assert decoded("auto", payload, *headers) == text


@pytest.mark.parametrize(
    ("payload", "header", "reason"),
    [
        (b"x", ("Content-Encoding", "br"), "'br' is not known"),
        (b"x", ("Content-Encoding", "gzip"), "missing"),
        (b"x", ("Content-Encoding", "gzip," * 100), "101 times"),
        (b"x", ("Content-Type", "application/json"), "not JSON"),
        (gzipped(b"x")[:-1], ("X", "y"), "missing"),
    ],
)
def test_auto_refuses_what_is_not_what_it_says_it_is(payload, header, reason):
    assert reason in refused("auto", payload, header)


def test_a_structure_that_was_asked_for_may_be_compressed():
    assert decoded("msgpack", gzipped(msgpack.packb([1])), ("Content-Encoding", "gzip")) == b"[1]"
    assert "gzip" in refused("json", b"[1]", ("Content-Encoding", "gzip, gzip"))


@pytest.mark.parametrize("name", ["", "yaml", "JSON", "proto", "json "])
def test_an_unknown_decoder_is_refused(name):
    with pytest.raises(UsageError, match="unknown") as error:
        Decoder(name)
    assert "msgpack" in error.value.hint


@pytest.fixture
def without(monkeypatch):
    """Make libraries impossible to import."""
    real = builtins.__import__

    def hide(*hidden):
        def importing(name, *rest):
            if any(name == one or name.startswith(f"{one}.") for one in hidden):
                raise ImportError(name)
            return real(name, *rest)

        monkeypatch.setattr(builtins, "__import__", importing)

    return hide


ZSTD = "compression" if sys.version_info >= (3, 14) else "backports"


@pytest.mark.parametrize(
    ("name", "library"),
    [("msgpack", "msgpack"), ("cbor", "cbor2"), ("zstd", ZSTD), ("proto:x#y", "google.protobuf")],
)
def test_a_library_that_is_missing_is_said_with_how_to_get_it(without, name, library):
    without(library)
    with pytest.raises(UsageError) as error:
        Decoder(name)
    assert name.partition(":")[0] in str(error.value)
    assert error.value.hint == "pip install 'natscli[decode]'"


def test_auto_does_without_libraries_until_a_message_needs_one(without):
    packed = msgpack.packb([1])
    compressed = zstd.compress(b"x")
    without("msgpack", "cbor2", "google.protobuf", ZSTD)
    assert decoded("auto", gzipped(b"x")) == b"x"
    assert decoded("auto", b"[1, 2]", ("Content-Type", "application/json")) == b"[1,2]"
    assert "natscli[decode]" in refused("auto", packed, ("Content-Type", "application/msgpack"))
    assert "natscli[decode]" in refused("auto", packed, ("Content-Type", "application/cbor"))
    assert "natscli[decode]" in refused("auto", compressed)
    assert "natscli[decode]" in refused("json", compressed, ("Content-Encoding", "zstd"))


def test_what_cannot_be_decoded_stays_as_it_came_and_is_counted():
    converter = Converter(Decoder("json"))
    messages = [Message(b"a", b"[1, 2]", b"r", encode_headers([("A", "1")])), Message(b"b", b"no"), Message(b"c", b"")]
    assert list(map(converter.convert, messages)) == [messages[0]._replace(payload=b"[1,2]"), *messages[1:]]
    assert converter.failed == 1
    assert "not JSON" in str(converter.last_error)


NAMES = ["auto", "json", "msgpack", "cbor", "gzip", "zstd"]
CODINGS = st.sampled_from(["gzip", "zstd", "identity", "br", ""])
TYPES = st.sampled_from(["application/json", "application/msgpack", "application/cbor", "text/plain", "x", ""])


@pytest.mark.parametrize("pretty", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_any_bytes_are_decoded_or_refused(name, pretty):
    decoder = Decoder(name, pretty=pretty)

    @given(payload=st.binary(max_size=64), head=st.sampled_from([b"", b"\x1f\x8b\x08", zstd.MAGIC, b"\xd8", b"\xc7"]))
    def check(payload, head):
        either(decoder, Message(b"a", head + payload))

    check()


@given(payload=st.binary(max_size=64), codings=st.lists(CODINGS, max_size=3), kind=TYPES)
def test_any_bytes_are_decoded_or_refused_whatever_the_headers_say(payload, codings, kind):
    headers = encode_headers([("Content-Encoding", ", ".join(codings)), ("Content-Type", kind)])
    either(Decoder("auto"), Message(b"a", payload, b"", headers))
