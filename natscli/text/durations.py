"""Durations as the Go tools write them: ``500ms``, ``2s``, ``1m30s``, ``1d12h``."""

import re

_SECONDS = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,  # U+00B5, what a keyboard types
    "μs": 1e-6,  # U+03BC, what some editors make of it
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
    "d": 86400.0,
    "D": 86400.0,
    "w": 604800.0,
    "W": 604800.0,
    "M": 2592000.0,
    "y": 31536000.0,
    "Y": 31536000.0,
}
_PART = r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|[smhdDwWMyY])"
_LONGEST = 9e9  # seconds, about 285 years: more does not fit a clock


def parse_duration(text: str) -> float:
    """Return the seconds that ``text`` names; raise ValueError where it names none.

    A number without a unit is refused, except ``0``: ``5`` could mean anything.
    """
    stripped = text.strip()
    if stripped == "0":
        return 0.0
    total, position = 0.0, 0
    for part in re.finditer(_PART, stripped):
        if part.start() != position:
            break
        total += float(part[1]) * _SECONDS[part[2]]
        position = part.end()
    if not stripped or position != len(stripped):
        raise ValueError(f"'{text}' is not a duration such as 500ms, 2s or 1m30s")
    if total > _LONGEST:
        raise ValueError(f"'{text}' is too long")
    return total


def format_duration(seconds: float) -> str:
    """Return ``seconds`` the way a person reads it: ``85µs``, ``300ms``, ``1.20ms``, ``2.50s``, ``1m30s``."""
    if seconds < 999.5e-6:  # each limit is where rounding would reach the next unit
        return f"{seconds * 1e6:.0f}µs"
    if seconds < 0.999995:
        return f"{seconds * 1e3:.2f}ms".replace(".00ms", "ms")
    if seconds < 59.995:
        return f"{seconds:.2f}s".replace(".00s", "s")
    whole = round(seconds)
    parts = []
    for name, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, whole = divmod(whole, size)
        if count:
            parts.append(f"{count}{name}")
    return "".join(parts)


def format_roughly(seconds: float) -> str:
    """Return a long time the way one speaks of it: ``40 seconds``, ``5 hours``, ``12 days``; rounded down."""
    for name, size in (("year", 31_536_000), ("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        count = int(seconds // size)
        if count >= (1 if name in ("year", "second") else 2):
            return f"{count} {name}{'' if count == 1 else 's'}"
    return "less than a second"
