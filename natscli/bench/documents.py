"""Reports as JSON documents, and back without loss (``docs/schemas/bench.schema.json``)."""

from __future__ import annotations

import json
import reprlib
import types
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from typing import Any, NoReturn, TypeVar, get_args, get_origin, get_type_hints

from natscli.bench.report import PERCENTILES, VERSION, Latency, Report
from natscli.errors import NatsCliError

T = TypeVar("T")


def write_report(report: Report) -> dict[str, Any]:
    """Return the document of a report."""
    document = plain(report)
    assert isinstance(document, dict)
    return document


def read_report(text: str | bytes) -> Report:
    """Return the report of a JSON document; NatsCliError for what is none."""
    try:
        document = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise NatsCliError("this is no report: it is not JSON") from error
    version = document.get("natscli_bench") if isinstance(document, dict) else None
    if version != VERSION:
        raise NatsCliError(f"this is no report of version {VERSION}")
    return value_from(Report, document, "report")


def value_from(kind: type[T], document: object, what: str) -> T:
    """Return the value that ``plain`` made a document of; NatsCliError, naming ``what`` it was to be, for another."""
    try:
        value = _value(kind, document)
    except (TypeError, ValueError, OverflowError, AttributeError, RecursionError) as error:
        raise NatsCliError(f"the {what} cannot be read: {error}") from error
    assert isinstance(value, kind)
    return value


def plain(value: object) -> object:
    """Return a value as JSON can hold it; latencies have their percentiles written beside the buckets."""
    if is_dataclass(value):
        document = {field.name: plain(getattr(value, field.name)) for field in fields(value)}
        return document | _figures(value) if isinstance(value, Latency) else document
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return str(value) if isinstance(value, StrEnum) else value


def _figures(latency: Latency) -> dict[str, object]:
    histogram = latency.histogram
    figures: dict[str, object] = {"count": histogram.count, "mean_ns": histogram.mean}
    figures |= {f"p{percent:g}_ns": histogram.percentile(percent) for percent in PERCENTILES}
    return figures | {"min_ns": histogram.minimum, "max_ns": histogram.maximum}


def _value(kind: Any, document: Any) -> Any:
    """Return ``document`` as a value of ``kind``; what has a default may be missing, what is unknown is passed over."""
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        _check(document, dict, kind)
        given = [field.name for field in fields(kind) if field.name in document or field.default is MISSING]
        missing = next((name for name in given if name not in document), None)
        if missing is not None:
            raise ValueError(f"{missing} is missing")
        return kind(**{name: _value(hints[name], document[name]) for name in given})  # type: ignore[operator]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is types.UnionType:
        some = next(argument for argument in arguments if argument is not types.NoneType)
        return None if document is None else _value(some, document)
    if origin is tuple:
        _check(document, list, tuple)
        kinds = [arguments[0]] * len(document) if arguments[-1] is ... else arguments
        return tuple(_value(item_kind, item) for item_kind, item in zip(kinds, document, strict=True))
    if issubclass(kind, StrEnum):
        return kind(document)
    _check(document, int | float if kind is float else kind, kind)
    return kind(document)


def _check(document: object, wanted: Any, kind: Any) -> None:
    if not isinstance(document, wanted):
        raise TypeError(f"{reprlib.repr(document)} is no {kind.__name__}")


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of JSON")
