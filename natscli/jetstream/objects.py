"""Object buckets (ADR-20): what is known of each object, kept in a message of its own; the bytes are in ``chunks``."""

from __future__ import annotations

import base64
import re
import shlex
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, NamedTuple

from natscli.errors import NatsCliError, UsageError
from natscli.jetstream.acks import delivery_of
from natscli.jetstream.api import Api
from natscli.jetstream.buckets import Bucket, Kind, check_bucket, open_bucket
from natscli.jetstream.document import Document, encode
from natscli.jetstream.errors import MESSAGE_NOT_FOUND, WRONG_LAST, ApiError
from natscli.jetstream.ordered import Selection
from natscli.jetstream.reading import Watching, runs
from natscli.jetstream.stored import Wanted, get_direct, get_message
from natscli.jetstream.storing import EXPECTED_LAST, ROLLUP, store
from natscli.jetstream.streams import Purge, purge_stream
from natscli.text.moments import nanosecond_moment
from natscli.text.sanitise import decode

DIGEST = "SHA-256="
_NUID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)  # a wildcard here would be about other objects
_LONGEST_NAME = 2048  # bytes; in base64 it has to fit a protocol line of 4 KiB
_MOST_LINKS = 8


class Link(NamedTuple):
    """Where a link leads; without a name, to a whole bucket."""

    bucket: str
    name: str


@dataclass(frozen=True, slots=True)
class ObjectInfo(Document):
    """What is known of an object: its document, when that was stored (RFC 3339), and at which sequence."""

    modified: str = ""
    sequence: int = 0

    @property
    def name(self) -> str:
        """The object's name."""
        return self.text("name")

    @property
    def bucket(self) -> str:
        """The bucket it is in."""
        return self.text("bucket")

    @property
    def nuid(self) -> str:
        """The last token of its chunks' subject."""
        return self.text("nuid")

    @property
    def size(self) -> int:
        """Its bytes."""
        return self.whole("size")

    @property
    def chunks(self) -> int:
        """How many messages hold them."""
        return self.whole("chunks")

    @property
    def digest(self) -> bytes:
        """The SHA-256 of its bytes; nothing where none can be read."""
        encoded = self.text("digest").removeprefix(DIGEST)
        try:
            return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        except ValueError:
            return b""

    @property
    def is_deleted(self) -> bool:
        """Whether this is what is left of it."""
        return self.flag("deleted")

    @property
    def link(self) -> Link | None:
        """Where it leads, if it is a link."""
        link = self.part("options").part("link")
        return Link(link.text("bucket"), link.text("name")) if link else None

    @property
    def headers(self) -> dict[str, tuple[str, ...]]:
        """What was noted of it, each name with its values."""
        headers = self.part("headers")
        return {name: headers.texts(name) for name in headers.raw}


class BrokenObjectError(NatsCliError):
    """What is kept of an object cannot be read."""


def check_object(name: str) -> str:
    """Return the name of an object, or raise UsageError."""
    if not name:
        raise UsageError("the name of the object is empty")
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        raise UsageError(f"the name of the object '{name}' is not UTF-8") from None
    if size > _LONGEST_NAME:
        raise UsageError(f"the name of the object has {size:,} bytes: more than {_LONGEST_NAME:,}")
    return name


