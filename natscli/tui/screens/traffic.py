"""The main screen: subjects at the left, one of them closely at the right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen
from textual.widgets import Footer

from natscli.traffic.folding import STAR
from natscli.traffic.values import Order
from natscli.tui.columns import SORTABLE, SUBJECT
from natscli.tui.desk import Desk
from natscli.tui.keys import GROUPS, KEYS, Key
from natscli.tui.live import LiveSource
from natscli.tui.pieces import Line, foreign
from natscli.tui.player import PlayerSource
from natscli.tui.screens.choose import Choice, ChooseScreen
from natscli.tui.screens.doing import Doing
from natscli.tui.screens.help import PageScreen, help_lines
from natscli.tui.search import parse_search
from natscli.tui.widgets.detail import DetailPane
from natscli.tui.widgets.header import Header
from natscli.tui.widgets.notice import Notice
from natscli.tui.widgets.prompt import Prompt
from natscli.tui.widgets.subjects import Subjects

_NARROW = 100  # columns; below, one pane at a time
_TIGHT = 116  # below, the names of the tabs do not fit anyway
_COST = "As long as we watch, a request that nobody serves times out instead of failing at once. u stops watching."
_COST_S = 6.0


class TrafficScreen(Doing, Screen[None]):
    """Pulls from the desk what its widgets show, when the app says so."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(key.binding for key in KEYS),
        Binding("tab,shift+tab", "other_pane", "Other pane", show=False),
    ]
    palette: ClassVar[Mapping[str, Sequence[Key]]] = GROUPS

    def compose(self) -> ComposeResult:
        """Header, panes, prompt, news, keys."""
        yield Header()
        with Horizontal(id="body"):
            yield Subjects(self.desk.watch)
            yield DetailPane(self.desk.closeup)
        yield Prompt()
        yield Notice()
        yield Footer(show_command_palette=False, compact=True)

    @property
    def desk(self) -> Desk:
        """What is looked at."""
        desk: Desk = self.app.desk  # type: ignore[attr-defined]
        return desk

    @property
    def subjects(self) -> Subjects:
        """The table or tree."""
        return self.query_one(Subjects)

    @property
    def detail(self) -> DetailPane:
        """The pane at the right."""
        return self.query_one(DetailPane)

    @property
    def prompt(self) -> Prompt:
        """The line to type in."""
        return self.query_one(Prompt)

    def on_mount(self) -> None:
        """Begin with the subjects; say once what watching costs others."""
        self.subjects.focus()
        if isinstance(self.desk.source, LiveSource):
            self.notify(_COST, markup=False, timeout=_COST_S)

    def on_resize(self, event: events.Resize) -> None:
        """Have room for one pane or two."""
        self.set_class(event.size.width < _NARROW, "-narrow")
        self.set_class(event.size.width < _TIGHT, "-tight")

    def pull(self) -> None:
        """Show how things are now."""
        desk = self.desk
        self.query_one(Header).pull()
        self.query_one(Notice).show(*desk.news())
        if not desk.watch.holding:
            self.subjects.alarmed = desk.alarmed
            self.subjects.pull()
            self.detail.pull()

    def show_desk(self) -> None:
        """Show another desk: another source was chosen."""
        self.subjects.looking = self.desk.watch
        self.detail.closeup = self.desk.closeup
        self.pull()

    def refresh_all(self) -> None:
        """Show what has changed by a key, also while the display is held."""
        self.query_one(Header).pull()
        self.subjects.pull()
        self.detail.pull()

    def on_subjects_selected(self) -> None:
        """Look closely at another row."""
        self.desk.closeup.select(self.desk.watch.selected)
        self.detail.pull()

    def on_subjects_chosen(self) -> None:
        """Go to the details."""
        self.remove_class("-alone")
        self.add_class("-detail")
        self.detail.content.focus()
        self.call_after_refresh(self.detail.pull)

    def on_subjects_sorted(self, event: Subjects.Sorted) -> None:
        """Sort by the heading that was clicked."""
        self._sort(event.order)

    # -- looking ---------------------------------------------------------------------------------

    def action_help(self) -> None:
        """Show every key."""
        self.app.push_screen(PageScreen(help_lines()))

    def action_news(self) -> None:
        """Show all that has been told."""
        desk = self.desk
        lines: list[Line] = [(("alarm", foreign(words)),) for words in desk.firing]
        lines += [(("plain", foreign(text)),) for text in reversed(desk.source.news)]
        self.app.push_screen(PageScreen(lines or [(("dim", "nothing has been told"),)]))

    def action_servers(self) -> None:
        """Look at the servers' connections."""
        self.app.switch_mode("servers")

    def action_jetstream(self) -> None:
        """Look at streams and consumers."""
        self.app.switch_mode("jetstream")

    def action_tree(self) -> None:
        """Change between tree and table."""
        self.desk.watch.toggle_tree()
        self._show_selected()

    def action_filter(self) -> None:
        """Ask what to show."""
        now = self.desk.watch.filter
        self.prompt.ask("filter", "filter", now.text if now else "", "orders.*.paid, a regular expression, !not this")

    def action_find(self) -> None:
        """Ask what to go to."""
        now = self.desk.watch.search
        self.prompt.ask("find", "find", now.text if now else "", "n is the next, N the one before")

    def action_next(self, backwards: bool) -> None:  # noqa: FBT001 - an action's argument
        """Go to the next match."""
        watch = self.desk.watch
        if watch.search is None:
            self.action_find()
            return
        found = watch.find(watch.search, watch.selected, backwards=backwards)
        if found is None:
            self.say(f"nothing matches {watch.search.text}")
            return
        watch.selected = found
        self.on_subjects_selected()
        self.subjects.show_selected()

    def on_prompt_changed(self, event: Prompt.Changed) -> None:
        """Filter while it is typed."""
        if event.purpose == "filter":
            self.desk.watch.set_filter(event.text)
            self.subjects.pull()

    def on_prompt_answered(self, event: Prompt.Answered) -> None:
        """Do what was asked for."""
        self.subjects.focus()
        if event.purpose == "filter":
            found = self.desk.watch.set_filter(event.text)
            if found is not None and found.error:
                self.say(f"taken as plain text: {found.error}")
            self.subjects.show_selected()
        elif event.purpose == "find":
            self.desk.watch.search = parse_search(event.text)
            if self.desk.watch.search is not None:
                self.action_next(backwards=False)
        else:
            self.answered(event.purpose, event.text)
        self.refresh_all()

    def on_prompt_cancelled(self, event: Prompt.Cancelled) -> None:
        """Leave it; a filter that was begun goes."""
        self.subjects.focus()
        if event.purpose == "filter":
            self.desk.watch.set_filter("")
            self.refresh_all()

    def action_leave(self) -> None:
        """Leave the innermost thing: a message, the details, a search, a filter."""
        watch, closeup = self.desk.watch, self.desk.closeup
        if closeup.chosen is not None:
            closeup.unpin()
        elif self.has_class("-detail"):
            self.remove_class("-detail")
            self.subjects.focus()
        elif watch.search is not None:
            watch.search = None
        elif watch.filter is not None:
            watch.set_filter("")
        self.refresh_all()

    def action_internal(self) -> None:
        """Show $SYS, $JS and inboxes, or hide them."""
        self.desk.watch.show_internal(on=not self.desk.watch.view.internal)
        self.refresh_all()

    def action_fold(self) -> None:
        """Fold identifiers, or show each."""
        registry = self.desk.watch.registry
        registry.fold(on=not registry.folding)
        self.subjects.show_selected()
        self.refresh_all()

    def action_fold_here(self) -> None:
        """Fold what is below the row, or show each; of what is folded itself, all that it stands for."""
        watch = self.desk.watch
        before, star, _ = f"{watch.selected}.".rpartition(f".{STAR}.")
        branch = before if star else watch.selected
        watch.registry.fold_node(branch, on=not watch.is_folded(branch))
        watch.stay_in_sight()
        self.subjects.show_selected()
        self.refresh_all()

    # -- order -----------------------------------------------------------------------------------

    def action_sort(self) -> None:
        """Ask which column to sort by."""
        choices = [Choice(str(column.order), column.key, column.title, column.about) for column in SORTABLE]
        self.app.push_screen(ChooseScreen("Sort by", choices), lambda name: self._sort(Order(name)) if name else None)

    def action_sort_next(self, step: int) -> None:
        """Sort by a column beside."""
        orders = [c.order for c in (SUBJECT, *self.subjects.layout_now.columns) if c.order is not None]
        now = self.desk.watch.view.order
        at = orders.index(now) if now in orders else 0
        self._sort(orders[(at + step) % len(orders)])

    def action_reverse(self) -> None:
        """Turn the order round."""
        self.desk.watch.reverse()
        self.subjects.show_selected()

    def action_freeze(self) -> None:
        """Keep rows where they are, or sort again."""
        self.desk.watch.freeze(on=not self.desk.watch.frozen)
        if self.desk.watch.as_tree:
            self.say("the tree keeps its order; t shows the table")
        self.refresh_all()

    def action_baseline(self) -> None:
        """Count from here, or no more."""
        registry = self.desk.watch.registry
        if registry.baseline:
            registry.clear_baseline()
        else:
            registry.set_baseline()
        self.refresh_all()

    def _sort(self, order: Order) -> None:
        self.desk.watch.sort_by(order)
        self._show_selected()

    def _show_selected(self) -> None:
        self.subjects.show_selected()
        self.on_subjects_selected()

    # -- time ------------------------------------------------------------------------------------

    def action_pause(self) -> None:
        """Hold the display, or let it go on."""
        self.desk.watch.hold(on=not self.desk.watch.holding)
        self.refresh_all()

    def action_seek(self, seconds: int) -> None:
        """Go to another moment of a recording."""
        if isinstance(self.desk.source, PlayerSource):
            self.desk.source.seek(seconds)

    def action_speed(self, steps: int) -> None:
        """Play faster or slower."""
        if isinstance(self.desk.source, PlayerSource):
            self.desk.source.change_speed(steps)
            self.query_one(Header).pull()

    # -- details ---------------------------------------------------------------------------------

    def action_tab(self, index: int) -> None:
        """Show a tab of the details."""
        self.remove_class("-alone")
        if self.has_class("-narrow"):
            self.add_class("-detail")
            self.detail.content.focus()
        self.detail.show_tab(index)
        self.call_after_refresh(self.detail.pull)

    def action_manner(self) -> None:
        """Show a value in another format, or another curve."""
        self.say(self.desk.closeup.change_manner())
        self.detail.pull()

    def action_diff(self) -> None:
        """Mark differences, or not."""
        self.desk.closeup.diff = not self.desk.closeup.diff
        self.detail.pull()

    def action_step(self, messages: int) -> None:
        """Look at an older message, or a newer one."""
        self.desk.closeup.step(messages)
        self.detail.pull()

    def action_pane(self) -> None:
        """Show the table alone, or the details too."""
        self.toggle_class("-alone")
        self.subjects.focus()
        self.call_after_refresh(self.refresh_all)

    def action_other_pane(self) -> None:
        """Go from the table to the details, or back."""
        if not self.subjects.has_focus:
            self.remove_class("-detail")
            self.subjects.focus()
        else:
            self.on_subjects_chosen()
