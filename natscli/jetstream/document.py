"""A JSON object in its writer's own words, with accessors that never fail.

Servers add fields from release to release.  What is read here keeps every one of them, so that what is
changed and sent back changes nothing else; whole numbers stay whole, which matters to nanoseconds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, Self

from natscli.errors import UsageError


@dataclass(frozen=True, slots=True)
class Document:
    """A JSON object.  An accessor returns nothing of its type where the field is absent or of another type."""

    raw: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def parse(cls, data: bytes | str) -> Self:
        """Read JSON text; ValueError for what is no JSON object."""
        try:
            if isinstance(data, bytes):
                data = data.decode(json.detect_encoding(data), "surrogatepass")
            raw = _READER.decode(data)
        except RecursionError:
            raise ValueError("it is nested too deeply") from None
        if not isinstance(raw, dict):
            raise ValueError("it is no JSON object")  # noqa: TRY004 - the text is wrong, not its type
        return cls(raw)

    @classmethod
    def load(cls, path: str, what: str) -> Self:
        """Read a file with JSON text; UsageError where there is none, which says that it is no ``what``."""
        try:
            with open(path, "rb") as file:
                return cls.parse(file.read())
        except OSError as error:
            raise UsageError(f"'{path}' cannot be read: {(error.strerror or 'it failed').lower()}") from error
        except ValueError as error:
            raise UsageError(f"'{path}' is no {what}: {error}") from None

    def text(self, key: str) -> str:
        """Return a string."""
        value = self.raw.get(key)
        return value if isinstance(value, str) else ""

    def whole(self, key: str) -> int:
        """Return a whole number."""
        value = self.raw.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else 0

    def flag(self, key: str) -> bool:
        """Return whether it is true."""
        return self.raw.get(key) is True

    def seconds(self, key: str) -> float:
        """Return a time in nanoseconds as seconds."""
        return self.whole(key) / 1e9

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the strings of a list."""
        return tuple(item for item in self._list(key) if isinstance(item, str))

    def numbers(self, key: str) -> tuple[int, ...]:
        """Return the whole numbers of a list."""
        return tuple(item for item in self._list(key) if isinstance(item, int) and not isinstance(item, bool))

    def part(self, key: str) -> Document:
        """Return the object in a field."""
        value = self.raw.get(key)
        return Document(value if isinstance(value, dict) else {})

    def parts(self, key: str) -> tuple[Document, ...]:
        """Return the objects of a list."""
        return tuple(Document(item) for item in self._list(key) if isinstance(item, dict))

    def pairs(self, key: str) -> dict[str, str]:
        """Return an object whose values are strings."""
        return {name: value for name, value in self.part(key).raw.items() if isinstance(value, str)}

    def counts(self, key: str) -> dict[str, int]:
        """Return an object whose values are whole numbers."""
        part = self.part(key)
        return {name: part.whole(name) for name in part.raw}

    def changed(self, changes: Mapping[str, Any]) -> Self:
        """Return it with fields replaced in their places, or added; None takes a field away."""
        merged = {**self.raw, **changes}
        return type(self)({key: value for key, value in merged.items() if key not in changes or value is not None})

    def __bool__(self) -> bool:
        return bool(self.raw)

    def _list(self, key: str) -> list[Any]:
        value = self.raw.get(key)
        return value if isinstance(value, list) else []


def encode(raw: Mapping[str, Any]) -> bytes:
    """Return an object as compact JSON."""
    return json.dumps(raw, separators=(",", ":"), allow_nan=False).encode()


def _finite(text: str) -> float:
    value = float(text)
    if not isfinite(value):
        raise ValueError(f"{text} is no number of JSON")
    return value


# Made once, as that takes longer than to read an acknowledgement.
_READER = json.JSONDecoder(parse_constant=_finite, parse_float=_finite)
