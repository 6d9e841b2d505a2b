"""The JSON of a saved context, in the Go CLI's form: read strictly, written byte for byte as it does.

Keys that nobody knows are kept, in their places.
"""

import json
import math
import re
from collections.abc import Mapping
from typing import Any

Document = dict[str, Any]

# Every key of the Go CLI (natscontext.settings of jsm.go) in its order, with what it writes for nothing.
EMPTY: Mapping[str, str | bool | None] = {
    "description": "",
    "url": "",
    "socks_proxy": "",
    "token": "",
    "user": "",
    "password": "",
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
    "tls_first": False,
    "windows_cert_store": "",
    "windows_cert_match_by": "",
    "windows_cert_match": "",
    "windows_ca_certs_match": None,  # a list of strings
}
CREDENTIAL_KEYS = ("user", "password", "token", "creds", "nkey", "nsc", "user_jwt", "user_seed")
_LARGEST = 1024 * 1024  # bytes; one is half a kilobyte
_FOR_HTML = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}  # Go's encoder escapes these


def parse(raw: bytes) -> Document:
    """Read a context; ValueError says what is wrong with it, and quotes none of it."""
    if len(raw) > _LARGEST:
        raise ValueError("too large to be one")
    try:
        document = json.loads(raw.decode(), parse_constant=_no_number, parse_float=_finite)
    except UnicodeDecodeError:
        raise ValueError("not UTF-8 text") from None
    except json.JSONDecodeError as error:
        reason = f"{error.msg[:1].lower()}{error.msg[1:]}"
        raise ValueError(f"{reason} at line {error.lineno} column {error.colno}") from None
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(document, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - one kind of error for whoever reads a file
    for key, value in document.items():
        if key in EMPTY and value is not None and not _fits(key, value):
            raise ValueError(f"'{key}' is not {_expected(key)}")
    return document


def serialise(document: Mapping[str, object]) -> bytes:
    """Return a context as the Go CLI writes it: indented by two, UTF-8, no line feed at the end."""
    text = json.dumps(dict(document), indent=2, ensure_ascii=False, allow_nan=False)
    text = text.translate(_FOR_HTML)
    return re.sub("[\ud800-\udfff]", _escaped, text).encode()


def _escaped(half: re.Match[str]) -> str:
    return f"\\u{ord(half[0]):04x}"


def _fits(key: str, value: object) -> bool:
    if key == "tls_first":
        return isinstance(value, bool)
    if key == "windows_ca_certs_match":
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return isinstance(value, str)


def _expected(key: str) -> str:
    kinds = {"tls_first": "true or false", "windows_ca_certs_match": "a list of strings"}
    return kinds.get(key, "a string")


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number
