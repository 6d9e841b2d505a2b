"""What a run that uses JetStream asked for: which stream or bucket, how much at a time, acknowledged how.  Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from natscli.errors import UsageError

MOST_BATCHED = 1000  # messages of an atomic batch, which the server's default allows
MOST_FAST = 65_535  # of a fast batch's window: a number of 16 bits
_MOST_BATCH = 64 * 1024 * 1024  # also bytes of an object's messages


class Acks(StrEnum):
    """How a consumer wants its messages acknowledged."""

    EXPLICIT = "explicit"
    NONE = "none"
    ALL = "all"


class Storage(StrEnum):
    """Where a stream keeps its messages."""

    FILE = "file"
    MEMORY = "memory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """The stream, or the stream behind the bucket, of a run.

    ``batch`` is what goes at a time: acknowledgements on their way, messages of a batch or of a request.
    """

    name: str
    bucket: str = ""
    consumer: str = ""
    batch: int = 1
    acks: Acks = Acks.NONE
    double_ack: bool = False
    filters: tuple[str, ...] = ()
    deduplicate: bool = False
    outstanding: int = 1  # acknowledgements of a fast batch, each of so many messages as the server says
    keys: int = 0  # chosen at random below it; 0 is one after the other
    storage: Storage = Storage.FILE
    replicas: int = 1

    @property
    def unnamed(self) -> Store:
        """The same in any other stream: what a comparison is of."""
        return replace(self, name="", bucket="", consumer="")

    @property
    def shown(self) -> str:
        """What it is called."""
        return self.bucket or self.name


def check_store(store: Store, *, atomic: bool, fast: bool) -> None:
    """Raise UsageError for what makes no sense."""
    most = MOST_BATCHED if atomic else MOST_FAST if fast else _MOST_BATCH
    if not 1 <= store.batch <= most:
        raise UsageError(f"--batch {store.batch:,}: it takes 1 to {most:,}")
    if store.outstanding > MOST_FAST or store.replicas < 1:
        raise UsageError(
            f"{store.outstanding:,} acknowledgements, {store.replicas} replicas: they are too many or too few"
        )
    if store.double_ack and store.acks is Acks.NONE:
        raise UsageError("--doubleack confirms acknowledgements, and --acks none has none")
