"""What one look at a stream or a consumer tells, in few words: values that are kept while the answers are let go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from natscli.jetstream.document import Document
from natscli.jetstream.information import ConsumerInfo, StreamInfo
from natscli.text.moments import seconds_of

_LONGEST = 200  # characters of a list of subjects


class Placed(NamedTuple):
    """Who keeps it: how many replicas there should be, how many are up to date, the leader (empty: nobody)."""

    wanted: int
    current: int
    leader: str
    clustered: bool

    @property
    def leaderless(self) -> bool:
        """Whether nobody can write."""
        return self.clustered and not self.leader

    @property
    def short(self) -> bool:
        """Whether a replica is behind or away."""
        return self.current < self.wanted


@dataclass(frozen=True, slots=True)
class StreamLook:
    """A stream, as it was when the server said so: ``at_s``, ``last_s`` are by its clock (None: not known, none)."""

    name: str
    created: str
    at_s: float | None
    last_s: float | None
    messages: int
    bytes: int
    first: int
    last: int
    deleted: int  # in between
    consumers: int
    most_messages: int  # limits; 0 for none
    most_bytes: int
    storage: str
    retention: str
    sealed: bool
    subjects: str  # or where its messages come from
    description: str
    placed: Placed

    @property
    def mean(self) -> float:
        """The mean size of a message, as it is stored."""
        return self.bytes / self.messages if self.messages else 0.0

    @property
    def full(self) -> float | None:
        """The part of its limit on messages or bytes that is used, of the nearer one; None without."""
        parts = [
            now / most for now, most in ((self.messages, self.most_messages), (self.bytes, self.most_bytes)) if most
        ]
        return max(parts) if parts else None

    @property
    def idle_s(self) -> float | None:
        """The age of the last message."""
        return _age(self.at_s, self.last_s)


@dataclass(frozen=True, slots=True)
class ConsumerLook:
    """A consumer, as it was when the server said so: ``lag`` are the messages that were not delivered to it yet."""

    stream: str
    name: str
    created: str
    at_s: float | None
    last_s: float | None  # when it was delivered something
    lag: int
    unacked: int
    most_unacked: int  # 0 for no limit
    redelivered: int
    waiting: int  # pulls
    delivered: int  # in all, redeliveries among them
    reached: int  # sequence of the stream
    acks: str  # policy
    is_pull: bool
    bound: bool  # a push consumer that somebody listens to
    paused: bool
    filters: str
    description: str
    placed: Placed

    @property
    def stalled(self) -> bool:
        """Whether it waits for acknowledgements before it delivers more."""
        return 0 < self.most_unacked <= self.unacked

    @property
    def unasked(self) -> bool:
        """Whether there is something for it, and nobody who takes it."""
        there = self.waiting > 0 or self.unacked > 0 if self.is_pull else self.bound
        return self.lag > 0 and not there

    @property
    def idle_s(self) -> float | None:
        """How long nothing was delivered."""
        return _age(self.at_s, self.last_s)


def stream_look(info: StreamInfo) -> StreamLook:
    """Return what an answer tells of a stream."""
    config, state = info.config, info.state
    return StreamLook(
        name=info.name,
        created=info.text("created"),
        at_s=seconds_of(info.text("ts")),
        last_s=seconds_of(state.text("last_ts")),
        messages=state.whole("messages"),
        bytes=state.whole("bytes"),
        first=state.whole("first_seq"),
        last=state.whole("last_seq"),
        deleted=state.whole("num_deleted"),
        consumers=state.whole("consumer_count"),
        most_messages=max(config.whole("max_msgs"), 0),
        most_bytes=max(config.whole("max_bytes"), 0),
        storage=config.text("storage"),
        retention=config.text("retention"),
        sealed=config.flag("sealed"),
        subjects=_origin(config),
        description=config.description[:_LONGEST],
        placed=_placed(info.cluster, config.whole("num_replicas")),
    )


def consumer_look(info: ConsumerInfo) -> ConsumerLook:
    """Return what an answer tells of a consumer."""
    config, delivered = info.config, info.part("delivered")
    return ConsumerLook(
        stream=info.stream,
        name=info.name,
        created=info.text("created"),
        at_s=seconds_of(info.text("ts")),
        last_s=seconds_of(delivered.text("last_active")),
        lag=info.whole("num_pending"),
        unacked=info.whole("num_ack_pending"),
        most_unacked=max(config.whole("max_ack_pending"), 0),
        redelivered=info.whole("num_redelivered"),
        waiting=info.whole("num_waiting"),
        delivered=delivered.whole("consumer_seq"),
        reached=delivered.whole("stream_seq"),
        acks=config.text("ack_policy"),
        is_pull=config.is_pull,
        bound=info.flag("push_bound"),
        paused=info.flag("paused"),
        filters=_listed(config.filters),
        description=config.description[:_LONGEST],
        placed=_placed(info.cluster, config.whole("num_replicas")),
    )


def _origin(config: Document) -> str:
    mirror = config.part("mirror").text("name")
    sources = [source.text("name") for source in config.parts("sources")]
    if mirror:
        return f"mirror of {mirror}"[:_LONGEST]
    subjects = _listed(config.texts("subjects"))
    return f"{subjects} from {_listed(sources)}".lstrip()[:_LONGEST] if sources else subjects


def _listed(names: Iterable[str]) -> str:
    """Return names with commas, no more than can be shown: a stream may have thousands of subjects."""
    text = ""
    for name in names:
        text += f", {name}" if text else name
        if len(text) > _LONGEST:
            return text[:_LONGEST]
    return text


def _placed(cluster: Document, wanted: int) -> Placed:
    if not cluster:
        return Placed(1, 1, "", clustered=False)
    leader, replicas = cluster.text("leader"), cluster.parts("replicas")
    current = sum(replica.flag("current") and not replica.flag("offline") for replica in replicas)
    wanted = max(wanted, 1, len(replicas) + bool(leader))
    return Placed(wanted, current + bool(leader), leader, clustered=True)


def _age(at_s: float | None, last_s: float | None) -> float | None:
    return max(at_s - last_s, 0.0) if at_s is not None and last_s is not None else None
