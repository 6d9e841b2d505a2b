"""What a server's ``-ERR`` means for us.

Source: ``server/errors.go`` and ``server/client.go`` of nats-server 2.15.  Permission violations and
limits on subscriptions leave the connection open; everything else is followed by its end.
"""

import re

from natscli.errors import NatsCliError, PermissionDeniedError, RefusedError
from natscli.text.sanitise import safe

_PERMISSION = re.compile(
    r'permissions violation for (publish|subscription) (to|with reply of) "([^"]*)"', re.IGNORECASE
)
_PASSING = ("maximum subscriptions exceeded", "invalid subject")
_REFUSALS = (
    "authorization",
    "authentication",
    "credentials",
    "revoked",
    "account",
    "maximum connections",
    "connection throttling",
)


def bare(text: str) -> str:
    """Return the server's words without the quotes around them, safe to show."""
    return safe(text.strip().removeprefix("nats: ").strip("'"))


def left_open(text: str) -> PermissionDeniedError | None:
    """Return the error for an ``-ERR`` that leaves the connection open, or None for one that ends it."""
    words = bare(text)
    match = _PERMISSION.search(words)
    if match:
        verb = "publish" if match[1].lower() == "publish" else "subscribe"
        object_ = "to" if match[2].lower() == "to" else "with the reply subject"
        return PermissionDeniedError(f"the server does not permit to {verb} {object_} '{match[3]}'")
    lowered = words.lower()
    if lowered.startswith("permissions violation") or any(passing in lowered for passing in _PASSING):
        return PermissionDeniedError(f"the server refused: {lowered}")
    return None


def final(text: str, url: str) -> NatsCliError:
    """Return the error for an ``-ERR`` that ends the connection."""
    words = bare(text).lower()
    if any(refusal in words for refusal in _REFUSALS):
        return RefusedError(f"{url} refused: {words}")
    return NatsCliError(f"{url} closed the connection: {words}")
