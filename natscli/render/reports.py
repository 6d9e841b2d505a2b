"""Reports: titled sections of label and value, for people or as one JSON document."""

import json
from collections.abc import Iterable, Sequence

from natscli.render.output import print_bytes, print_text
from natscli.text.sanitise import safe

Rows = Sequence[tuple[str, str]]


def print_sections(sections: Iterable[tuple[str, Rows]]) -> None:
    """Print each section's title and its rows, labels aligned on the right; foreign text is made safe."""
    blocks = []
    for title, rows in sections:
        labels = [safe(label) for label, _ in rows]
        width = max(map(len, labels), default=0) + 2
        lines = [f"{label:>{width}}: {safe(value)}" for label, (_, value) in zip(labels, rows, strict=True)]
        blocks.append("\n".join([safe(title), "", *lines]))
    print_text("\n\n".join(blocks))


def print_json(document: object) -> None:
    """Print one document, indented by two, ASCII only."""
    print_bytes(json.dumps(document, indent=2).encode() + b"\n")
