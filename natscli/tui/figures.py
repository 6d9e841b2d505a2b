"""Numbers in few characters: never wider than their column, so that nothing jumps."""

from __future__ import annotations

_BINARY = "BKMGTPE"
_DECIMAL = ("", "k", "M", "G", "T", "P")


def rate(value: float) -> str:
    """Return messages a second in at most six characters: ``0.4``, ``12.3``, ``1,234``, ``12.3k``; nothing as ``·``."""
    if value < 0.05:
        return "·"
    return f"{value:.1f}" if value < 99.95 else count(value)


def count(value: float) -> str:
    """Return a count in at most six characters: ``9,999``, ``12.3k``, ``4.56M``."""
    if value < 9_999.5:
        return f"{value:,.0f}"
    return _scaled(value, 1000, _DECIMAL)


def size(value: float | None) -> str:
    """Return bytes in at most five characters, in binary units: ``512B``, ``1.2K``, ``340M``; nothing as ``·``."""
    if value is None:
        return ""
    if value < 0.5:
        return "·"
    return f"{value:.0f}B" if value < 999.5 else _scaled(value, 1024, tuple(_BINARY))


def whole_size(value: float) -> str:
    """Return bytes as ``size`` does, and zero as what it is."""
    return size(value) if value >= 0.5 else "0B"


def share(part: float, whole: float) -> str:
    """Return a part in per cent, in at most four characters."""
    if whole <= 0 or part <= 0:
        return "·"
    percent = 100 * part / whole
    if percent < 0.95:
        return "<1%"
    return f"{min(percent, 100):.0f}%"


def since(seconds: float) -> str:
    """Return how long ago, in at most four characters; nothing for less than two seconds."""
    if seconds < 2:
        return ""
    return age(seconds)


def age(seconds: float) -> str:
    """Return a length of time in at most four characters: ``42s``, ``12m``, ``3h``, ``9d``."""
    for unit, length, limit in (("s", 1, 120), ("m", 60, 120 * 60), ("h", 3600, 72 * 3600)):
        if seconds < limit:
            return f"{seconds / length:.0f}{unit}"
    return f"{min(seconds / 86400, 999):.0f}d"


def latency(seconds: float | None) -> str:
    """Return a latency in at most five characters: ``85µs``, ``1.2ms``, ``340ms``, ``1.2s``; None as nothing."""
    if seconds is None:
        return ""
    if seconds < 999.5e-6:
        return f"{seconds * 1e6:.0f}µs"
    if seconds < 0.9995:
        return f"{seconds * 1e3:.1f}ms" if seconds < 0.00995 else f"{seconds * 1e3:.0f}ms"
    return f"{seconds:.1f}s" if seconds < 99.95 else age(seconds)


def change(value: int) -> str:
    """Return what has come since the baseline, with its sign, in at most seven characters."""
    return f"+{count(value)}" if value else "·"


def clock(seconds: float) -> str:
    """Return a length of time as ``1:02`` or ``1:02:03``."""
    minutes, rest = divmod(int(max(seconds, 0)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _scaled(value: float, step: int, units: tuple[str, ...]) -> str:
    unit = 0
    while value >= 999.5 and unit < len(units) - 1:
        value /= step
        unit += 1
    digits = 2 if value < 9.995 and step == 1000 else 1 if value < 99.95 else 0
    return f"{min(value, 999):.{digits}f}{units[unit]}"
