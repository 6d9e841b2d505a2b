"""What to watch, and how it is looked at first: the same for headless output and for the app."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from natscli.traffic.alerts import Alert
from natscli.traffic.values import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """``interval_s`` lies between two snapshots, or two pictures of the app."""

    subjects: Sequence[str] = (">",)
    ignored: Sequence[str] = ()
    latency: bool = True  # pair requests with replies, which takes a subscription to the inboxes
    fold: bool = True
    internal: bool = False
    order: Order = Order.RATE
    top: int = 20
    interval_s: float = 1.0
    alerts: Sequence[Alert] = ()
