"""What is typed behind ``/``: a subject with wildcards, or a regular expression; ``!`` in front turns it round."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from natscli.wire.subjects import matches

_LONGEST = 1024  # characters of a subject that an expression sees: it may take the square of them
_SUBJECT = re.compile(r"[^\s.|()\[\]^$\\+?]+(?:\.[^\s.|()\[\]^$\\+?]+)*")


@dataclass(frozen=True, slots=True)
class Search:
    """A pattern, and what it is true of.  ``error`` is why it is taken as plain text."""

    text: str
    match: Callable[[str], bool]
    error: str = ""


def parse_search(text: str) -> Search | None:
    """Return the search for what was typed, or None for nothing.  Small letters match large ones too."""
    inverse = text.startswith("!")
    pattern = text[1:] if inverse else text
    if not pattern.strip():
        return None
    wanted, error = _matcher(pattern.strip())
    if inverse:
        return Search(text, lambda subject: not wanted(subject), error)
    return Search(text, wanted, error)


def _matcher(pattern: str) -> tuple[Callable[[str], bool], str]:
    tokens = pattern.split(".")
    if _SUBJECT.fullmatch(pattern) and ("*" in tokens or tokens[-1] == ">"):
        return lambda subject: matches(pattern, subject), ""
    flags = 0 if any(letter.isupper() for letter in pattern) else re.IGNORECASE
    try:
        find = re.compile(pattern, flags).search
    except (re.error, OverflowError, RecursionError) as error:
        plain = pattern.casefold()
        return lambda subject: plain in subject.casefold(), f"no regular expression: {error}"
    return lambda subject: find(subject, 0, _LONGEST) is not None, ""
