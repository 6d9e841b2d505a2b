"""Structured payloads: JSON, MessagePack and CBOR, read as plain data and written as JSON.

What JSON has no words for is written as ProtoJSON does (https://protobuf.dev/programming-guides/json/): bytes in
base64, NaN and Infinity as text, times as RFC 3339.  A CBOR tag is passed over, its content shown (RFC 8949, 6.1).
Keys that are no text become text; of keys that are the same, the last counts.
"""

import base64
import io
import json
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from natscli.messaging.decoding import (
    DEEPEST,
    LARGEST_TEXT,
    MOST_DIGITS,
    MOST_VALUES,
    DecodeError,
    missing,
    too_many_values,
)
from natscli.text.sizes import format_bytes

Read = Callable[[bytes], object]
_Foreign = Callable[[Any], object]  # what a library's own value is in plain data

_UNSUSPICIOUS = 1024 * 1024  # bytes of JSON, of which each value has two: a tenth of a second whatever they are
_BOM = b"\xef\xbb\xbf"
_LONGEST_INTEGER = 128  # bytes of a CBOR one
_REFERENCES = (25, 28, 29, 256)  # CBOR tags whose meaning lies elsewhere; a few bytes of them can stand for gigabytes


def read_json(data: bytes) -> object:
    """Return what a JSON document in UTF-8 holds; NaN and Infinity, which many write, are taken too."""
    openings = data.count(b"[") + data.count(b"{")
    if len(data) > _UNSUSPICIOUS and openings + data.count(b",") > MOST_VALUES:
        _check_values(data)
    try:
        value: object = _JSON.decode(data.removeprefix(_BOM).decode())
    except RecursionError:
        raise _too_deep() from None
    except UnicodeDecodeError:
        raise DecodeError("it is not JSON: not UTF-8") from None
    except json.JSONDecodeError as error:
        raise DecodeError(
            f"it is not JSON: {error.msg.lower().removesuffix(' at')} at character {error.pos + 1:,}"
        ) from None
    if openings > DEEPEST:
        _check_depth(value)
    return value


def _json_integer(digits: str) -> int:
    if len(digits) > MOST_DIGITS + 1:  # a sign
        raise DecodeError(f"it has an integer of more than {MOST_DIGITS} digits")
    return int(digits)


_JSON = json.JSONDecoder(parse_int=_json_integer)


def msgpack_reader() -> Read:
    """Return what reads MessagePack; UsageError where it cannot be had."""
    try:
        import msgpack  # 5 ms
    except ImportError:
        raise missing("msgpack") from None

    def foreign(value: Any) -> object:
        if isinstance(value, msgpack.Timestamp):
            return _time(value.seconds, value.nanoseconds)
        if isinstance(value, msgpack.ExtType):
            return {"ext": value.code, "data": _base64(value.data)}
        raise TypeError(type(value).__name__)

    def read(data: bytes) -> object:
        counted = _counter()
        try:
            value = msgpack.unpackb(
                data,
                strict_map_key=False,
                unicode_errors="surrogateescape",
                list_hook=counted,
                object_hook=counted,
                max_array_len=MOST_VALUES,
                max_map_len=MOST_VALUES,
            )
        except msgpack.StackError:
            raise _too_deep() from None
        except msgpack.ExtraData as error:
            raise DecodeError(f"it is not msgpack: {len(error.extra):,} bytes behind its end") from None
        except (ValueError, TypeError, RecursionError, msgpack.UnpackException) as error:
            raise DecodeError(f"it is not msgpack: {_reason(error)}") from None
        return _plain(value, foreign)

    return read


def cbor_reader() -> Read:
    """Return what reads CBOR; UsageError where it cannot be had."""
    try:
        import cbor2  # 10 ms
    except ImportError:
        raise missing("cbor") from None

    def foreign(value: object) -> object:
        if value is cbor2.undefined or isinstance(value, cbor2.CBORSimpleValue):
            return None
        raise TypeError(type(value).__name__)

    def read(data: bytes) -> object:
        if len(data) > MOST_VALUES:  # each takes a byte
            _count_cbor(data)
        file = io.BytesIO(data)
        decoder = cbor2.CBORDecoder(
            file, semantic_decoders=_Contents(), str_errors="surrogateescape", max_depth=DEEPEST
        )
        try:
            value = decoder.decode()
        except (cbor2.CBORDecodeError, ValueError, TypeError, OverflowError, RecursionError) as error:
            raise DecodeError(f"it is not cbor: {_reason(error.__cause__ or error)}") from None
        if file.tell() != len(data):
            raise DecodeError(f"it is not cbor: {len(data) - file.tell():,} bytes behind its end")
        return _plain(value, foreign)

    return read


def write(value: object, *, pretty: bool) -> bytes:
    """Return plain data as JSON: on one line in ASCII, or spread over lines to be read by a person."""
    try:
        text = _spread(value) if pretty else json.dumps(value, separators=(",", ":"), allow_nan=False)
    except ValueError:  # a number that is none
        return write(_plain(value, _refuse), pretty=pretty)
    if len(text) > LARGEST_TEXT:
        raise _too_long()
    try:
        return text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair, or a byte that was not UTF-8
        return text.encode("utf-8", "backslashreplace")


