"""Streams with their rates, consumers with their lag: asked for as long as the screen is on show, never changed."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import ClassVar, cast

from textual.binding import Binding, BindingType

from natscli.errors import NatsCliError
from natscli.tui.commandline import info_command
from natscli.tui.jetstream_keys import JETSTREAM_KEYS
from natscli.tui.keys import Key
from natscli.tui.ledger import Ledger, View
from natscli.tui.live import LiveSource
from natscli.tui.screens.choose import Choice, ChooseScreen
from natscli.tui.screens.help import PageScreen
from natscli.tui.screens.jetstream_help import jetstream_help_lines
from natscli.tui.screens.looking import LookingScreen
from natscli.tui.source import Source, State
from natscli.tui.widgets.jetstream import JetStreamTable
from natscli.tui.widgets.listing import Pickable

_AWAY = {State.LOST: "disconnected", State.FAILED: "the connection is over"}


class JetStreamScreen(LookingScreen):
    """Streams, the consumers of one, or the consumers of all."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(key.binding for key in JETSTREAM_KEYS if key.id != "details"),
        Binding("left,h", "streams", "Streams", show=False, id="close"),
        Binding("right,l", "open", "Consumers", show=False, id="open"),
    ]
    palette: ClassVar[Mapping[str, Sequence[Key]]] = {"JetStream": JETSTREAM_KEYS}
    hint = "name, subject, leader, a regular expression, !not this"

    def __init__(self) -> None:
        self._source: Source | None = None
        self._left: Hashable = None  # the stream that was under the cursor
        super().__init__(JetStreamTable(Ledger()))

    @property
    def stores(self) -> JetStreamTable:
        """The table."""
        return cast("JetStreamTable", self.listing)

    @property
    def ledger(self) -> Ledger:
        """What is known."""
        return self.stores.ledger

    def pull(self) -> None:
        """Show how things are now; of another source, from the beginning."""
        source = self.top.desk.source
        if self._source is not source:
            self._source = source
            self.stores.ledger = Ledger()
            self.stores.show_table(self.ledger.table, None)
        super().pull()
        self.stores.refresh()  # the age of what is shown

    async def look(self) -> None:
        """Ask JetStream."""
        ledger, source = self.ledger, self._source
        if not isinstance(source, LiveSource) or source.connection is None:
            ledger.fail("a recording has no JetStream")
            return
        away = _AWAY.get(source.standing().state)
        if away is not None:
            ledger.fail(away)
            return
        in_sight = self.stores.in_sight
        try:
            await ledger.survey.look(source.connection, ledger.wanted(in_sight))
        except NatsCliError as error:
            ledger.failed(error)
        else:
            ledger.saw()
            if not in_sight and ledger.flows.streams:
                self.hurry()  # only now is it known whose consumers are wanted

    def action_help(self) -> None:
        """Show every key, column and mark."""
        self.app.push_screen(PageScreen(jetstream_help_lines()))

    # -- going elsewhere -------------------------------------------------------------------------

    def on_pickable_chosen(self, event: Pickable.Chosen) -> None:
        """Look at a stream's consumers; copy the command of a consumer."""
        event.stop()
        if self.ledger.view is View.STREAMS:
            self.action_open()
        else:
            self.action_copy_command()

    def on_pickable_scrolled(self) -> None:
        """Ask for the consumers of what has come into sight soon, not after a whole second."""
        if self.ledger.view is not View.CONSUMERS:
            self.hurry()

    def action_open(self) -> None:
        """Look at the consumers of the stream under the cursor."""
        row = self.stores.row
        if self.ledger.view is View.STREAMS and row is not None:
            self._show(View.CONSUMERS, row.name)

    def action_streams(self) -> None:
        """Go back to the streams."""
        if self.ledger.view is not View.STREAMS:
            self._show(View.STREAMS)

    def action_everywhere(self) -> None:
        """Look at the consumers of all streams, or at the streams again."""
        self._show(View.STREAMS if self.ledger.view is View.EVERYWHERE else View.EVERYWHERE)

    def action_leave(self) -> None:
        """Leave the innermost thing: a filter, consumers, JetStream."""
        if self.listing.table.search is not None:
            self.search("")
        elif self.ledger.view is not View.STREAMS:
            self._show(View.STREAMS)
        else:
            self.action_traffic()

    def action_traffic(self) -> None:
        """Go back to the traffic."""
        self.app.switch_mode("traffic")

    def action_servers(self) -> None:
        """Look at the servers' connections."""
        self.app.switch_mode("servers")

    def _show(self, view: View, chosen: str = "") -> None:
        ledger = self.ledger
        if ledger.view is View.STREAMS:
            self._left = self.stores.selected
        ledger.show(view, chosen)
        self.stores.show_table(ledger.table, self._left if view is View.STREAMS else None)
        self.hurry()

    # -- order, time, copying --------------------------------------------------------------------

    def action_sort(self) -> None:
        """Ask which column to sort by."""
        columns = [column for column in self.listing.table.columns if column.key]
        choices = [Choice(column.title, column.key, column.title, column.about) for column in columns]
        self.app.push_screen(ChooseScreen("Sort by", choices), self._sort)

    def _sort(self, title: str | None) -> None:
        if title is not None:
            self.listing.table.sort_by(title)
            self.stores.show_selected()
            self.hurry()

    def action_freeze(self) -> None:
        """Keep rows where they are, or sort again."""
        self.listing.table.freeze(on=not self.listing.table.frozen)
        self.listing.pull()

    def action_pause(self) -> None:
        """Look no more, or again."""
        self.stores.paused = not self.paused
        super().action_pause()

    def action_copy(self) -> None:
        """Copy the name of what is under the cursor."""
        row = self.stores.row
        if row is not None:
            name = self.ledger.names(row)[-1]
            self.copy(name, name)

    def action_copy_command(self) -> None:
        """Copy the command that tells of what is under the cursor."""
        row = self.stores.row
        if row is not None:
            command = info_command(self.ledger.names(row), self.top.origin)
            self.copy(command, command)
