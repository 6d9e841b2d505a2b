"""Objects as a person reads them, and as documents."""

from __future__ import annotations

from typing import Any

from natscli.jetstream.objects import ObjectInfo
from natscli.render.colour import paint
from natscli.render.reports import Rows
from natscli.text.moments import local_time
from natscli.text.sanitise import safe
from natscli.text.sizes import format_bytes, plural


def object_document(info: ObjectInfo) -> dict[str, Any]:
    """Return an object as docs/json.md has it."""
    link = info.link
    document: dict[str, Any] = {
        "bucket": info.bucket,
        "name": info.name,
        "description": info.text("description") or None,
        "size": info.size,
        "chunks": info.chunks,
        "digest": info.text("digest") or None,
        "nuid": info.nuid or None,
        "modified": info.modified,
        "deleted": True if info.is_deleted else None,
        "headers": {name: list(values) for name, values in info.headers.items()} or None,
        "metadata": info.pairs("metadata") or None,
        "link": {key: value for key, value in link._asdict().items() if value} if link else None,
    }
    return {key: value for key, value in document.items() if value is not None}


def object_sections(info: ObjectInfo) -> list[tuple[str, Rows]]:
    """Return the report about an object."""
    link = info.link
    rows = [
        ("Description", info.text("description")),
        ("Size", f"{format_bytes(info.size)} ({info.size:,} bytes)" if info.size >= 1024 else format_bytes(info.size)),
        ("Modification Time", local_time(info.modified)),
        ("Chunks", f"{info.chunks:,}"),
        ("Digest", f"SHA-256 {info.digest.hex()}" if info.digest else ""),
        ("Deleted", "true" if info.is_deleted else ""),
        ("Link", f"{link.bucket} > {link.name}".removesuffix(" > ") if link else ""),
        *[("Header", f"{name}: {value}") for name, values in info.headers.items() for value in values],
        *[("Metadata", f"{name}: {value}") for name, value in sorted(info.pairs("metadata").items())],
    ]
    return [(f"Object information for {info.bucket} > {info.name}", [row for row in rows if row[1]])]


def object_row(info: ObjectInfo) -> tuple[str, str, str]:
    """Return an object as a row of ``object ls``."""
    size = f"-> {info.link.bucket} > {info.link.name}".removesuffix(" > ") if info.link else format_bytes(info.size)
    return info.name, size, local_time(info.modified)


def object_line(info: ObjectInfo, *, colour: bool) -> str:
    """Return a change as ``object watch`` shows it."""
    done = paint("DEL", "red", on=colour) if info.is_deleted else paint("PUT", "cyan", on=colour)
    line = f"[{local_time(info.modified)}] {done} {safe(info.bucket)} > {safe(info.name)}"
    return line if info.is_deleted else f"{line}: {format_bytes(info.size)} in {plural(info.chunks, 'chunk')}"
