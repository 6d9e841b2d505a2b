"""Which worker does what in a run of a mode."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from natscli.bench.atomic import AtomicStorer
from natscli.bench.consuming import Consumer
from natscli.bench.fast import FastStorer
from natscli.bench.getting import BatchGetter, KeyGetter, SequenceGetter
from natscli.bench.objects import ObjectGetter, ObjectPutter
from natscli.bench.plan import Mode, Role, Share
from natscli.bench.publishing import Publisher
from natscli.bench.receiving import Subscriber
from natscli.bench.requesting import Requester
from natscli.bench.serving import Responder
from natscli.bench.storing import Storer
from natscli.bench.worker import Load, Worker

_STORE: dict[Mode, Callable[[Load, Share], Worker]] = {
    Mode.JS_SYNC: Storer,
    Mode.JS_ASYNC: Storer,
    Mode.JS_ATOMIC: AtomicStorer,
    Mode.JS_FAST: FastStorer,
    Mode.JS_ORDERED: Consumer,
    Mode.JS_CONSUME: Consumer,
    Mode.JS_FETCH: Consumer,
    Mode.JS_GET: SequenceGetter,
    Mode.JS_GET_BATCH: BatchGetter,
    Mode.KV_PUT: Storer,
    Mode.KV_GET: KeyGetter,
    Mode.OBJECT_PUT: ObjectPutter,
    Mode.OBJECT_GET: ObjectGetter,
}


def make_workers(load: Load, shares: Sequence[Share]) -> list[Worker]:
    """Return a worker for each share, those who receive what others send behind these."""
    if load.spec.store is not None:
        return [_STORE[load.spec.mode](load, share) for share in shares]
    subscribers: list[Worker] = [Subscriber(load, share) for share in shares if share.role is Role.SUBSCRIBER]
    samples = [worker.sample for worker in subscribers]
    received = (lambda: min(sample.received for sample in samples)) if samples else None
    workers: list[Worker] = []
    for share in shares:
        if share.role is Role.PUBLISHER:
            workers.append(Publisher(load, share, received))
        elif share.role is Role.REQUESTER:
            workers.append(Requester(load, share))
        elif share.role is Role.RESPONDER:
            workers.append(Responder(load, share))
    return workers + subscribers
