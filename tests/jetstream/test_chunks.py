"""An object's bytes as chunks: none is lost, whatever the pieces they come in."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.errors import NatsCliError
from natscli.jetstream.chunks import NewObject, Upload, _Checking


class Nowhere:
    """What an upload is told of the bucket, before it stores anything."""

    def chunk_subject(self, nuid):
        return f"$O.B.C.{nuid}"

    def what(self, name):
        return name


def upload(size):
    return Upload(Nowhere(), NewObject("x", chunk_size=size))


@given(st.lists(st.binary(max_size=50)), st.integers(1, 60))
def test_chunks_are_the_bytes_in_equal_parts(pieces, size):
    several = upload(size).cut(iter(pieces))
    chunks = [bytes(chunk) for chunks in several for chunk in chunks]
    whole = b"".join(pieces)
    assert chunks == [whole[place : place + size] for place in range(0, len(whole), size)]


def test_what_a_piece_holds_whole_is_not_copied():
    piece = bytes(range(256)) * 4
    (chunks, rest) = upload(300).cut(iter([piece]))
    assert [chunk.obj is piece for chunk in chunks] == [True] * 3
    assert rest == [piece[900:]]


def test_pieces_are_of_whole_chunks_and_no_more_than_may_be_on_their_way():
    assert [upload(size).piece_size for size in (1, 128 * 1024, 4 * 2**20)] == [256, 2**21, 4 * 2**20]


def test_the_digest_is_of_what_was_cut():
    made = upload(10)
    assert sum(len(chunk) for chunks in made.cut(iter([b"one", b"two" * 9])) for chunk in chunks) == 30
    assert made._digest.digest() == hashlib.sha256(b"one" + b"two" * 9).digest()


def test_nothing_is_handed_on_behind_what_could_not_be():
    taken = []

    def take(block):
        taken.append(block[:1])
        if block[:1] == b"b":
            raise NatsCliError("disk full")

    with _Checking(take) as checking:
        for letter in b"abcd":
            checking.add([bytes([letter]) * 2**20], 2**20)
        with pytest.raises(NatsCliError, match="disk full"):
            checking.finish()
    assert taken == [b"a", b"b"]
