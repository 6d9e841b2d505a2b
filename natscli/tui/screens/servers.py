"""The servers, and the connections of one or all, with their rates: asked for as long as the screen is on show."""

from __future__ import annotations

import time
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Footer

from natscli.connection.deadline import Deadline
from natscli.errors import NatsCliError
from natscli.system.overview import Observer
from natscli.tui.fleet import Fleet
from natscli.tui.live import LiveSource
from natscli.tui.roster import Roster
from natscli.tui.screens.help import PageScreen, help_lines
from natscli.tui.screens.looking import HELP, ORDER, QUIT, LookingScreen
from natscli.tui.source import Source
from natscli.tui.widgets.connections import ConnectionsTable
from natscli.tui.widgets.header import Header
from natscli.tui.widgets.listing import Listing
from natscli.tui.widgets.prompt import Prompt
from natscli.tui.widgets.servers import ServersTable

_PATIENCE_S = 3.0


class ServersScreen(LookingScreen):
    """Servers above, connections below; keys are for the table that has the focus."""

    BINDINGS: ClassVar[list[BindingType]] = [
        HELP,
        Binding("S,t", "traffic", "Traffic", key_display="S"),
        Binding("escape", "leave", "Back", show=False),
        Binding("tab,shift+tab", "other_table", "Servers/connections", key_display="Tab"),
        Binding("J", "app.switch_mode('jetstream')", "JetStream", id="jetstream"),
        *ORDER,
        QUIT,
    ]
    hint = "name, address, library, account; !not"

    def __init__(self) -> None:
        self.fleet = Fleet()
        self.roster = Roster()
        self.servers = ServersTable(self.fleet)
        self.connections = ConnectionsTable(self.roster)
        self._source: Source | None = None
        self._observer = Observer(None)
        super().__init__(self.connections)

    def compose(self) -> ComposeResult:
        """Header, both tables, prompt, keys."""
        yield Header()
        yield self.servers
        yield self.connections
        yield Prompt()
        yield Footer(show_command_palette=False, compact=True)

    async def look(self) -> None:
        """Ask the servers."""
        source = self.top.desk.source
        if source is not self._source:
            self._begin(source)
        try:
            if not isinstance(source, LiveSource):
                self.roster.fail("a recording has no servers")
                return
            overview = await self._observer.look(Deadline(_PATIENCE_S))
        except NatsCliError as error:
            self.roster.fail(str(error))
            return
        now_s = time.monotonic()
        self.fleet.take(overview, now_s)
        self.roster.take(overview.connections, now_s)
        self.show_all()

    def show_all(self) -> None:
        """Show what is known in both tables."""
        self.servers.pull()
        self.connections.pull()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Have the keys mean the table that is chosen."""
        if isinstance(event.widget, Listing):
            self.listing = event.widget

    def on_pickable_chosen(self, event: ServersTable.Chosen) -> None:
        """Show the connections of one server; of all again, where it was shown alone."""
        event.stop()
        post = self.servers.row
        alone = post is not None and post.server.name != self.servers.chosen
        self._choose(post.server.name if alone else None)

    def action_other_table(self) -> None:
        """Go from the connections to the servers, or back."""
        (self.servers if self.connections.has_focus else self.connections).focus()

    def action_help(self) -> None:
        """Show every key."""
        self.app.push_screen(PageScreen(help_lines()))

    def action_leave(self) -> None:
        """Leave the innermost thing: a filter, the server that is shown alone, the servers."""
        if self.listing.table.search is not None:
            self.search("")
        elif self.servers.chosen is not None:
            self._choose(None)
        else:
            self.action_traffic()

    def action_traffic(self) -> None:
        """Go back."""
        self.app.switch_mode("traffic")

    def _begin(self, source: Source) -> None:
        """Look at what another source is connected to."""
        self._source = source
        live = source if isinstance(source, LiveSource) else None
        self._observer = Observer(live.connection if live else None, live.monitor_urls if live else ())
        self._choose(None)

    def _choose(self, server: str | None) -> None:
        self.servers.chosen = server
        self.roster.show(server)
        self.show_all()
