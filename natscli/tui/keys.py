"""The keys: one table for the bindings, the help and the documentation; and the user's own, from a file.

``$XDG_CONFIG_HOME/natscli/top.toml``::

    theme = "natscli-light"
    [keys]
    filter = "ctrl+f"
    quit = "q,ctrl+q"
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from textual.binding import Binding

from natscli.errors import UsageError


class Key(NamedTuple):
    """A binding of the traffic screen; ``id`` is what ``[keys]`` calls it, ``short`` is for the last line."""

    id: str
    keys: str
    action: str
    about: str
    short: str = ""
    shown_as: str = ""

    @property
    def binding(self) -> Binding:
        """The binding, as Textual wants it."""
        return Binding(
            self.keys,
            self.action,
            self.short or self.about,
            show=bool(self.short),
            key_display=self.shown_as or None,
            id=self.id,
        )


GROUPS: dict[str, tuple[Key, ...]] = {
    "Looking": (
        Key("help", "question_mark", "help", "what every key does", "Help", "?"),
        Key("tree", "t", "tree", "tree or table", "Tree/table"),
        Key("filter", "slash", "filter", "show only what matches; ! in front turns it round", "Filter", "/"),
        Key("find", "F", "find", "search: go to what matches"),
        Key("next", "n", "next(False)", "next match"),
        Key("previous", "N", "next(True)", "match before"),
        Key("internal", "i", "internal", "with $SYS, $JS and inboxes, or without"),
        Key("fold", "asterisk", "fold", "identifiers as one *, or each by itself", shown_as="*"),
        Key("fold-here", "ampersand", "fold_here", "the same below the row alone", shown_as="&"),
        Key("news", "L", "news", "all that has been told: gaps, refusals, alerts"),
        Key("servers", "S", "servers", "servers and their connections", "Servers"),
        Key("jetstream", "J", "jetstream", "streams and consumers of JetStream", "JetStream"),
    ),
    "Order": (
        Key("sort", "s", "sort", "sort by a column", "Sort"),
        Key("sort-left", "less_than_sign,comma", "sort_next(-1)", "sort by the column to the left", shown_as="<"),
        Key(
            "sort-right", "greater_than_sign,full_stop", "sort_next(1)", "sort by the column to the right", shown_as=">"
        ),
        Key("reverse", "r", "reverse", "the other way round"),
        Key("freeze", "f", "freeze", "rows keep their places", "Freeze"),
        Key("baseline", "b", "baseline", "count Δ from here; again for none"),
    ),
    "Time": (
        Key("pause", "space", "pause", "hold the display; counting goes on", "Pause"),
        Key("unsubscribe", "u", "unsubscribe", "stop the traffic itself; halt a recording"),
        Key("back", "left_curly_bracket", "seek(-10)", "ten seconds back in a recording", shown_as="{"),
        Key("forward", "right_curly_bracket", "seek(10)", "ten seconds on", shown_as="}"),
        Key("slower", "minus", "speed(-1)", "play slower", shown_as="-"),
        Key("faster", "plus", "speed(1)", "play faster", shown_as="+"),
    ),
    "Details": (
        Key("value", "1", "tab(0)", "the latest value; headers"),
        Key("feed", "2", "tab(1)", "messages as they come"),
        Key("graph", "3", "tab(2)", "curves; sizes"),
        Key("latency", "4", "tab(3)", "how long replies take"),
        Key("messages", "5", "tab(4)", "messages that are kept"),
        Key("manner", "v", "manner", "next format of the value, next curve of the graph"),
        Key("diff", "d", "diff", "mark what differs from the message before"),
        Key("older", "left_square_bracket", "step(1)", "an older message", shown_as="["),
        Key("newer", "right_square_bracket", "step(-1)", "a newer message", shown_as="]"),
        Key("where", "w", "where", "only messages for which an expression holds, as json.price > 5"),
        Key("pane", "z", "pane", "details beside the table, or the table alone"),
    ),
    "Doing": (
        Key("copy", "y", "copy", "copy the subject; in the details, the message"),
        Key("command", "c", "copy_command", "copy the natscli command for it", "Command"),
        Key("publish", "p", "publish", "publish or request"),
        Key("record", "R", "record", "record to a file; again to end it", "Record"),
        Key("export", "e", "export", "write JSON, CSV, Markdown or a picture to a file"),
        Key("context", "C", "context", "another context"),
        Key("leave", "escape", "leave", "close, clear, follow the newest"),
        Key("quit", "q,ctrl+c,ctrl+q", "app.quit", "quit", "Quit", "q"),
    ),
}
KEYS = tuple(key for keys in GROUPS.values() for key in keys)
MOVING = (
    ("↑ ↓ k j", "a line up or down"),
    ("PgUp PgDn", "a screen up or down"),
    ("g G", "first, last"),
    ("← → h l", "close, open a branch"),
    ("o O", "open all, close all"),
    ("Enter", "open; details"),
    ("Tab", "table or details"),
    ("Ctrl+P", "all commands, themes"),
)
_OTHERS = (
    "down",
    "up",
    "page-down",
    "page-up",
    "first",
    "last",
    "open",
    "close",
    "open-all",
    "close-all",
    "details",
    "everywhere",
)


@dataclass(frozen=True, slots=True)
class Taste:
    """What the user prefers."""

    theme: str = ""
    keymap: Mapping[str, str] = field(default_factory=dict)


def taste_path(environment: Mapping[str, str]) -> str:
    """Return the file with the user's own keys and theme."""
    base = environment.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    return os.path.join(base, "natscli", "top.toml")


def read_taste(path: str) -> Taste:
    """Return what the file says, nothing where there is none; UsageError says what is wrong with it."""
    try:
        with open(path, "rb") as file:
            document = tomllib.load(file)
    except FileNotFoundError:
        return Taste()
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"'{path}' cannot be read: {error}") from error
    keys = document.get("keys", {})
    theme = document.get("theme", "")
    unknown = sorted(set(document) - {"keys", "theme"})
    if unknown:
        raise UsageError(f"'{path}' has an unknown setting '{unknown[0]}'", "there are theme and [keys]")
    if not isinstance(keys, dict) or not isinstance(theme, str) or not all(isinstance(k, str) for k in keys.values()):
        raise UsageError(f"'{path}': theme and each of [keys] have to be texts")
    names = [key.id for key in KEYS] + list(_OTHERS)
    for name in keys:
        if name not in names:
            raise UsageError(f"'{path}': there is no key '{name}'", f"there are {', '.join(names)}")
    return Taste(theme, keys)
