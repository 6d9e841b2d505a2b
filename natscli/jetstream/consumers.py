"""Consumers: found, made, changed, paused, removed.  Each function is one operation of the API (ADR-13, ADR-42)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from natscli.jetstream.api import Api, check_name
from natscli.jetstream.configuration import ConsumerConfig
from natscli.jetstream.document import Document
from natscli.jetstream.information import ConsumerInfo


class ConsumerListing(NamedTuple):
    """Consumers sorted by name, and the names of those a cluster could not tell of just now."""

    consumers: tuple[ConsumerInfo, ...]
    missing: tuple[str, ...] = ()


async def consumer_names(api: Api, stream: str) -> list[str]:
    """Return the names of a stream's consumers, sorted."""
    names: set[str] = set()
    async for page in api.pages(f"CONSUMER.NAMES.{check_name(stream, 'stream')}", f"stream '{stream}'", "consumers"):
        names.update(name for name in page.items if isinstance(name, str))
    return sorted(names)


async def list_consumers(api: Api, stream: str) -> ConsumerListing:
    """Return what the server says of a stream's consumers."""
    found: dict[str, ConsumerInfo] = {}
    missing: set[str] = set()
    async for page in api.pages(f"CONSUMER.LIST.{check_name(stream, 'stream')}", f"stream '{stream}'", "consumers"):
        infos = [ConsumerInfo(item) for item in page.items if isinstance(item, dict)]
        found.update((info.name, info) for info in infos)
        missing.update(page.missing)
    return ConsumerListing(tuple(found[name] for name in sorted(found)), tuple(sorted(missing - set(found))))


async def consumer_info(api: Api, stream: str, name: str) -> ConsumerInfo:
    """Return what the server says of a consumer."""
    return ConsumerInfo((await _ask(api, "CONSUMER.INFO", stream, name)).raw)


async def create_consumer(api: Api, stream: str, config: ConsumerConfig) -> ConsumerInfo:
    """Make a consumer; one that exists with another configuration is an error.  Without a name the server gives one."""
    return await _put(api, stream, config, "create")


async def update_consumer(api: Api, stream: str, config: ConsumerConfig) -> ConsumerInfo:
    """Change a consumer to ``config``, which has to be the whole of it."""
    return await _put(api, stream, config, "update")


async def delete_consumer(api: Api, stream: str, name: str) -> None:
    """Remove a consumer."""
    await _ask(api, "CONSUMER.DELETE", stream, name)


async def pause_consumer(api: Api, stream: str, name: str, until: str) -> Document:
    """Have a consumer deliver nothing until a time (RFC 3339); empty has it go on.  Returns what it does now."""
    return await _ask(api, "CONSUMER.PAUSE", stream, name, {"pause_until": until} if until else {})


async def reset_consumer(api: Api, stream: str, name: str, sequence: int = 0) -> ConsumerInfo:
    """Have a consumer begin anew, at a sequence of the stream or where its acknowledged messages end (0)."""
    return ConsumerInfo((await _ask(api, "CONSUMER.RESET", stream, name, {"seq": sequence} if sequence else {})).raw)


async def unpin_consumer(api: Api, stream: str, name: str, group: str) -> None:
    """Let another client be the pinned one of a group (ADR-42)."""
    await _ask(api, "CONSUMER.UNPIN", stream, name, {"group": group})


async def step_down_consumer(api: Api, stream: str, name: str, preferred: str = "") -> None:
    """Have the leader of a consumer give way; to the server ``preferred``, where one is named."""
    body = {"placement": {"preferred": preferred}} if preferred else None
    await _ask(api, "CONSUMER.LEADER.STEPDOWN", stream, name, body)


async def _put(api: Api, stream: str, config: ConsumerConfig, action: str) -> ConsumerInfo:
    check_name(stream, "stream")
    name = config.name
    what = f"consumer '{stream} > {name}'" if name else f"consumer of stream '{stream}'"
    where = f".{check_name(name, 'consumer')}" if name else ""
    only = config.text("filter_subject")  # the server wants it in the subject, so that permissions can be about it
    operation = f"CONSUMER.CREATE.{stream}{where}" + (f".{only}" if only and name else "")
    body = {"stream_name": stream, "config": config.raw, "action": action}
    return ConsumerInfo((await api.ask(operation, what, body)).raw)


async def _ask(api: Api, operation: str, stream: str, name: str, body: Mapping[str, Any] | None = None) -> Document:
    where = f"{check_name(stream, 'stream')}.{check_name(name, 'consumer')}"
    return await api.ask(f"{operation}.{where}", f"consumer '{stream} > {name}'", body)
