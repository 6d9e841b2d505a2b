"""Decoding one payload, as the tests of every decoder do."""

import gzip
import json

import pytest

from natscli.messaging.decoding import DecodeError
from natscli.messaging.decoding.decoder import Decoder
from natscli.wire.headers import encode_headers
from natscli.wire.message import Message


def gzipped(data, level=9):
    """The same bytes at any time: tests are named by them."""
    return gzip.compress(data, level, mtime=0)


def decoded(name, payload, *headers, pretty=False):
    return Decoder(name, pretty=pretty).decode(Message(b"a", payload, b"", encode_headers(headers)))


def structure(name, payload, *headers):
    text = decoded(name, payload, *headers)
    assert text.isascii()
    assert b"\n" not in text
    return json.loads(text, parse_constant=pytest.fail)


def refused(name, payload, *headers, pretty=False):
    with pytest.raises(DecodeError) as error:
        decoded(name, payload, *headers, pretty=pretty)
    return str(error.value)


def either(decoder, message):
    try:
        text = decoder.decode(message)
    except DecodeError as error:
        text = str(error).encode("utf-8", "surrogateescape")
    assert isinstance(text, bytes)
