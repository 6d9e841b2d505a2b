"""What a server's ``-ERR`` means for us.

Source: ``server/errors.go`` and ``server/client.go`` of nats-server 2.15.  Permission violations and
limits on subscriptions leave the connection open; everything else is followed by its end.
"""

import re

from natscli.errors import NatsCliError, PermissionDeniedError, RefusedError
from natscli.text.sanitise import safe

_PERMISSION = r'permissions violation for (publish|subscription) (to|with reply of) "((?:[^"\\]|\\.)*)"'
_ESCAPED = r'\\(["\\])'  # as Go's %q writes what is in quotes
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


_IDENTITY = ("authorization violation", "authentication expired", "authentication revoked")


def of_identity(words: str) -> bool:
    """Whether a refusal, in lower case, is of who we are, and not of how many or how fast."""
    return any(part in words for part in _IDENTITY)


def bare(text: str) -> str:
    """Return the server's words without the quotes around them, safe to show."""
    return safe(text.strip().removeprefix("nats: ").strip("'"))


def left_open(text: str) -> PermissionDeniedError | None:
    """Return the error for an ``-ERR`` that leaves the connection open, or None for one that ends it."""
    words = bare(text)
    match = re.search(_PERMISSION, words, re.IGNORECASE)
    if match:
        verb = "publish" if match[1].lower() == "publish" else "subscribe"
        object_ = "to" if match[2].lower() == "to" else "with the reply subject"
        subject = re.sub(_ESCAPED, r"\1", match[3])
        words = f"the server does not permit to {verb} {object_} '{subject}'"
        return PermissionDeniedError(words, verb=verb, subject=subject)
    lowered = words.lower()
    if lowered.startswith("permissions violation") or any(passing in lowered for passing in _PASSING):
        return PermissionDeniedError(f"the server refused: {lowered}")
    return None


def final(words: str, url: str, explained: str = "", hint: str | None = None) -> NatsCliError:
    """Return the error for an ``-ERR`` that ends the connection, bare and in lower case."""
    more = f": {explained}" if explained else ""
    if any(refusal in words for refusal in _REFUSALS):
        return RefusedError(f"{url} refused: {words}{more}", hint)
    return NatsCliError(f"{url} closed the connection: {words}{more}", hint)
