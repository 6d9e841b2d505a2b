"""Who is connected, as a table: rates between two looks, a search, an order."""

from __future__ import annotations

from dataclasses import dataclass

from natscli.system.connections import Client, Connections
from natscli.text.sizes import plural
from natscli.tui import figures
from natscli.tui.flows import Flow, Flows
from natscli.tui.pieces import foreign
from natscli.tui.table import Column, Table


@dataclass(frozen=True, slots=True)
class Entry:
    """A client, and what goes on now: sent by it and to it."""

    client: Client
    flow: Flow


COLUMNS: tuple[Column[Entry], ...] = (
    Column("cid", 6, 1, "dim", lambda e: str(e.client.cid), lambda e: e.client.cid),
    Column("name", 20, 0, "subject", lambda e: foreign(e.client.name), lambda e: e.client.name, words=True),
    Column("address", 21, 7, "plain", lambda e: foreign(e.client.address), lambda e: e.client.address, words=True),
    Column("sent/s", 7, 2, "rate", lambda e: figures.rate(e.flow.in_messages), lambda e: -e.flow.in_messages),
    Column("to it/s", 7, 3, "rate", lambda e: figures.rate(e.flow.out_messages), lambda e: -e.flow.out_messages),
    Column("B/s", 6, 5, "bytes", lambda e: figures.size(e.flow.in_bytes), lambda e: -e.flow.in_bytes),
    Column("to B/s", 6, 6, "bytes", lambda e: figures.size(e.flow.out_bytes), lambda e: -e.flow.out_bytes),
    Column("pending", 7, 4, "warn", lambda e: figures.size(e.client.pending_bytes), lambda e: -e.client.pending_bytes),
    Column("sent", 7, 9, "plain", lambda e: figures.count(e.client.in_messages), lambda e: -e.client.in_messages),
    Column("to it", 7, 10, "plain", lambda e: figures.count(e.client.out_messages), lambda e: -e.client.out_messages),
    Column("subs", 5, 8, "plain", lambda e: figures.count(e.client.subscriptions), lambda e: -e.client.subscriptions),
    Column("rtt", 6, 11, "plain", lambda e: figures.latency(e.client.rtt_s), lambda e: e.client.rtt_s or 0.0),
    Column("idle", 9, 12, "dim", lambda e: foreign(e.client.idle)[:9], lambda e: e.client.idle),
    Column("uptime", 10, 13, "dim", lambda e: foreign(e.client.uptime)[:10], lambda e: e.client.uptime),
    Column("library", 16, 14, "dim", lambda e: foreign(e.client.language), lambda e: e.client.language, words=True),
    Column("account", 12, 15, "dim", lambda e: foreign(e.client.account), lambda e: e.client.account, words=True),
    Column("server", 16, 16, "dim", lambda e: foreign(e.client.server), lambda e: e.client.server, words=True),
)


class Roster(Table[Entry]):
    """Keeps what was seen last, to tell rates by."""

    def __init__(self) -> None:
        super().__init__(COLUMNS, name=_name, words=_words, sorted_by="sent/s")
        self.connections: Connections | None = None
        self.problem = ""
        self.server: str | None = None  # whose connections alone are shown; None for everybody
        self._everybody: list[Entry] = []
        self._flows = Flows()

    def take(self, connections: Connections, now_s: float) -> None:
        """Take a new look at everybody."""
        self.connections, self.problem = connections, ""
        flows = self._flows.take({(client.server, client.cid): client for client in connections.clients}, now_s)
        self._everybody = [Entry(client, flows[client.server, client.cid]) for client in connections.clients]
        self.show(self.server)

    def show(self, server: str | None) -> None:
        """Show the connections of one server, or everybody."""
        self.server = server
        self.entries = [entry for entry in self._everybody if server is None or entry.client.server == server]

    def fail(self, words: str) -> None:
        """Remember why there was nothing to see."""
        self.problem = words

    def summary(self) -> str:
        """Return what is known, and from where."""
        if self.problem:
            return f"Connections cannot be seen: {self.problem}"
        if self.connections is None:
            return "asking the servers"
        known = self.connections
        more = f", {known.left_out:,} not listed" if known.left_out and self.server is None else ""
        where = plural(len(known.servers), "server") if self.server is None else self.server
        return f"{plural(len(self.entries), 'connection')}{more} on {where}, from {known.source}"


def _name(entry: Entry) -> tuple[int, str]:
    return entry.client.cid, entry.client.server


def _words(entry: Entry) -> str:
    client = entry.client
    return f"{client.name} {client.address} {client.language} {client.account} {client.server} {client.cid}"
