"""The two lines at the top: where we look, and what goes by in all.  What was lost is always there."""

from __future__ import annotations

from natscli.text.sizes import format_bytes
from natscli.traffic.values import Totals
from natscli.tui import figures
from natscli.tui.charts import sparkline
from natscli.tui.pieces import Line, Piece, fit, foreign, joined, width_of
from natscli.tui.source import Standing, State

_STATES = {
    State.CONNECTING: ("warn", "… connecting"),
    State.LIVE: ("good", "● live"),
    State.LOST: ("alarm", " disconnected "),
    State.UNSUBSCRIBED: ("warn", "■ unsubscribed"),
    State.PLAYING: ("good", "▶ playing"),
    State.HALTED: ("warn", "❚❚ halted"),
    State.ENDED: ("dim", "■ end of the recording"),
    State.FAILED: ("alarm", " over "),
}


def header_lines(standing: Standing, totals: Totals, badges: list[Piece], width: int) -> tuple[Line, Line]:
    """Return both lines in exactly so many cells; what does not fit is left out whole, from the least important on."""
    return _first(standing, badges, width), _second(totals, width)


def _first(standing: Standing, badges: list[Piece], width: int) -> Line:
    end: list[Piece] = [*badges, _STATES[standing.state]]
    tail: list[Piece] = [piece for badge in end for piece in (badge, ("plain", " "))]
    left: list[Piece] = [("chosen", " natscli top "), ("plain", " ")]
    parts: list[list[Piece]] = [[("strong", foreign(standing.context))], [("plain", foreign(standing.server))]]
    if standing.version:
        parts.append([("dim", f"v{foreign(standing.version)}")])
    if standing.rtt_s is not None:
        parts.append([("dim", "rtt "), ("plain", figures.latency(standing.rtt_s).ljust(5))])
    if standing.play is not None:
        play = standing.play
        spot = f"{figures.clock(play.position_s)}/{figures.clock(play.length_s)}"
        parts.append([("plain", spot), ("dim", f" ×{play.speed:g}")])
    room = width - width_of(left) - width_of(tail)
    if room < 0:
        return _cut(tail, width)
    middle = joined([part for part in parts if width_of(part)], room)
    gap = width - width_of(left) - width_of(middle) - width_of(tail)
    return (*left, *middle, ("plain", " " * max(gap, 0)), *tail)


def _second(totals: Totals, width: int) -> Line:
    lost: list[Piece] = [("alarm" if totals.dropped else "dim", f" DROPPED {figures.count(totals.dropped)} ")]
    if totals.cuts:
        lost.insert(0, ("alarm", f" CUT OFF {figures.count(totals.cuts)}x "))
    if totals.unseen_bodies:
        lost.insert(0, ("warn", f"{figures.count(totals.unseen_bodies)} bodies unseen "))
    curve = min(max(width // 5, 8), 59)
    parts: list[list[Piece]] = [
        [("rate", figures.rate(totals.messages_per_s).rjust(6)), ("dim", " msg/s")],
        [("bytes", format_bytes(totals.bytes_per_s).rjust(10)), ("dim", "/s")],
        [("strong", figures.count(totals.subjects).rjust(5)), ("dim", _counted(totals.subjects, " subject"))],
        [("strong", figures.count(totals.messages).rjust(6)), ("dim", _counted(totals.messages, " message"))],
    ]
    if totals.requests:
        style = "bad" if totals.unanswered else "dim"
        parts.append([(style, figures.count(totals.unanswered).rjust(3)), ("dim", " unanswered")])
    if totals.evicted_subjects:
        parts.append([("warn", figures.count(totals.evicted_subjects)), ("dim", " subjects let go")])
    while len(lost) > 1 and width_of(lost) > width - 14:
        lost.pop(0)
    room = width - width_of(lost)
    left: list[Piece] = [("spark", " " + sparkline(totals.spark[:-1], curve) + " ")] if room > curve + 16 else []
    if room < 14:
        return _cut(lost, width)
    middle = joined(parts, room - width_of(left), "  ")
    gap = room - width_of(left) - width_of(middle)
    return (*left, *middle, ("plain", " " * max(gap, 0)), *lost)


def _counted(count: int, thing: str) -> str:
    """Return the plural, or the singular in as many cells."""
    return f"{thing} " if count == 1 else f"{thing}s"


def _cut(pieces: list[Piece], width: int) -> Line:
    line: list[Piece] = []
    for style, text in pieces:
        room = width - width_of(line)
        if room > 0:
            line.append((style, fit(text, min(len(text), room))))
    return (*line, ("plain", " " * (width - width_of(line))))
