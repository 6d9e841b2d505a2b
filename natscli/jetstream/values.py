"""Key-value buckets (ADR-8): entries read, written, compared and set, removed, watched."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from natscli.errors import NatsCliError, UsageError
from natscli.jetstream.acks import delivery_of
from natscli.jetstream.api import Api
from natscli.jetstream.buckets import Bucket
from natscli.jetstream.entries import OPERATION, Entries, Entry, Operation, operation_of
from natscli.jetstream.errors import MESSAGE_NOT_FOUND, WRONG_LAST, ApiError
from natscli.jetstream.ordered import Selection
from natscli.jetstream.reading import Watching, runs
from natscli.jetstream.stored import StoredMessage, Wanted, get_direct, get_message
from natscli.jetstream.storing import EXPECTED_LAST, ROLLUP, store
from natscli.jetstream.streams import Purge, purge_stream
from natscli.text.sanitise import decode, decode_subjects
from natscli.wire.message import Message, Run
from natscli.wire.subjects import check_subscribe, matches

_KEY = re.compile(r"[-/_=.A-Za-z0-9]+", re.ASCII)
_FILTER = re.compile(r"[-/_=.A-Za-z0-9*]*>?", re.ASCII)
_SHORT = 512  # bytes of a message
_NO_TTL = 10166  # of messages: not allowed in the stream
_YOUNG_NS = 30 * 60 * 10**9  # markers that compacting keeps, for those who have not seen them yet


@dataclass(frozen=True, slots=True)
class View:
    """What is looked at: keys by filters, all versions or the last of each, from a revision on, or only what is new."""

    filters: tuple[str, ...] = (">",)
    history: bool = False
    updates_only: bool = False
    revision: int = 0
    headers_only: bool = False

    @property
    def policy(self) -> str:
        """From where on, without a revision."""
        return "new" if self.updates_only else "all" if self.history else "last_per_subject"


class ChangedError(NatsCliError):
    """A key is at another revision than was expected."""


def check_key(key: str) -> str:
    """Return a key, or raise UsageError."""
    if not _KEY.fullmatch(key) or "" in key.split("."):
        raise UsageError(
            f"'{key}' cannot be a key: letters, digits and - / _ = . only", "no dot at an end, and no two together"
        )
    return key


def check_filter(text: str) -> str:
    """Return what chooses keys, * being any token and > all that follow; UsageError."""
    try:
        check_subscribe(text)
    except ValueError as error:
        raise UsageError(str(error).replace("subject", "filter", 1)) from None
    if not _FILTER.fullmatch(text):
        raise UsageError(f"'{text}' matches no key: letters, digits and - / _ = . * > only")
    return text


class Values:
    """The keys and values of one bucket."""

    def __init__(self, api: Api, bucket: Bucket) -> None:
        self.bucket = bucket
        self._api = api

    async def get(self, key: str, revision: int = 0) -> Entry:
        """Return the value of a key, the last one or that of a revision; NatsCliError where there is none."""
        entry = await self.last(key, revision)
        if entry is None and revision:
            raise NatsCliError(f"{self._what(key)}: there is no revision {revision}", self._hint("history", key))
        if entry is None:
            raise NatsCliError(f"{self._what(key)}: there is no such key", self._hint("ls"))
        if entry.operation is not Operation.PUT:
            gone = "purged" if entry.operation is Operation.PURGE else "deleted"
            hint = self._hint("history", key)
            raise NatsCliError(f"{self._what(key)}: the key was {gone} at revision {entry.revision}", hint)
        return entry

    async def last(self, key: str, revision: int = 0, *, leader: bool = False) -> Entry | None:
        """Return the last entry of a key, or that of a revision, markers included; None for none.

        Any replica answers, and may be behind; ``leader`` asks the one that is not.
        """
        subject = self.bucket.subjects + check_key(key)
        wanted = Wanted(sequence=revision) if revision else Wanted(last_for=subject)
        direct = self.bucket.info.config.flag("allow_direct") or self.bucket.info.config.flag("mirror_direct")
        ask = get_direct if direct and not leader else get_message
        try:
            found = await ask(self._api, self.bucket.stream, wanted)
        except ApiError as error:
            if error.err_code == MESSAGE_NOT_FOUND:
                return None
            raise error.about(self._what(key)) from error
        return self._entry(found) if found.subject == subject.encode() else None

    async def put(self, key: str, value: bytes, *, expected: int | None = None, ttl_ns: int = 0) -> int:
        """Store a value and return its revision; with ``expected`` only on that revision, else ChangedError."""
        headers = [(EXPECTED_LAST, str(expected))] if expected is not None else []
        return await self._store(key, value, (*headers, *_ttl(ttl_ns)))

    async def create(self, key: str, value: bytes, *, ttl_ns: int = 0) -> int:
        """Store a value where the key has none, and return its revision; ChangedError where it has one."""
        try:
            return await self.put(key, value, expected=0, ttl_ns=ttl_ns)
        except ChangedError:
            entry = await self.last(key, leader=True)
            if entry is None:  # gone just now
                return await self.put(key, value, expected=0, ttl_ns=ttl_ns)
            if entry.operation is Operation.PUT:
                hint = f"natscli kv update changes it: {self.bucket.name} {key} VALUE {entry.revision}"
                raise ChangedError(f"{self._what(key)}: the key exists, at revision {entry.revision}", hint) from None
            return await self.put(key, value, expected=entry.revision, ttl_ns=ttl_ns)

    async def delete(self, key: str) -> int:
        """Mark a key as deleted, its history kept; returns the marker's revision."""
        return await self._store(key, b"", ((OPERATION, "DEL"),))

    async def purge(self, key: str, *, ttl_ns: int = 0) -> int:
        """Remove a key and its history; returns the revision of the marker that stays, for ``ttl_ns`` if given."""
        return await self._store(key, b"", ((OPERATION, "PURGE"), ROLLUP, *_ttl(ttl_ns)))

    async def history(self, key: str) -> list[Entry]:
        """Return all entries of a key, oldest first; NatsCliError where there are none."""
        entries: list[Entry] = []
        async with aclosing(self.look(View((check_key(key),), history=True))) as batches:
            async for batch in batches:
                entries += batch
        if not entries:
            raise NatsCliError(f"{self._what(key)}: there is no such key", self._hint("ls"))
        return entries

    async def keys(self, filters: Sequence[str] = (">",)) -> AsyncGenerator[list[str], None]:
        """Yield the keys that have values, many at a time, in the order in which they were last written."""
        start = len(self.bucket.subjects)
        view = View(tuple(filters), headers_only=self._is_large)
        async with aclosing(self._runs(view)) as found:
            async for run in found:
                subjects: Sequence[bytes] = run.subjects
                if run.headers is not None:
                    subjects = [m.subject for m in run if not m.headers or not _is_gone(m)]
                yield [subject[start:] for subject in decode_subjects(subjects)]

    async def look(self, view: View, *, watching: Watching | None = None) -> AsyncGenerator[Entries, None]:
        """Yield entries as they come, markers included, many at a time; for ever where somebody is watching."""
        async with aclosing(self._runs(view, watching)) as found:
            async for run in found:
                yield Entries.of(self.bucket.name, len(self.bucket.subjects), run)

    async def compact(self, now_ns: int) -> int:
        """Remove the keys that have no value, and their history; markers of the last half hour stay.

        Returns how many messages went.  Nothing that is written meanwhile goes with them.
        """
        purged = 0
        gone: list[tuple[bytes, int, int]] = []
        async with aclosing(self._runs(View(headers_only=True))) as found:
            async for run in found:
                gone += [
                    (message.subject, place.stream_sequence, place.time_ns)
                    for message in run
                    if _is_gone(message) and (place := delivery_of(message.reply))
                ]
        api = Api(self._api.connection)
        for subject, revision, time_ns in gone:
            below = revision if now_ns - time_ns < _YOUNG_NS else revision + 1
            purged += await purge_stream(api, self.bucket.stream, Purge(decode(subject), below))
        return purged

    @property
    def _is_large(self) -> bool:
        """Whether values are long enough to be left out: the server then adds a header, which costs 2 µs to read."""
        state = self.bucket.info.state
        return state.whole("bytes") > _SHORT * state.whole("messages")

    def _runs(self, view: View, watching: Watching | None = None) -> AsyncGenerator[Run, None]:
        start: dict[str, Any] = {"deliver_policy": view.policy}
        if view.revision:
            start = {"deliver_policy": "by_start_sequence", "opt_start_seq": view.revision}
        filters = tuple(self.bucket.subjects + each for each in _widest([check_filter(each) for each in view.filters]))
        wanted = Selection(filters, start, headers_only=view.headers_only)
        return runs(self._api, self.bucket.stream, wanted, watching)

    async def _store(self, key: str, value: bytes, headers: tuple[tuple[str, str], ...]) -> int:
        what = self._what(check_key(key))
        subject = self.bucket.writing(self._api.prefix) + key
        try:
            return (await store(self._api, subject, value, what, headers)).sequence
        except ApiError as error:
            if error.err_code in WRONG_LAST:
                at = "".join(filter(str.isdigit, error.description))
                now = f": it is at revision {at}" if at else ""
                raise ChangedError(f"{what}: the key is not at the revision that was expected{now}") from error
            if error.err_code == _NO_TTL:
                hint = f"natscli kv edit {self.bucket.name} --marker-ttl DUR allows them"
                raise NatsCliError(f"{what}: the bucket allows no TTLs of keys", hint) from error
            raise

    def _entry(self, found: StoredMessage) -> Entry:
        key = decode(found.subject)[len(self.bucket.subjects) :]
        operation = operation_of(found.headers)
        return Entry(self.bucket.name, key, found.sequence, found.time, operation, found.payload)

    def _what(self, key: str) -> str:
        return f"'{self.bucket.name} > {key}'"

    def _hint(self, command: str, key: str = "") -> str:
        says = "shows its revisions" if command == "history" else "lists the keys"
        return f"natscli kv {command} {self.bucket.name} {key}".rstrip() + f" {says}"


def _widest(filters: Sequence[str]) -> list[str]:
    """Return the filters without those that another one covers: the server takes none that overlap."""
    once = list(dict.fromkeys(filters))
    return [each for each in once if not any(_covers(other, each) for other in once if other != each)]


def _covers(wide: str, narrow: str) -> bool:
    return matches(wide, narrow) and (wide.endswith(">") or not narrow.endswith(">"))


def _is_gone(message: Message) -> bool:
    return operation_of(message.headers) is not Operation.PUT


def _ttl(ttl_ns: int) -> tuple[tuple[str, str], ...]:
    """Return the header of a message's TTL, in the server's words."""
    if not ttl_ns:
        return ()
    return (("Nats-TTL", f"{ttl_ns // 10**9}s" if not ttl_ns % 10**9 else f"{ttl_ns}ns"),)
