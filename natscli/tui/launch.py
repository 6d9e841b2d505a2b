"""What the app is started with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from natscli.tap.plan import Plan
from natscli.traffic.values import Order
from natscli.tui.live import Connect


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """``connect_as`` gives the way to another context, and its inbox prefix.

    ``origin`` are the options that were typed to get here, for commands that do the same.
    """

    plan: Plan
    connect: Connect
    connect_as: Callable[[str], tuple[Connect, str]] | None = None
    contexts: Sequence[str] = ()
    context: str = ""
    origin: Sequence[str] = ()
    inbox_prefix: str = "_INBOX"
    order: Order | None = None  # begin with a table sorted by it
    tick_s: float = 0.25
    read_only: bool = False
    served: bool = False  # to a browser
    recordings: Sequence[str] = ()
    monitor_urls: Sequence[str] = ()  # of the servers' HTTP monitoring
    decoder: str = ""  # what payloads are taken for first, as --decode names it

    @property
    def confined(self) -> bool:
        """Whether whoever looks may only look: no file is written, no other context used."""
        return self.served and self.read_only
