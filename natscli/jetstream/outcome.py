"""How messages are to be stored, and how that went.  Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from natscli.errors import DeadlineError, NatsCliError, PermissionDeniedError
from natscli.jetstream.puback import PubAck
from natscli.messaging.publish import Pace
from natscli.text.sizes import plural


class Unanswered(Protocol):
    """A message of which nobody has said that it is stored; ``held``: the server has said that nobody took it."""

    held: bool

    @property
    def shown(self) -> str:
        """Its subject."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How: at most ``window`` messages without acknowledgement; ``patience_s`` without any is the end.

    ``again``: every message has an id, and may be sent more than once.  ``what`` is stored, where that is not the
    messages but something that they make up, in a stream that is known to be there.
    """

    patience_s: float
    window: int = 1
    again: bool = False
    pace: Pace | None = None
    what: str = ""


@dataclass(slots=True)
class Stored:
    """How it went.  Nothing in ``failures`` means that every message is stored."""

    messages: int = 0
    duplicates: int = 0  # of these
    payload_bytes: int = 0
    seconds: float = 0.0  # from the first byte to the last acknowledgement
    sent: int = 0
    first: PubAck | None = None
    last: PubAck | None = None
    failures: list[NatsCliError] = field(default_factory=list)

    def check(self) -> None:
        """Raise the first failure."""
        if self.failures:
            raise self.failures[0]

    def conclude(self, reason: Exception | None, unanswered: Sequence[Unanswered], manner: Manner) -> None:
        """Say of what ended it, ``reason``, how much is stored, and of how much nobody knows."""
        if reason is None:
            if self.failures and self.sent > 1 and not manner.what:
                first = self.failures[0]
                first.args = (f"{first}; {share(self)}",)
            return
        if not isinstance(reason, NatsCliError):
            raise reason
        self.failures.insert(0, reason)
        if manner.what:
            if isinstance(reason, DeadlineError):
                reason.args = (f"{reason}: whether it was stored is not known",)
            return
        refused = reason.subject if isinstance(reason, PermissionDeniedError) else None  # what is refused is nowhere
        known = [each.shown == refused or (each.held and not manner.again) for each in unanswered]
        unknown = known.count(False)
        if refused is None or self.sent > 1:
            doubt = f", of {unknown:,} it is not known" if unknown else ""
            reason.args = (f"{reason}; {share(self)}{doubt}",)


def share(outcome: Stored) -> str:
    """Say how many of those sent are stored."""
    verb = "is" if outcome.sent == 1 else "are"
    return f"{outcome.messages:,} of {plural(outcome.sent, 'message')} {verb} stored"
