"""The servers, as a table: what each has to do, a second; and whose connections are shown."""

from __future__ import annotations

from dataclasses import dataclass

from natscli.system.overview import Overview, Server
from natscli.tui import figures
from natscli.tui.flows import Flow, Flows
from natscli.tui.pieces import foreign
from natscli.tui.table import Column, Table


@dataclass(frozen=True, slots=True)
class Post:
    """A server, and what goes on now: in from clients and out to them."""

    server: Server
    flow: Flow


def _percent(value: float | None) -> str:
    return "·" if value is None else f"{value:.0f}%"


SERVER_COLUMNS: tuple[Column[Post], ...] = (
    Column(
        "server", 12, 0, "subject", lambda p: foreign(p.server.name), lambda p: p.server.name,
        words=True, part=6, widest=40,
    ),
    Column("CPU", 5, 1, "number", lambda p: _percent(p.server.cpu_percent), lambda p: -(p.server.cpu_percent or 0)),
    Column(
        "memory", 6, 2, "bytes", lambda p: figures.size(p.server.memory_bytes) or "·",
        lambda p: -(p.server.memory_bytes or 0),
    ),
    Column("in/s", 6, 3, "rate", lambda p: figures.rate(p.flow.in_messages), lambda p: -p.flow.in_messages),
    Column("out/s", 6, 4, "rate", lambda p: figures.rate(p.flow.out_messages), lambda p: -p.flow.out_messages),
    Column("in B/s", 6, 7, "bytes", lambda p: figures.size(p.flow.in_bytes), lambda p: -p.flow.in_bytes),
    Column("out B/s", 7, 8, "bytes", lambda p: figures.size(p.flow.out_bytes), lambda p: -p.flow.out_bytes),
    Column("slow", 5, 5, "bad", lambda p: _some(p.server.slow_consumers), lambda p: -p.server.slow_consumers),
    Column("conns", 6, 6, "plain", lambda p: figures.count(p.server.connections), lambda p: -p.server.connections),
    Column("subs", 6, 9, "plain", lambda p: figures.count(p.server.subscriptions), lambda p: -p.server.subscriptions),
    Column("in", 6, 12, "plain", lambda p: figures.count(p.server.in_messages), lambda p: -p.server.in_messages),
    Column("out", 6, 13, "plain", lambda p: figures.count(p.server.out_messages), lambda p: -p.server.out_messages),
    Column("uptime", 12, 10, "dim", lambda p: foreign(p.server.uptime)[:12] or "·", lambda p: p.server.uptime),
    Column(
        "version", 9, 11, "dim", lambda p: foreign(p.server.version)[:9], lambda p: p.server.version, words=True
    ),
    Column(
        "cluster", 12, 14, "dim", lambda p: foreign(p.server.cluster), lambda p: p.server.cluster, words=True
    ),
)  # fmt: skip


class Fleet(Table[Post]):
    """Keeps what was seen last, to tell rates by."""

    def __init__(self) -> None:
        super().__init__(SERVER_COLUMNS, name=_name, words=_words, sorted_by="server")
        self.problems: tuple[str, ...] = ()
        self._flows = Flows()

    def take(self, overview: Overview, now_s: float) -> None:
        """Take a new look at the servers."""
        self.problems = overview.problems
        flows = self._flows.take({server.name: server for server in overview.servers}, now_s)
        self.entries = [Post(server, flows[server.name]) for server in overview.servers]


def _some(count: int) -> str:
    return figures.count(count) if count else "·"


def _name(post: Post) -> str:
    return post.server.name


def _words(post: Post) -> str:
    server = post.server
    return f"{server.name} {server.cluster} {server.version}"
