"""What is compressed comes out again, and no bomb goes off."""

import gzip
import io
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.messaging import zstd
from natscli.messaging.decoding import LARGEST_TEXT
from natscli.messaging.decoding.decoder import Decoder
from natscli.wire.message import Message
from tests.messaging.decoded import decoded, either, gzipped, refused
from tests.waiting import SLACK_S


@pytest.mark.parametrize(("name", "compress"), [("gzip", gzipped), ("zstd", zstd.compress)])
def test_what_is_compressed_comes_out_again(name, compress):
    data = bytes(range(256)) * 4000
    assert decoded(name, compress(data)) == data
    assert decoded(name, compress(data) + compress(b"") + compress(b"more")) == data + b"more"


def test_what_stands_behind_compressed_data_is_padding_of_zeros_or_refused():
    assert decoded("gzip", gzipped(b"a") + bytes(1000)) == b"a"
    assert refused("gzip", gzipped(b"a") + bytes(1000) + b"x")
    assert refused("gzip", gzipped(b"a") + b"x")
    assert refused("zstd", zstd.compress(b"a") + b"x")
    skippable = b"\x50\x2a\x4d\x18\x03\x00\x00\x00abc"
    assert decoded("zstd", skippable + zstd.compress(b"a") + skippable) == b"a"


@pytest.mark.parametrize(("name", "compress"), [("gzip", gzipped), ("zstd", zstd.compress)])
def test_damaged_data_is_refused(name, compress):
    whole = compress(bytes(range(256)) * 10)
    assert "missing" in refused(name, whole[:-1])
    assert refused(name, b"nothing of the kind")
    assert refused(name, whole[:-3] + b"xyz")


def gzip_bomb():
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=1) as file:
        for _ in range(128):
            file.write(bytes(1024 * 1024))
    return out.getvalue() * 8


@pytest.mark.parametrize(
    ("name", "bomb"), [("gzip", gzip_bomb), ("zstd", lambda: zstd.compress(bytes(256 * 1024 * 1024)) * 4)]
)
def test_a_bomb_of_a_gigabyte_is_refused_before_it_has_grown(name, bomb):
    data = bomb()
    tracemalloc.start()
    started = time.perf_counter()
    assert "16.0 MiB" in refused(name, data)
    assert time.perf_counter() - started < 2.0 + SLACK_S
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * LARGEST_TEXT


@pytest.mark.parametrize(("name", "compress"), [("gzip", gzipped), ("zstd", zstd.compress)])
def test_exactly_as_much_as_allowed_is_taken(name, compress):
    whole = compress(bytes(LARGEST_TEXT), 1)
    assert len(decoded(name, whole)) == LARGEST_TEXT
    assert refused(name, whole + compress(b"x"))


@pytest.mark.parametrize(("name", "compress"), [("gzip", gzipped), ("zstd", zstd.compress)])
def test_endless_pieces_of_nothing_are_refused_quickly(name, compress):
    started = time.perf_counter()
    assert "10,000" in refused(name, compress(b"") * 1_000_000)
    assert time.perf_counter() - started < 2.0 + SLACK_S


def test_zstd_streams_write_and_read_files():
    file = io.BytesIO()
    with zstd.open_writer(file) as writer:
        writer.write(b"one")
        writer.flush()
        early = file.getvalue()
        writer.write(b"two")
    assert zstd.open_reader(io.BytesIO(file.getvalue())).read() == b"onetwo"
    reader = zstd.open_reader(io.BytesIO(early))
    assert reader.read(3) == b"one"
    with pytest.raises(zstd.failures()):
        reader.read()


@given(data=st.binary(max_size=2000), cut=st.integers(min_value=1, max_value=40), at=st.integers(min_value=0))
@pytest.mark.parametrize("compress", [gzipped, zstd.compress])
def test_damage_anywhere_is_harmless(compress, data, cut, at):
    whole = bytearray(compress(data))
    whole[at % len(whole)] ^= cut
    either(Decoder("gzip" if compress is gzipped else "zstd"), Message(b"a", bytes(whole)))
