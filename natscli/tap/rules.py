"""What a user may see of what they want to watch, by the rules for their subscriptions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from natscli.connection.client import Connection
from natscli.context.jwt import Rules
from natscli.wire.subjects import covers, overlap

ReadRules: TypeAlias = Callable[[Connection], Awaitable[Rules]]  # empty rules where they are not to be known


def hidden(rules: Rules, subjects: Sequence[str]) -> list[str]:
    """Return what is denied of subjects that are watched: the server leaves it out without a word."""
    return [denied for denied in _alone(rules.deny) if any(overlap(denied, subject) for subject in subjects)]


def permitted(rules: Rules, subject: str) -> list[str]:
    """Return what may be watched of a subject that was refused as a whole."""
    return [allowed for allowed in _alone(rules.allow) if covers(subject, allowed)]


def _alone(rules: Sequence[str]) -> list[str]:
    """Return the rules that hold without a queue group."""
    return [rule for rule in rules if " " not in rule]
