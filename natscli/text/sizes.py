"""Counts and byte counts for people, and byte counts as people type them."""

import re

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")
_TYPED = r"(?ia)(\d{1,15})(?:([kmgt])(i?))?b?"


def format_bytes(count: float) -> str:
    """Return a byte count in binary units: ``512 B``, ``1.2 MiB``."""
    size = float(count)
    for unit in _UNITS:
        if round(abs(size), unit != "B") < 1024 or unit == _UNITS[-1]:
            break
        size /= 1024
    return f"{size:.0f} B" if unit == "B" else f"{size:.1f} {unit}"


def parse_bytes(text: str) -> int:
    """Return the bytes that ``4096``, ``100MB`` (a hundred million), ``64MiB`` or ``1g`` names; ValueError for none."""
    typed = re.fullmatch(_TYPED, text.strip())
    if typed is None:
        raise ValueError(f"'{text}' is not a size such as 4096, 100MB or 64MiB")
    power = " kmgt".index((typed[2] or " ").lower())
    return int(typed[1]) * int(1024**power if typed[3] else 1000**power)


def plural(count: int, noun: str) -> str:
    """Return ``1 message``, ``2,000 messages``, ``3 replies``."""
    if count == 1:
        return f"{count:,} {noun}"
    return f"{count:,} {noun[:-1]}ies" if noun.endswith("ly") else f"{count:,} {noun}s"


def parse_limit(text: str) -> int:
    """Return the bytes of a limit as the Go CLI reads it: units are of 1024, and nothing or less is -1, no limit."""
    stripped = text.strip()
    if not stripped or stripped.startswith("-"):
        return -1
    typed = re.fullmatch(_TYPED, stripped)
    if typed is None:
        raise ValueError(f"'{text}' is not a size such as 4096, 100MB or 64MiB")
    return int(typed[1]) * int(1024 ** " kmgt".index((typed[2] or " ").lower()))
