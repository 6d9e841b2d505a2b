"""Everything one look at traffic consists of, without a widget: the source, the watch, the closeup, the alarms."""

from __future__ import annotations

from collections.abc import Sequence

from natscli.render.figures import alert_words
from natscli.traffic.alerts import Alarm, Alert, Firing
from natscli.tui import figures
from natscli.tui.closeup import Closeup
from natscli.tui.panes.formats import Formats
from natscli.tui.pieces import Piece, foreign
from natscli.tui.source import Source
from natscli.tui.watch import Watch


class Desk:
    """Brings a source and what is looked at together; ``tick`` is all that time does."""

    def __init__(self, source: Source, alerts: Sequence[Alert] = (), decoder: str = "") -> None:
        self.source = source
        self.alerts = tuple(alerts)
        self.watch = Watch(source.registry)
        self.closeup = Closeup(self.watch, source.ring, Formats(decoder))
        self.where = ""  # the expression that messages are looked at for
        self.found: tuple[Firing, ...] = ()  # alerts that hold
        self.firing: tuple[str, ...] = ()  # the same in words
        self.fired: dict[Alert, str] = {}  # alerts that have held at any time
        self.alarmed: frozenset[str] = frozenset()
        self.began_firing = False  # with the last tick
        self._alarm = Alarm(self.alerts, source.registry)
        self._registry = source.registry

    def tick(self) -> None:
        """Bring all figures up to now."""
        if self.source.registry is not self._registry:
            self._change_registry()
        self.source.tick()
        self.closeup.note(self.watch.registry.now_s)
        if self.alerts:
            self._heed()

    def badges(self) -> list[Piece]:
        """Return what is special about the moment."""
        watch, standing = self.watch, self.source.standing()
        found: list[Piece] = []
        if standing.recorded is not None:
            found.append(("record", f" REC {figures.count(standing.recorded)} "))
        if watch.holding:
            found.append(("badge", " PAUSED "))
        if watch.filter is not None:
            found.append(("badge", f" /{foreign(watch.filter.text)[:24]} "))
        if self.where:
            found.append(("badge", f" {foreign(self.where)[:24]} "))
        if watch.frozen and not watch.as_tree:
            found.append(("badge", " FROZEN "))
        if watch.registry.baseline:
            found.append(("badge", " Δ "))
        if not watch.registry.folding:
            found.append(("badge", " UNFOLDED "))
        if watch.view.internal:
            found.append(("badge", " +INTERNAL "))
        return found

    def news(self) -> tuple[str, str]:
        """Return the style and text of what matters most now; both empty for nothing."""
        if self.firing:
            return "alarm", " · ".join(self.firing)
        news = self.source.news
        if not news:
            return "", ""
        return "warn", f"{news[-1]}" if len(news) == 1 else f"{news[-1]} (L: all {len(news)})"

    def _heed(self) -> None:
        found = self.found = self._alarm.check()
        words = tuple(map(alert_words, found))
        known = {firing.alert for firing in found} <= set(self.fired) and len(words) <= len(self.firing)
        self.began_firing = bool(words) and not known
        for firing, said in zip(found, words, strict=True):
            self.fired.setdefault(firing.alert, said)
        self.firing = words
        self.alarmed = frozenset(firing.subject for firing in found)

    def _change_registry(self) -> None:
        self._registry = self.source.registry
        self.watch.replace_registry(self._registry)
        self._alarm = Alarm(self.alerts, self._registry)
