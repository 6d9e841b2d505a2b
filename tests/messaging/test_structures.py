"""What JSON, MessagePack and CBOR are decoded to, and where that ends."""

import base64
import json
import time

import cbor2
import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.messaging.decoding import DEEPEST, LARGEST_TEXT, MOST_VALUES, structures
from tests.messaging.decoded import decoded, refused, structure
from tests.waiting import SLACK_S

PLAIN = {"a": [1, -2.5, "é", None, True], "b": {}}


def test_json_becomes_one_ascii_line_or_many_lines():
    text = '{"a": [1, "é\u2028"],\n "b": {}}'.encode()
    assert decoded("json", text) == rb'{"a":[1,"\u00e9\u2028"],"b":{}}'
    assert decoded("json", text, pretty=True) == '{\n  "a": [\n    1,\n    "é\u2028"\n  ],\n  "b": {}\n}'.encode()


@pytest.mark.parametrize("pretty", [False, True])
def test_numbers_that_are_none_become_text(pretty):
    assert json.loads(decoded("json", b"[NaN, -Infinity, 1e999]", pretty=pretty)) == ["NaN", "-Infinity", "Infinity"]
    assert json.loads(decoded("msgpack", msgpack.packb([float("nan")]), pretty=pretty)) == ["NaN"]


def test_of_keys_that_are_the_same_the_last_counts():
    assert structure("json", b'{"a":1,"a":2}') == {"a": 2}
    assert structure("cbor", bytes.fromhex("a2616101616102")) == {"a": 2}
    assert structure("msgpack", bytes.fromhex("8201a161a13102")) == {"1": 2}


def test_large_integers_stay_exact_and_endless_ones_are_refused():
    for largest in (2**1024 - 1, -(2**1024)):
        assert decoded("json", b"%d" % largest) == b"%d" % largest
        assert structure("cbor", cbor2.dumps(largest)) == largest
    assert "more than 309 digits" in refused("json", b"9" * 311)
    assert "more than 309 digits" in refused("json", b"9" * 5000)
    assert "more than 309 digits" in refused("cbor", cbor2.dumps(1 << 1024))


@pytest.mark.parametrize("pretty", [False, True])
def test_halves_of_surrogate_pairs_and_bytes_that_are_no_text_stay_escaped(pretty):
    assert decoded("json", rb'"\ud800"', pretty=pretty) == rb'"\ud800"'
    assert decoded("msgpack", b"\xa2\xffa", pretty=pretty) == rb'"\udcffa"'
    assert decoded("cbor", b"\x62\xffa", pretty=pretty) == rb'"\udcffa"'


def test_a_byte_order_mark_is_passed_over():
    assert decoded("json", b"\xef\xbb\xbf[1]") == b"[1]"


@pytest.mark.parametrize("payload", [b"{", b"nothing", b"[1] x", b"\xff\xfe[\x00]\x00", b'{"a":}', b"[1,]"])
def test_what_is_no_json_is_refused(payload):
    assert "not JSON" in refused("json", payload)


def test_msgpack_and_cbor_are_plain_data():
    assert structure("msgpack", msgpack.packb(PLAIN)) == PLAIN
    assert structure("cbor", cbor2.dumps(PLAIN)) == PLAIN


def test_bytes_are_base64_and_keys_are_text():
    binary = {1: b"\xff", None: 1, b"k": 2, 1.5: 4}
    assert structure("msgpack", msgpack.packb(binary)) == {"1": "/w==", "null": 1, "k": 2, "1.5": 4}
    assert structure("cbor", cbor2.dumps({(1, 2): b"\xff", -1: 0})) == {"[1,2]": "/w==", "-1": 0}
    assert structure("cbor", bytes.fromhex("a1a10102f5")) == {'{"1":2}': True}


def test_msgpack_times_and_extensions_are_written_out():
    assert structure("msgpack", msgpack.packb(msgpack.Timestamp(1, 5))) == "1970-01-01T00:00:01.000000005Z"
    assert structure("msgpack", msgpack.packb(msgpack.Timestamp(2**60, 5))) == {"seconds": 2**60, "nanoseconds": 5}
    assert structure("msgpack", msgpack.packb(msgpack.ExtType(7, b"\xff"))) == {"ext": 7, "data": "/w=="}


