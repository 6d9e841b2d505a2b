"""Protocol Buffers by their descriptors, and descriptors that cannot be used."""

import time

import pytest
from google.protobuf import descriptor_pb2, timestamp_pb2
from hypothesis import given
from hypothesis import strategies as st

from natscli.errors import UsageError
from natscli.messaging.decoding.decoder import Decoder
from natscli.wire.message import Message
from tests.messaging.decoded import decoded, either, gzipped, refused, structure
from tests.waiting import SLACK_S

STRING, INT64, DOUBLE, BYTES, MESSAGE = 9, 3, 1, 12, 11
OPTIONAL, REPEATED = 1, 3


PROTO = []


@pytest.fixture
def descriptors(tmp_path):
    """A descriptor set as ``protoc --include_imports -o`` writes it."""
    return written(tmp_path, shop())


def shop(imported="google/protobuf/timestamp.proto"):
    file = descriptor_pb2.FileDescriptorProto(name="shop.proto", package="shop", syntax="proto3", dependency=[imported])
    order = file.message_type.add(name="Order")
    for number, (name, kind, label, type_name) in enumerate(
        [
            ("name", STRING, OPTIONAL, None),
            ("big", INT64, OPTIONAL, None),
            ("price", DOUBLE, OPTIONAL, None),
            ("raw", BYTES, OPTIONAL, None),
            ("parts", MESSAGE, REPEATED, ".shop.Order"),
            ("made_at", MESSAGE, OPTIONAL, ".google.protobuf.Timestamp"),
        ],
        start=1,
    ):
        order.field.add(name=name, number=number, type=kind, label=label, type_name=type_name)
    return file


def written(folder, *files):
    path = folder / "shop.pb"
    path.write_bytes(descriptor_pb2.FileDescriptorSet(file=files).SerializeToString())
    return str(path)


def test_a_message_is_read_by_its_descriptor(descriptors):
    stamp = timestamp_pb2.Timestamp(seconds=1).SerializeToString()
    payload = b"\x0a\x03Ann\x10\x05\x22\x01\xff\x2a\x03\x0a\x01x\x32" + bytes([len(stamp)]) + stamp
    expected = {"name": "Ann", "big": "5", "raw": "/w==", "parts": [{"name": "x"}], "madeAt": "1970-01-01T00:00:01Z"}
    for place in (f"proto:{descriptors}#shop.Order", f"proto:{descriptors}#.shop.Order"):
        assert structure(place, payload) == expected
    assert structure(f"proto:{descriptors}#shop.Order", gzipped(b""), ("Content-Encoding", "gzip")) == {}


def test_no_bytes_are_a_message_with_nothing_set(descriptors):
    assert decoded(f"proto:{descriptors}#shop.Order", b"") == b"{}"


def test_a_number_that_is_none_is_text_in_a_message_too(descriptors):
    assert structure(f"proto:{descriptors}#shop.Order", b"\x19\x00\x00\x00\x00\x00\x00\xf8\x7f") == {"price": "NaN"}


def test_what_is_no_such_message_is_refused(descriptors):
    place = f"proto:{descriptors}#shop.Order"
    assert "no shop.Order" in refused(place, b"\xff")
    assert "no shop.Order" in refused(place, b"\x0a\x02\xff\xfe")  # text that is not UTF-8
    nested = b""
    for _ in range(400):
        nested = b"\x2a" + varint(len(nested)) + nested
    assert "no shop.Order" in refused(place, nested)
    year_300000 = timestamp_pb2.Timestamp(seconds=2**43).SerializeToString()
    assert refused(place, b"\x32" + bytes([len(year_300000)]) + year_300000)
    assert "longer" in refused(place, bytes(9 * 1024 * 1024))


def varint(number):
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("proto:", "which message"),
        ("proto:file", "which message"),
        ("proto:#shop.Order", "which message"),
        ("proto:{}#", "which message"),
        ("proto:{}.missing#shop.Order", "no such file"),
        ("proto:{}#shop.Nothing", "no message 'shop.Nothing'"),
    ],
)
def test_a_place_without_a_message_is_refused(descriptors, place, reason):
    with pytest.raises(UsageError, match=reason):
        Decoder(place.format(descriptors))


def test_a_message_that_is_not_there_is_answered_with_those_that_are(descriptors):
    with pytest.raises(UsageError) as error:
        Decoder(f"proto:{descriptors}#Order")
    assert error.value.hint == "there are shop.Order"


def test_a_file_that_is_no_descriptor_set_is_refused(tmp_path):
    (tmp_path / "shop.pb").write_bytes(b'syntax = "proto3";')
    with pytest.raises(UsageError, match="no descriptor set"):
        Decoder(f"proto:{tmp_path}/shop.pb#shop.Order")


@pytest.mark.parametrize("imported", ["other.proto", "google/protobuf/nothing.proto", "google/protobuf/../os.proto"])
def test_a_set_without_what_it_imports_is_refused(tmp_path, imported):
    with pytest.raises(UsageError, match="cannot be used") as error:
        Decoder(f"proto:{written(tmp_path, shop(imported))}#shop.Order")
    assert "--include_imports" in error.value.hint


@given(payload=st.binary(max_size=64))
def test_any_bytes_are_a_message_or_refused(tmp_path_factory, payload):
    if not PROTO:
        PROTO.append(Decoder(f"proto:{written(tmp_path_factory.mktemp('proto'), shop())}#shop.Order"))
    either(PROTO[0], Message(b"a", payload))


def test_a_message_of_too_many_values_is_refused_at_once(descriptors):
    place = f"proto:{descriptors}#shop.Order"
    flat = b"\x2a\x00" * 3_000_000
    parts = b"\x2a\x00" * 5000
    deep = (b"\x2a" + b"\x90\x4e" + parts) * 100
    assert len(structure(place, b"\x2a\x00" * 100_000)["parts"]) == 100_000
    started = time.perf_counter()
    assert "more than 131,072 values" in refused(place, flat)
    assert "more than 131,072 values" in refused(place, deep)
    assert time.perf_counter() - started < 2.0 + SLACK_S
