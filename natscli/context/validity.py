"""Whether a server would take a JWT at a given time, in words; no server is asked."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from natscli.context.jwt import Claims, Hours
from natscli.text.durations import format_roughly


class Validity(NamedTuple):
    """Whether claims hold at a time, and that in words: ``valid for 12 days``, ``expired 3 days ago``."""

    usable: bool
    words: str


def validity_of(claims: Claims, now_s: float) -> Validity:
    """Say whether claims hold now, as seconds since 1970; their signature counts too."""
    if not claims.signature_valid:
        return Validity(usable=False, words="its signature is wrong: it was changed, or never issued")
    if claims.expires is not None and claims.expires <= now_s:
        return Validity(usable=False, words=f"expired {format_roughly(now_s - claims.expires)} ago")
    if claims.not_before is not None and claims.not_before > now_s:
        return Validity(usable=False, words=f"not valid before {format_roughly(claims.not_before - now_s)} from now")
    if claims.hours and not any(_within(hours, claims.time_zone, now_s) for hours in claims.hours):
        return Validity(usable=False, words="outside the hours it is valid in")
    if claims.expires is None:
        return Validity(usable=True, words="valid without end")
    return Validity(usable=True, words=f"valid for {format_roughly(claims.expires - now_s)}")


def format_moment(seconds: float) -> str:
    """Return a time since 1970 in RFC 3339, UTC, to the second."""
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _within(hours: Hours, zone: str, now_s: float) -> bool:
    """Whether it is within the hours, as the server reckons: of this day, perhaps into the next (auth.go).

    Without a zone the server takes its own, which we can only suppose to be ours.
    """
    try:
        now = dt.datetime.fromtimestamp(now_s, _zone(zone))
        start, end = (
            dt.datetime.combine(now.date(), dt.time.fromisoformat(moment), now.tzinfo)
            for moment in (hours.start, hours.end)
        )
    except ValueError:
        return False
    if start > end:
        end += dt.timedelta(days=1)
    return start < now < end


def _zone(name: str) -> dt.tzinfo | None:
    if not name:
        return dt.datetime.now().astimezone().tzinfo
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # 3 ms, and only where a JWT names a zone

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError(f"there is no time zone '{name}'") from error