def _spread(value: object) -> str:
    pieces, size = [], 0
    for piece in json.JSONEncoder(indent=2, ensure_ascii=False, allow_nan=False).iterencode(value):
        pieces.append(piece)
        size += len(piece)
        if size > LARGEST_TEXT:
            raise _too_long()
    return "".join(pieces)


class _Contents(dict[int, Callable[[Any, bool], object]]):
    """For every CBOR tag what takes its content: no tag makes an object."""

    def __missing__(self, tag: int) -> Callable[[Any, bool], object]:
        if tag in _REFERENCES:
            return _no_references
        if tag in (2, 3):
            return lambda content, _immutable: _integer(content, negative=tag == 3)
        return lambda content, _immutable: content


def _no_references(_content: object, _immutable: bool) -> object:  # noqa: FBT001 - as cbor2 calls it
    raise ValueError("it refers from one place to another")


def _integer(content: object, *, negative: bool) -> int:
    if not isinstance(content, bytes) or len(content) > _LONGEST_INTEGER:
        raise ValueError(f"it has an integer that is none, or of more than {MOST_DIGITS} digits")
    number = int.from_bytes(content)
    return -1 - number if negative else number


def _plain(value: Any, foreign: _Foreign, depth: int = 0) -> object:
    """Return a value as JSON can hold it; ``foreign`` does so for what is a library's own."""
    if depth > DEEPEST:
        raise _too_deep()
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else _not_finite(value)
    if isinstance(value, bytes):
        return _base64(value)
    if isinstance(value, Mapping):
        return {_key(key, foreign, depth + 1): _plain(entry, foreign, depth + 1) for key, entry in value.items()}
    if type(value) in (list, tuple):  # a library's own may be a named tuple
        return [_plain(entry, foreign, depth + 1) for entry in value]
    try:
        return foreign(value)
    except TypeError as error:
        raise DecodeError(f"it has a value that is no plain data: {error}") from None


def _key(key: object, foreign: _Foreign, depth: int) -> str:
    if isinstance(key, str):
        return key
    if isinstance(key, bytes):
        return key.decode("utf-8", "surrogateescape")
    plain = _plain(key, foreign, depth)
    return plain if isinstance(plain, str) else json.dumps(plain, separators=(",", ":"))


def _check_depth(value: object) -> None:
    level = [value]
    for _ in range(DEEPEST + 1):
        containers = [entry for entry in level if isinstance(entry, dict | list)]
        if not containers:
            return
        level = [entry for one in containers for entry in (one.values() if isinstance(one, dict) else one)]
    raise _too_deep()


def _check_values(data: bytes) -> None:
    """Refuse JSON with too many values, by the commas and brackets that are not in strings."""
    bare = data.replace(b"\\\\", b"").replace(b'\\"', b"")  # now every quote begins or ends a string
    if bare.count(b'"') > 4 * MOST_VALUES:
        raise too_many_values()
    values = sum(part.count(b",") + part.count(b"[") + part.count(b"{") for part in bare.split(b'"')[::2])
    if values > MOST_VALUES:
        raise too_many_values()


def _counter() -> Callable[[Any], object]:
    """Return what takes every list and every dict as it is complete, until they hold too much."""
    values = 0

    def count(container: Any) -> object:
        nonlocal values
        values += len(container) + 1
        if values > MOST_VALUES:
            raise too_many_values()
        return container

    return count


def _count_cbor(data: bytes) -> None:
    """Refuse CBOR with too many values, from head to head (RFC 8949, 3); what is broken is left to the reader."""
    position = 0
    for _ in range(MOST_VALUES):
        if position >= len(data):
            return
        kind, size = data[position] >> 5, data[position] & 31
        position += 1
        if 24 <= size < 28:  # the size is in the 1, 2, 4 or 8 bytes that follow
            width = 1 << (size - 24)
            size = int.from_bytes(data[position : position + width])
            position += width
        elif size == 31:  # its end is marked
            size = 0
        if kind in (2, 3):
            position += size
    raise too_many_values()


def _refuse(value: object) -> object:
    raise TypeError(type(value).__name__)


def _not_finite(number: float) -> str:
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _time(seconds: int, nanoseconds: int) -> object:
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):  # not between the years 1 and 9999
        return {"seconds": seconds, "nanoseconds": nanoseconds}
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{nanoseconds:09d}Z"


def _too_deep() -> DecodeError:
    return DecodeError(f"it is more than {DEEPEST} levels deep")


def _too_long() -> DecodeError:
    return DecodeError(f"as text it is longer than {format_bytes(LARGEST_TEXT)}")


def _reason(error: BaseException) -> str:
    return (str(error) or type(error).__name__).partition("\n")[0].lower()
