"""Counts and byte counts for people."""

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def format_bytes(count: float) -> str:
    """Return a byte count in binary units: ``512 B``, ``1.2 MiB``."""
    size = float(count)
    for unit in _UNITS:
        if round(abs(size), unit != "B") < 1024 or unit == _UNITS[-1]:
            break
        size /= 1024
    return f"{size:.0f} B" if unit == "B" else f"{size:.1f} {unit}"


def plural(count: int, noun: str) -> str:
    """Return ``1 message``, ``2,000 messages``, ``3 replies``."""
    if count == 1:
        return f"{count:,} {noun}"
    return f"{count:,} {noun[:-1]}ies" if noun.endswith("ly") else f"{count:,} {noun}s"
