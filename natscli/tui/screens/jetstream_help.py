"""The keys, columns and marks of the JetStream screen, on one page."""

from __future__ import annotations

from natscli.tui.consumer_columns import CONSUMER_COLUMNS, CONSUMER_MARKS
from natscli.tui.jetstream_keys import JETSTREAM_KEYS
from natscli.tui.pieces import Line
from natscli.tui.screens.help import key_lines
from natscli.tui.stream_columns import STREAM_COLUMNS, STREAM_MARKS


def jetstream_help_lines() -> list[Line]:
    """Return the page of the JetStream screen."""
    lines = key_lines("JetStream", JETSTREAM_KEYS)
    for name, columns in (("Streams", STREAM_COLUMNS), ("Consumers", CONSUMER_COLUMNS)):
        lines.append((("title", f"{name}: columns, and their keys behind s"),))
        lines += [
            (("chosen", f"  {column.key:<4}"), ("rate", f"{column.title:<10}"), ("plain", column.about))
            for column in columns
        ]
        lines.append(())
    lines.append((("title", "Marks"),))
    marks = dict.fromkeys((*STREAM_MARKS, *CONSUMER_MARKS))
    lines += [((style, f"  {mark}   "), ("plain", about)) for style, mark, about in marks]
    return lines