@pytest.mark.parametrize("tag", [0, 1, 4, 5, 30, 32, 35, 36, 37, 100, 258, 260, 261, 1004, 43000, 55799, 12345])
def test_a_cbor_tag_makes_no_object_of_its_content(tag):
    assert structure("cbor", cbor2.dumps(cbor2.CBORTag(tag, ["(a+)+$", 1]))) == ["(a+)+$", 1]


@pytest.mark.parametrize("tag", [25, 28, 29, 256])
def test_cbor_that_refers_to_itself_is_refused(tag):
    assert "refers" in refused("cbor", cbor2.dumps(cbor2.CBORTag(tag, 0)))


def test_simple_cbor_values_without_a_meaning_are_null():
    assert structure("cbor", cbor2.dumps([cbor2.undefined, cbor2.CBORSimpleValue(99)])) == [None, None]


@pytest.mark.parametrize("name", ["msgpack", "cbor"])
@pytest.mark.parametrize("payload", [b"\x01\x02", b"\xdc", b"\x9f", b"\xc1"])
def test_what_is_cut_short_or_goes_on_is_refused(name, payload):
    assert f"not {name}" in refused(name, payload)


@pytest.mark.parametrize(
    ("name", "level", "end"), [("json", b"[", b"]"), ("msgpack", b"\x91", b""), ("cbor", b"\x81", b"")]
)
def test_structures_are_as_deep_as_allowed_and_no_deeper(name, level, end):
    inner = b"" if name == "json" else b"\x90" if name == "msgpack" else b"\x80"
    levels = DEEPEST if name == "json" else DEEPEST - 1
    assert decoded(name, level * levels + inner + end * levels) == b"[" * DEEPEST + b"]" * DEEPEST
    for deeper in (DEEPEST + 1, 1000, 100_000):
        assert refused(name, level * deeper + inner + end * deeper)
        assert refused(name, level * deeper)


def test_objects_count_as_levels_too():
    assert refused("json", b'{"a":' * 300 + b"1" + b"}" * 300)
    assert decoded("json", b'["[[[[",' * 150 + b"1" + b"]" * 150)


def test_structures_of_too_many_values_are_refused_at_once():
    many = 16 * 1024 * 1024
    started = time.perf_counter()
    assert "values" in refused("json", b"[" + b"0," * many + b"0]")
    assert refused("msgpack", b"\xdd" + many.to_bytes(4, "big") + b"\x90" * many)
    assert "values" in refused("msgpack", b"\x92" + (b"\xdd" + (100_000).to_bytes(4, "big") + b"\xc0" * 100_000) * 2)
    assert "values" in refused("cbor", b"\x9a" + many.to_bytes(4, "big") + b"\x80" * many)
    assert time.perf_counter() - started < 2.0 + SLACK_S


def test_what_is_long_but_holds_few_values_is_decoded():
    blob = b",[{\\" * 600_000
    assert len(structure("json", json.dumps(blob.decode()).encode())) == len(blob)
    assert base64.b64decode(structure("cbor", cbor2.dumps([blob, 1]))[0]) == blob
    assert base64.b64decode(structure("msgpack", msgpack.packb([blob]))[0]) == blob
    assert len(blob) > MOST_VALUES


def test_a_json_document_of_a_mebibyte_may_hold_what_it_will():
    many = b"[" + b"0," * (512 * 1024 - 2) + b"0]"
    assert decoded("json", many) == many
    assert "values" in refused("json", many + b" " * 1024)


@pytest.mark.parametrize("pretty", [False, True])
def test_text_that_grows_too_long_is_refused(pretty):
    control = "\u0001" * (LARGEST_TEXT // 6 + 1)
    assert "longer" in refused("msgpack", msgpack.packb(control), pretty=pretty)


def test_indentation_does_not_grow_without_end(monkeypatch):
    monkeypatch.setattr(structures, "LARGEST_TEXT", 1024 * 1024)
    inner = b"[" + b"0," * 4000 + b"0]"
    assert decoded("json", b"[" * 180 + inner + b"]" * 180)
    assert "longer" in refused("json", b"[" * 180 + inner + b"]" * 180, pretty=True)


@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text() | st.binary(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(0, 9) | st.binary(), inner),
        max_leaves=10,
    )
)
def test_every_structure_becomes_json(value):
    for name, packed in (("msgpack", msgpack.packb(value, use_bin_type=True)), ("cbor", cbor2.dumps(value))):
        structure(name, packed)
        json.loads(decoded(name, packed, pretty=True), parse_constant=pytest.fail)
