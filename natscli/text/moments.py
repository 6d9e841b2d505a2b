"""Moments as servers write them (RFC 3339) and as people read and type them."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import lru_cache

from natscli.text.durations import parse_duration

_SECONDS = len("2006-01-02T15:04:05")
_NEVER = ("", "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z")  # what Go writes for no time


def seconds_of(moment: str) -> float | None:
    """Return the seconds since the epoch of an RFC 3339 time; None for none, and for what is no time."""
    if moment in _NEVER:
        return None
    try:
        return datetime.fromisoformat(moment).timestamp()
    except (ValueError, OverflowError):
        return None


def local_time(moment: str) -> str:
    """Return an RFC 3339 time as the clock here shows it; ``never`` for none, and what is no time as it is."""
    in_full = moment[_SECONDS : _SECONDS + 1] == "." and moment.endswith("Z")
    shown = _local_second(moment[:_SECONDS] + "Z" if in_full else moment)
    if shown is None:
        return "never" if moment in _NEVER else moment
    return shown


@lru_cache(maxsize=1024)  # what is shown in bulk was often stored in bulk
def _local_second(moment: str) -> str | None:
    seconds = seconds_of(moment)
    return None if seconds is None else local_second(seconds)


def local_second(seconds: float) -> str:
    """Return seconds since the epoch as the clock here shows them."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))


def utc_moment(seconds: float) -> str:
    """Return seconds since the epoch as RFC 3339 to the microsecond."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def nanosecond_moment(nanoseconds: int) -> str:
    """Return nanoseconds since the epoch as RFC 3339 in full."""
    seconds, rest = divmod(nanoseconds, 10**9)
    return f"{_utc_second(seconds)}.{rest:09}Z"


@lru_cache(maxsize=1024)
def _utc_second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


def parse_until(text: str, now: float) -> str:
    """Return the RFC 3339 time of ``2050-01-31 12:00:00`` (UTC, as in the Go CLI), of RFC 3339, or of a duration
    from ``now`` on; ValueError for none of them.
    """
    try:
        return utc_moment(now + parse_duration(text))
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"'{text}' is neither a duration nor a time such as 2050-01-31 12:00:00") from None
    return utc_moment((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
