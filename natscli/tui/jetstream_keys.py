"""The keys of the JetStream screen: one table for the bindings, the help and the documentation."""

from __future__ import annotations

from natscli.tui.keys import Key

JETSTREAM_KEYS = (
    Key("help", "question_mark", "help", "what every key does", "Help", "?"),
    Key("details", "enter", "choose", "a stream's consumers; of a consumer, copy the command", "Open", "Enter"),
    Key("everywhere", "a", "everywhere", "the consumers of all streams, or the streams again", "All"),
    Key("filter", "slash", "filter", "show only what matches; ! in front turns it round", "Filter", "/"),
    Key("sort", "s", "sort", "sort by a column", "Sort"),
    Key("sort-left", "less_than_sign,comma", "sort_next(-1)", "sort by the column to the left", shown_as="<"),
    Key("sort-right", "greater_than_sign,full_stop", "sort_next(1)", "sort by the column to the right", shown_as=">"),
    Key("reverse", "r", "reverse", "the other way round"),
    Key("freeze", "f", "freeze", "rows keep their places"),
    Key("pause", "space", "pause", "look no more; again to go on", "Pause", "Space"),
    Key("copy", "y", "copy", "copy the name"),
    Key("command", "c", "copy_command", "copy the natscli command for it", "Command"),
    Key("servers", "S", "servers", "connections of the servers"),
    Key("leave", "escape", "leave", "no filter; the streams; the traffic", shown_as="Esc"),
    Key("jetstream", "J,t", "traffic", "back to the traffic", "Traffic", "J"),
    Key("quit", "q,ctrl+c,ctrl+q", "app.quit", "quit", "Quit", "q"),
)
