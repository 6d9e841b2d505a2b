"""A context's JSON: byte for byte as the Go CLI writes it, read strictly, and nothing in it lost."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.context.document import EMPTY, parse, serialise

# What `nats context add dev --server nats://h:1 --user 'b<o>&b' --password 'pä w' --description 'Ünï "x"'`
# (nats 0.4.0) writes to dev.json.
WRITTEN_BY_GO = """{
  "description": "Ünï \\"x\\"",
  "url": "nats://h:1",
  "socks_proxy": "",
  "token": "",
  "user": "b\\u003co\\u003e\\u0026b",
  "password": "pä w",
  "creds": "",
  "nkey": "",
  "cert": "",
  "key": "",
  "ca": "",
  "nsc": "",
  "jetstream_domain": "",
  "jetstream_api_prefix": "",
  "jetstream_event_prefix": "",
  "inbox_prefix": "",
  "user_jwt": "",
  "user_seed": "",
  "color_scheme": "",
  "tls_first": false,
  "windows_cert_store": "",
  "windows_cert_match_by": "",
  "windows_cert_match": "",
  "windows_ca_certs_match": null
}""".encode()


def test_what_the_go_cli_wrote_is_written_again_byte_for_byte() -> None:
    assert serialise(parse(WRITTEN_BY_GO)) == WRITTEN_BY_GO


def test_the_keys_are_those_of_the_go_cli_in_its_order() -> None:
    said = {"description": 'Ünï "x"', "url": "nats://h:1", "user": "b<o>&b", "password": "pä w"}
    assert serialise({**EMPTY, **said}) == WRITTEN_BY_GO


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
UNKNOWN = st.dictionaries(st.text().filter(lambda key: key not in EMPTY), JSON, max_size=6)
STRINGS = [key for key, nothing in EMPTY.items() if nothing == ""]
KNOWN = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(STRINGS, st.text() | st.none()),
        "tls_first": st.booleans() | st.none(),
        "windows_ca_certs_match": st.lists(st.text(), max_size=3) | st.none(),
    },
)
DOCUMENTS = st.builds(lambda known, unknown: {**unknown, **known}, KNOWN, UNKNOWN)


@given(DOCUMENTS)
def test_every_document_is_read_as_it_was_written_in_the_same_order(document: dict[str, Any]) -> None:
    again = parse(serialise(document))
    assert again == document
    assert list(again) == list(document)


@given(DOCUMENTS)
def test_what_is_written_is_json_for_everybody(document: dict[str, Any]) -> None:
    assert json.loads(serialise(document).decode("utf-8")) == document


def test_halves_of_characters_survive() -> None:
    assert parse(rb'{"x": "\ud800\udc00 \ud800"}') == {"x": "\U00010000 \ud800"}
    assert serialise({"x": "\ud800"}) == b'{\n  "x": "\\ud800"\n}'


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "expecting value at line 1 column 1"),
        (b'{"a": 1,}', "at line 1 column"),
        (b"\xff", "not UTF-8 text"),
        (b"\xef\xbb\xbf{}", "BOM"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[]", "not a JSON object"),
        (b'"x"', "not a JSON object"),
        (b'{"a": NaN}', "NaN is not JSON"),
        (b'{"a": -Infinity}', "-Infinity is not JSON"),
        (b'{"a": 1e999}', "a number is too large"),
        (b'{"a": "' + b"x" * 1024 * 1024 + b'"}', "too large to be one"),
        (b'{"tls_first": "false"}', "'tls_first' is not true or false"),
        (b'{"tls_first": 0}', "'tls_first' is not true or false"),
        (b'{"windows_ca_certs_match": "x"}', "'windows_ca_certs_match' is not a list of strings"),
        (b'{"windows_ca_certs_match": [1]}', "'windows_ca_certs_match' is not a list of strings"),
        *[(json.dumps({key: 5}).encode(), f"'{key}' is not a string") for key in STRINGS],
        *[(json.dumps({key: ["hush"]}).encode(), f"'{key}' is not a string") for key in STRINGS],
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_broken_document_is_refused_and_not_quoted(raw: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as caught:
        parse(raw)
    assert "hush" not in str(caught.value)


@given(st.binary(max_size=200))
def test_rubbish_is_refused_or_read_and_nothing_else(raw: bytes) -> None:
    try:
        document = parse(raw)
    except ValueError:
        return
    assert isinstance(document, dict)
