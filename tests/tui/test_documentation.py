"""docs/top.md names every key and every column."""

from pathlib import Path

from natscli.tui.columns import SORTABLE
from natscli.tui.consumer_columns import CONSUMER_COLUMNS, CONSUMER_MARKS
from natscli.tui.jetstream_keys import JETSTREAM_KEYS
from natscli.tui.keys import KEYS
from natscli.tui.stream_columns import STREAM_COLUMNS, STREAM_MARKS
from natscli.tui.themes import THEMES

TEXT = (Path(__file__).parent.parent.parent / "docs" / "top.md").read_text(encoding="utf-8")


def test_every_key_is_described_and_named():
    assert [key.id for key in (*KEYS, *JETSTREAM_KEYS) if f"| {key.about} | `{key.id}` |" not in TEXT] == []


def test_every_column_and_theme_is_named():
    assert [column.title for column in SORTABLE if f"| `{column.title}` | `{column.key}` |" not in TEXT] == []
    assert [theme.name for theme in THEMES if f"`{theme.name}`" not in TEXT] == []


def test_every_column_and_mark_of_jetstream_is_described():
    columns = [*STREAM_COLUMNS, *CONSUMER_COLUMNS]
    described = [
        f"| `{column.title}` | {f'`{column.key}`' if column.key else ''} | {column.about} |" for column in columns
    ]
    assert [row for row in described if row not in TEXT] == []
    assert [mark for _, mark, _ in (*STREAM_MARKS, *CONSUMER_MARKS) if f"| `{mark}` |" not in TEXT] == []
