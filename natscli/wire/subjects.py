"""Which subjects may be published to, and which subscribed to.

A subject is tokens between dots; ``*`` stands for one token, ``>`` for all that follow, and both
only as whole tokens (https://docs.nats.io/nats-concepts/subjects).  The server takes most malformed
subjects in silence and delivers nothing, so they are caught here.
"""

import re
from collections.abc import Sequence

_LISTED = 8  # of perhaps hundreds
# Patterns are compiled when one is first needed: nearly every subject is plain, and compiling takes 0.2 ms each.
_FORBIDDEN = r"[\x00-\x20\x7f]"
_NOT_BYTES = "[\ud800-\udc7f\udd00-\udfff]"  # JSON can hold these; no bytes stand for them
_NOT_TEXT = "[\ud800-\udfff]"  # these, and bytes that are not UTF-8 (surrogateescape)


def check_publish(subject: str) -> None:
    """Raise ValueError unless a message can be published to ``subject``, which need not be UTF-8."""
    tokens = _tokens(subject, "subject")
    if not _is_plain(subject) and re.search(_NOT_BYTES, subject):
        raise ValueError(f"subject '{subject}' has half of a surrogate pair")
    if "*" in tokens or ">" in tokens:
        raise ValueError(f"subject '{subject}' has a wildcard, and a message goes to one subject")


def check_subscribe(subject: str) -> None:
    """Raise ValueError unless ``subject`` can be subscribed to."""
    tokens = _tokens(subject, "subject")
    _check_text(subject, "subject")
    for token in tokens:
        if ("*" in token or ">" in token) and len(token) > 1:
            raise ValueError(f"subject '{subject}' has a wildcard inside a token: it matches nothing")
    if ">" in tokens[:-1]:
        raise ValueError(f"subject '{subject}' goes on after '>', which can only be last")


def check_queue(queue: str) -> None:
    """Raise ValueError unless ``queue`` can name a queue group."""
    if not queue or _has_forbidden(queue):
        raise ValueError(f"queue group '{queue}' is empty or has white space")
    _check_text(queue, "queue group")


def matches(pattern: str, subject: str) -> bool:
    """Whether a message on ``subject`` is one of ``pattern``'s."""
    wanted, given = pattern.split("."), subject.split(".")
    if wanted[-1] == ">":
        wanted.pop()
        if len(given) <= len(wanted):
            return False
        given = given[: len(wanted)]
    return len(wanted) == len(given) and all(w in ("*", g) for w, g in zip(wanted, given, strict=True))


def covers(pattern: str, other: str) -> bool:
    """Whether ``pattern`` matches every subject that the pattern ``other`` does."""
    wanted, given = pattern.split("."), other.split(".")
    if wanted[-1] == ">":
        wanted.pop()
        return len(given) > len(wanted) and _all_cover(wanted, given)
    return given[-1] != ">" and len(wanted) == len(given) and _all_cover(wanted, given)


def overlap(one: str, other: str) -> bool:
    """Whether there are subjects that both patterns match."""
    ours, theirs = one.split("."), other.split(".")
    for mine, yours in zip(ours, theirs, strict=False):
        if ">" in (mine, yours):
            return True
        if mine != yours and "*" not in (mine, yours):
            return False
    return len(ours) == len(theirs)


def listed(subjects: Sequence[str]) -> str:
    """Return subjects in words: the first few, and how many more there are."""
    more = f" and {len(subjects) - _LISTED:,} more" if len(subjects) > _LISTED else ""
    return ", ".join(f"'{subject}'" for subject in subjects[:_LISTED]) + more


def to_wire(subject: str) -> bytes:
    """Return the subject's bytes; what the shell passed that is not UTF-8 goes through unchanged."""
    return subject.encode("utf-8", "surrogateescape")


def _all_cover(wanted: list[str], given: list[str]) -> bool:
    return all(w == g or (w == "*" and g != ">") for w, g in zip(wanted, given, strict=False))


def _is_plain(text: str) -> bool:
    """Whether this is printable ASCII without blanks, in which nothing has to be looked for."""
    return text.isascii() and text.isprintable() and " " not in text


def _has_forbidden(text: str) -> bool:
    return not _is_plain(text) and re.search(_FORBIDDEN, text) is not None


def _check_text(text: str, what: str) -> None:
    if not _is_plain(text) and re.search(_NOT_TEXT, text):
        raise ValueError(f"{what} '{text}' is not UTF-8")


def _tokens(subject: str, what: str) -> list[str]:
    if not subject:
        raise ValueError(f"the {what} is empty")
    if _has_forbidden(subject):
        raise ValueError(f"{what} '{subject}' has white space or control characters")
    tokens = subject.split(".")
    if "" in tokens:
        raise ValueError(f"{what} '{subject}' has an empty token: two dots together, or one at an end")
    return tokens