class Objects:
    """The objects of one bucket.  Each request has the time-out to itself, as there may be many."""

    def __init__(self, api: Api, bucket: Bucket) -> None:
        self.bucket = bucket
        self.api = Api(api.connection)

    @classmethod
    async def of(cls, api: Api, name: str) -> Objects:
        """Open a bucket."""
        return cls(api, await open_bucket(api, Kind.OBJECTS, name))

    def chunk_subject(self, nuid: str) -> str:
        """Return the subject of an object's chunks."""
        return f"$O.{self.bucket.name}.C.{nuid}"

    async def info(self, name: str) -> ObjectInfo:
        """Return what is known of an object; NatsCliError where there is none, BrokenObjectError."""
        info = await self.last(name)
        if info is None or info.is_deleted:
            hint = f"natscli object ls {self.bucket.name} lists the objects"
            raise NatsCliError(f"{self.what(name)}: there is no such object", hint)
        return info

    async def last(self, name: str, *, leader: bool = False) -> ObjectInfo | None:
        """Return what is known of an object, also of a deleted one; None where there never was one."""
        wanted = Wanted(last_for=self._meta_subject(check_object(name)))
        ask = get_message if leader or not self.bucket.info.config.flag("allow_direct") else get_direct
        try:
            found = await ask(self.api, self.bucket.stream, wanted)
        except ApiError as error:
            if error.err_code == MESSAGE_NOT_FOUND:
                return None
            raise error.about(self.what(name)) from error
        return self._read(found.subject, found.payload, found.time, found.sequence)

    async def look(
        self, *, history: bool = False, watching: Watching | None = None
    ) -> AsyncGenerator[list[ObjectInfo | BrokenObjectError], None]:
        """Yield what is known of all objects, deleted ones too; for ever where somebody is watching."""
        start = {"deliver_policy": "all" if history else "last_per_subject"}
        wanted = Selection((self._meta_subject(""),), start)
        async with aclosing(runs(self.api, self.bucket.stream, wanted, watching)) as found:
            async for run in found:
                infos: list[ObjectInfo | BrokenObjectError] = []
                for message in run:
                    place = delivery_of(message.reply)
                    assert place is not None  # it has come in order
                    moment = nanosecond_moment(place.time_ns)
                    try:
                        infos.append(self._read(message.subject, message.payload, moment, place.stream_sequence))
                    except BrokenObjectError as error:
                        infos.append(error)
                yield infos

    async def resolve(self, name: str) -> tuple[Objects, ObjectInfo]:
        """Return an object and its bucket, links followed; NatsCliError where they lead nowhere."""
        objects, info = self, await self.info(name)
        for _ in range(_MOST_LINKS):
            link = info.link
            if link is None:
                return objects, info
            if not link.name:
                raise NatsCliError(f"{self.what(name)} is a link to the bucket '{link.bucket}'", "get what is in that")
            try:
                objects = await Objects.of(self.api, check_bucket(link.bucket))
                info = await objects.info(link.name)
            except NatsCliError as error:
                raise NatsCliError(f"{self.what(name)} is a link that leads nowhere: {error}") from error
        raise NatsCliError(f"{self.what(name)} is a link that does not end: {_MOST_LINKS} were followed")

    async def store_info(self, document: dict[str, Any], before: ObjectInfo | None) -> int:
        """Store what is known of an object in place of ``before``; ApiError with WRONG_LAST where that has changed."""
        expected = str(before.sequence if before is not None else 0)
        name = document["name"]
        subject = self._meta_subject(name)
        headers = (ROLLUP, (EXPECTED_LAST, expected))
        return (await store(self.api, subject, encode(document), self.what(name), headers)).sequence

    async def delete(self, name: str) -> ObjectInfo:
        """Remove an object, and return what was known of it; NatsCliError where it is replaced meanwhile."""
        info = await self.last(name, leader=True)
        if info is None or info.is_deleted:
            return await self.info(name)
        gone = info.changed({"deleted": True, "size": 0, "chunks": 0, "digest": None, "mtime": None})
        try:
            await self.store_info(dict(gone.raw), info)
        except ApiError as error:
            if error.err_code in WRONG_LAST:
                raise NatsCliError(
                    f"{self.what(name)}: somebody has replaced it meanwhile: nothing was deleted"
                ) from None
            raise
        await self.purge(info)
        return info

    async def purge(self, info: ObjectInfo) -> None:
        """Remove the chunks of an object that has been replaced or deleted; a link has none."""
        if info.nuid and info.link is None:
            await purge_stream(self.api, self.bucket.stream, Purge(self.chunk_subject(info.nuid)))

    def what(self, name: str) -> str:
        """Return how messages speak of an object."""
        return f"'{self.bucket.name} > {name}'"

    def _meta_subject(self, name: str) -> str:
        token = base64.urlsafe_b64encode(name.encode()).decode() if name else ">"
        return f"$O.{self.bucket.name}.M.{token}"

    def _read(self, subject: bytes, payload: bytes, modified: str, sequence: int) -> ObjectInfo:
        """Return what a message says of an object; BrokenObjectError for what cannot be or is about another one."""
        try:
            info = ObjectInfo(Document.parse(payload).raw, modified, sequence)
            about = bool(info.name) and subject == self._meta_subject(info.name).encode()
        except ValueError as error:
            raise self._broken(subject, f"cannot be read: {error}") from None
        if not about:
            raise self._broken(subject, "has the name of another object")
        if info.link is None and not _NUID.fullmatch(info.nuid):
            raise self._broken(subject, "does not say where its chunks are")
        if info.size < 0 or info.chunks < 0:
            raise self._broken(subject, "has a negative size")
        return info

    def _broken(self, subject: bytes, why: str) -> BrokenObjectError:
        removal = f"natscli stream purge {self.bucket.stream} --subject {shlex.quote(decode(subject))} removes it"
        return BrokenObjectError(f"{self._entry(subject)} {why}", removal)

    def _entry(self, subject: bytes) -> str:
        token = subject.rpartition(b".")[2]
        try:
            name = base64.urlsafe_b64decode(token).decode()
        except ValueError:
            name = token.decode("utf-8", "surrogateescape")
        return f"the entry of {self.what(name)}"
