"""Streams: found, made, changed, emptied, removed.  Each function is one operation of the API (ADR-8 … ADR-44)."""

from __future__ import annotations

from typing import Any, NamedTuple

from natscli.jetstream.api import Api, check_name
from natscli.jetstream.configuration import StreamConfig
from natscli.jetstream.document import Document
from natscli.jetstream.information import StreamInfo

_LISTING = "list of streams"


class Listing(NamedTuple):
    """Streams sorted by name, and the names of those a cluster could not tell of just now."""

    streams: tuple[StreamInfo, ...]
    missing: tuple[str, ...] = ()


async def stream_names(api: Api, subject: str = "") -> list[str]:
    """Return the names of all streams, or of those with messages of ``subject``, sorted."""
    body = {"subject": subject} if subject else {}
    names: set[str] = set()
    async for page in api.pages("STREAM.NAMES", _LISTING, "streams", body):
        names.update(name for name in page.items if isinstance(name, str))
    return sorted(names)


async def list_streams(api: Api, subject: str = "") -> Listing:
    """Return what the server says of all streams, or of those with messages of ``subject``."""
    body = {"subject": subject} if subject else {}
    found: dict[str, StreamInfo] = {}
    missing: set[str] = set()
    async for page in api.pages("STREAM.LIST", _LISTING, "streams", body):
        infos = [StreamInfo(item) for item in page.items if isinstance(item, dict)]
        found.update((info.name, info) for info in infos)
        missing.update(page.missing)
    return Listing(tuple(found[name] for name in sorted(found)), tuple(sorted(missing - set(found))))


async def stream_info(api: Api, name: str, *, deleted: bool = False) -> StreamInfo:
    """Return what the server says of a stream; with ``deleted``, the sequences of removed messages too."""
    body = {"deleted_details": True} if deleted else None
    return StreamInfo((await _ask(api, "STREAM.INFO", name, body)).raw)


async def stream_subjects(api: Api, name: str, subject: str = ">") -> dict[str, int]:
    """Return the messages of each subject in a stream; page by page, as there may be millions."""
    counts: dict[str, int] = {}
    offset = 0
    while True:
        answer = await _ask(api, "STREAM.INFO", name, {"subjects_filter": subject, "offset": offset})
        found = answer.part("state").counts("subjects")
        counts.update(found)
        offset += answer.whole("limit") or len(found)
        if not found or offset >= answer.whole("total"):
            return counts


async def create_stream(api: Api, config: StreamConfig) -> StreamInfo:
    """Make a stream; the same again is no error."""
    answer = await _ask(api, "STREAM.CREATE", config.name, config.raw)
    return StreamInfo(answer.raw)


async def update_stream(api: Api, config: StreamConfig) -> StreamInfo:
    """Change a stream to ``config``, which has to be the whole of it."""
    answer = await _ask(api, "STREAM.UPDATE", config.name, config.raw)
    return StreamInfo(answer.raw)


async def delete_stream(api: Api, name: str) -> None:
    """Remove a stream and its messages."""
    await _ask(api, "STREAM.DELETE", name)


class Purge(NamedTuple):
    """Which messages go: all, or of a subject; those below a sequence, or all but the last so many (0: not said)."""

    subject: str = ""
    below: int = 0
    keep: int = 0


async def purge_stream(api: Api, name: str, purge: Purge = Purge()) -> int:
    """Remove messages and return how many."""
    said: dict[str, Any] = {"filter": purge.subject, "seq": purge.below, "keep": purge.keep}
    body = {key: value for key, value in said.items() if value}
    return (await _ask(api, "STREAM.PURGE", name, body or None)).whole("purged")


async def step_down_stream(api: Api, name: str, preferred: str = "") -> None:
    """Have the leader of a stream give way; to the server ``preferred``, where one is named (ADR-8 of the cluster)."""
    body = {"placement": {"preferred": preferred}} if preferred else None
    await _ask(api, "STREAM.LEADER.STEPDOWN", name, body)


async def remove_stream_peer(api: Api, name: str, peer: str) -> None:
    """Take a server out of a stream's replicas; the cluster chooses another where it can."""
    await _ask(api, "STREAM.PEER.REMOVE", name, {"peer": peer})


async def account_info(api: Api) -> Document:
    """Return usage and limits of the account (``$JS.API.INFO``)."""
    return await api.ask("INFO", "JetStream account")


async def _ask(api: Api, operation: str, name: str, body: Any = None) -> Document:
    return await api.ask(f"{operation}.{check_name(name, 'stream')}", f"stream '{name}'", body)
