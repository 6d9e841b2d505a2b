"""Which tokens of a subject are identifiers, and so stand for many of their kind."""

from __future__ import annotations

import re

STAR = "*"
_NATS_OWN = (">", "$", "_INBOX")
IDENTIFIERS = 2  # siblings that look like identifiers are folded from this many on
_IDENTIFIER = re.compile(
    r"\d+"
    r"|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"  # UUID
    r"|(?=[a-fA-F]*\d)[0-9a-fA-F]{8,}"  # hex, with a digit: 'facade' and its like are words
    r"|(?=[a-zA-Z]*\d)[0-9A-Za-z]{22}"  # NUID
    r"|[0-7][0-9A-HJKMNP-TV-Z]{25}"  # ULID
)


def is_identifier(token: str) -> bool:
    """Whether a token looks made rather than named."""
    return len(token) <= 64 and _IDENTIFIER.fullmatch(token) is not None


def is_foldable(token: str) -> bool:
    """Whether a token may be folded with its siblings: not one of NATS's own."""
    return not token.startswith(_NATS_OWN)
