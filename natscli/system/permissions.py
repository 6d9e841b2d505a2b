"""A refused subject explained: what our user may publish or subscribe to instead."""

import asyncio
import time

from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.context.jwt import Permissions, Rules, inspect
from natscli.errors import NatsCliError, PermissionDeniedError
from natscli.system.user_info import ask_user_info, permissions_of
from natscli.wire.subjects import listed, matches

_PATIENCE_S = 0.9  # a command ends within a second of its time
_FRESH_S = 1.0  # permissions may change by a reload; a flood of refusals asks once in this time


class Advisor:
    """Explains refusals on one connection: by the user's JWT where that has permissions, else by asking the server."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._asking: asyncio.Future[Permissions] | None = None
        self._asked_at = 0.0

    async def explain(self, error: PermissionDeniedError, patience_s: float = _PATIENCE_S) -> PermissionDeniedError:
        """Return the error with what is permitted; as it is where that cannot be known within ``patience_s``.

        0.9 s is the most: the server answers at once or not at all.
        """
        if not error.verb:
            return error
        permissions = await self.permissions(min(patience_s, _PATIENCE_S))
        hint = error.hint
        if error.verb == "subscribe" and error.subject.startswith(f"{self._connection.target.inbox_prefix}."):
            hint = _inbox_hint(permissions.subscribe)
        words = permitted(permissions, error.verb, error.subject)
        message = f"{error}; {words}" if words else str(error)
        return PermissionDeniedError(message, hint, verb=error.verb, subject=error.subject)

    async def permissions(self, patience_s: float) -> Permissions:
        """Return what is known; nothing at all where nothing can be known."""
        known = _from_jwt(self._connection.presented.jwt)
        if known is not None:
            return known
        now = time.monotonic()
        if self._asking is None or now - self._asked_at >= _FRESH_S:
            self._asked_at = now
            self._asking = asyncio.ensure_future(self._ask(patience_s))
        return await asyncio.shield(self._asking)

    async def _ask(self, patience_s: float) -> Permissions:
        try:
            return permissions_of(await ask_user_info(self._connection, Deadline(patience_s)))
        except (NatsCliError, OSError):
            return Permissions()


async def subscribe_rules(connection: Connection) -> Rules:
    """Return what our user may subscribe to; empty rules where that cannot be known.

    No explanation but what all else rests on: a server may take its time for it.
    """
    return (await Advisor(connection).permissions(connection.target.timeout_s)).subscribe


def _from_jwt(token: str | None) -> Permissions | None:
    """Return the permissions that a user JWT has of its own; those of its account or signing key it does not name."""
    if token is None:
        return None
    try:
        claims = inspect(token)
    except ValueError:
        return None
    return claims.permissions if claims.permissions != Permissions() else None


def permitted(permissions: Permissions, verb: str, subject: str) -> str:
    """Say what is permitted, where that tells why ``subject`` is not; nothing where it does not."""
    rules = permissions.publish if verb == "publish" else permissions.subscribe
    if _allows(rules, subject):
        return ""
    if ">" in rules.deny:
        return "nothing is permitted"
    words = f"permitted: {listed(rules.allow) or 'all'}"
    if verb == "publish" and permissions.responses is not None:
        words += " and replies to requests"
    return f"{words}, not {listed(rules.deny)}" if rules.deny else words


def _allows(rules: Rules, subject: str) -> bool:
    allowed = not rules.allow or any(matches(rule.split(" ")[0], subject) for rule in rules.allow)
    return allowed and not any(matches(rule.split(" ")[0], subject) for rule in rules.deny)


def _inbox_hint(rules: Rules) -> str:
    """Say how to receive replies elsewhere, with the prefix that looks meant for it."""
    prefixes = (rule.removesuffix(".>") for rule in rules.allow if rule.endswith(".>") and "inbox" in rule.lower())
    fitting = next((prefix for prefix in prefixes if "*" not in prefix), None)
    return f"--inbox-prefix {fitting}" if fitting else "--inbox-prefix names where replies may be received"
