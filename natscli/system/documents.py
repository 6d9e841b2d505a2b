"""Fields of documents that servers send, read with patience: what is not of the wanted form counts as absent."""

from typing import Any

from natscli.jetstream.document import Document

_MOST = 1 << 63  # what Go's integers hold; more would overflow a float


def parse_object(raw: bytes) -> dict[str, Any] | None:
    """Return the JSON object in ``raw``; None where there is none, or one with numbers that JSON does not have."""
    try:
        return dict(Document.parse(raw).raw)
    except ValueError:
        return None


def mapping(value: object) -> dict[str, Any]:
    """Return an object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def texts(value: object) -> tuple[str, ...]:
    """Return the texts of a list, sorted: the server lists them in any order."""
    return tuple(sorted(text for text in value if isinstance(text, str))) if isinstance(value, list) else ()


def whole(value: object) -> int:
    """Return a whole number; 0 for anything else."""
    return value if isinstance(value, int) and -_MOST <= value < _MOST else 0
