"""``--stats``: how much, in what time, and so how fast."""

from natscli.text.durations import format_duration
from natscli.text.sizes import format_bytes, plural


def throughput_line(messages: int, payload_bytes: int, seconds: float) -> str:
    """Return messages, bytes, time and, where there was any time, rates."""
    what = f"{plural(messages, 'message')}, {format_bytes(payload_bytes)} in {format_duration(seconds)}"
    if not seconds:
        return what
    return f"{what}: {messages / seconds:,.0f} msg/s, {format_bytes(payload_bytes / seconds)}/s"
