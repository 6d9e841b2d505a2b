"""Work that takes long: done in order, a moment at a time, within a bound that counts."""

import asyncio
import functools
import gzip
import time
from types import SimpleNamespace

import pytest

from natscli.messaging import pacing
from natscli.messaging.pacing import Pace
from natscli.wire.encode import pub
from natscli.wire.headers import encode_headers
from natscli.wire.message import Message, Run
from tests.cli.peers import Peer
from tests.connection.peers import fake_server
from tests.waiting import eventually_async


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """A clock that only work makes go on, so that a turn is as long as the work in it."""
    monkeypatch.setattr(Rig, "seconds", 0.0)
    monkeypatch.setattr(pacing, "time", SimpleNamespace(monotonic=lambda: Rig.seconds, time_ns=time.time_ns))


def run(*payloads, sid=1):
    return Run.of(sid, [Message(b"a", b"%d" % payload) for payload in payloads])


class Connection:
    """Is told what fails."""

    def __init__(self):
        self.failures = []

    def fail(self, error):
        self.failures.append(error)


class Rig:
    """A pace whose work takes a while for odd numbers, leaves out those above 900, and fails at 13."""

    seconds = 0.0

    def __init__(self, **options):
        self.connection = Connection()
        self.taken = []
        self.turns = []
        self.pace = Pace(self.connection, self._work, **options)
        self.sink = self.pace.sink(self._take)

    def _work(self, message):
        number = int(message.payload)
        if number == 13:
            raise ValueError("thirteen")
        if number % 2:
            Rig.seconds += 0.012  # longer than a turn
        return None if number > 900 else message

    def _take(self, run, read_ns):
        self.taken += [int(payload) for payload in run.payloads]
        self.turns.append((len(run), read_ns))


def in_a_loop(test):
    @functools.wraps(test)
    def wrapped():
        asyncio.run(test())

    return wrapped


async def endless():
    return asyncio.get_running_loop().create_future()


@in_a_loop
async def test_what_is_quick_is_done_at_once():
    rig = Rig()
    rig.sink(run(0, 2, 4))
    assert rig.taken == [0, 2, 4]
    assert not rig.pace.busy


@in_a_loop
async def test_what_is_slow_waits_its_turn_and_nothing_overtakes_it():
    rig, began = Rig(), time.time_ns()
    other = rig.pace.sink(rig._take)
    rig.sink(run(0, 1, 2, 3, 4))
    came = time.time_ns()
    other(run(6, 8, sid=2))
    assert rig.taken == [0, 1]
    assert rig.pace.busy

    await rig.pace.finish(await endless())

    assert rig.taken == [0, 1, 2, 3, 4, 6, 8]
    assert all(began <= read_ns <= came for _, read_ns in rig.turns[:-1])  # the time of reading, not of working
    assert rig.pace.dropped == 0


@in_a_loop
async def test_the_loop_goes_on_between_turns():
    rig, turns = Rig(), 0
    rig.sink(run(*[1] * 20))
    while rig.pace.busy:
        await asyncio.sleep(0)
        turns += 1
    assert turns >= 15


@in_a_loop
async def test_what_is_left_out_is_not_taken():
    rig = Rig()
    rig.sink(run(2, 902, 4, 904))
    rig.sink(run(902))
    assert rig.taken == [2, 4]
    assert len(rig.turns) == 1


@in_a_loop
async def test_beyond_its_bound_messages_are_dropped_and_counted():
    rig = Rig(limit=1000)
    for _ in range(10):
        rig.sink(run(1, 3))
    dropped = rig.pace.dropped
    assert dropped > 0
    await rig.pace.finish(await endless())
    assert rig.pace.dropped == dropped
    assert len(rig.taken) + dropped == 20


@in_a_loop
async def test_what_is_left_when_the_user_stops_counts_as_dropped():
    rig, stop = Rig(), await endless()
    rig.sink(run(*[1] * 50))
    stop.set_result(2)
    await rig.pace.finish(stop)
    assert len(rig.taken) + rig.pace.dropped == 50
    assert rig.pace.dropped > 40
    assert not rig.pace.busy


@in_a_loop
async def test_what_fails_ends_the_connection():
    rig = Rig()
    rig.sink(run(1, 13, 2))
    await rig.pace.finish(await endless())
    assert [str(error) for error in rig.connection.failures] == ["thirteen"]
    assert rig.taken == [1]


# -- from the server to the output -----------------------------------------------------------------


def bomb():
    """A hundred and fifty bytes that take a tenth of a second."""
    maps = b"\xdd" + (40_000).to_bytes(4, "big") + b"\x81\x01\x01" * 40_000
    return gzip.compress(maps, mtime=0), encode_headers(
        [("Content-Encoding", "gzip"), ("Content-Type", "application/msgpack")]
    )


def delivery(subject, payload, headers=b""):
    """A message as a server sends it to the first subscription."""
    return pub(subject.encode(), payload, b"1", headers).replace(b"PUB", b"MSG", 1)


def saying(text):
    """Behave as a server that says this where the PONG behind a subscription is waited for."""

    async def behave(peer):
        await peer.welcome()
        await peer.hear(b" 1\r\nPING\r\n")
        peer.say(text)
        answered = 2
        while data := await peer.reader.read(65536):
            peer.heard += data
            for _ in range(peer.heard.count(b"PING\r\n") - answered):
                peer.say(b"PONG\r\n")
                answered += 1

    return behave


@pytest.mark.parametrize("command", ["sub", "record"])
def test_pings_are_answered_while_bodies_are_decoded(command, start, subject, tmp_path):
    arguments = {
        "sub": ["sub", subject, "--decode", "auto", "--raw"],
        "record": ["record", subject, "-O", str(tmp_path / "t"), "--decode", "auto", "--grep", "."],
    }
    work = delivery(subject, *bomb()) * 5000  # for minutes

    async def ask():
        async with fake_server(saying(b"PONG\r\n" + work + b"PING\r\n")) as fake:
            start(*arguments[command], url=fake.url)
            await eventually_async(lambda: b"PONG\r\n" in fake.heard, 60)

    asyncio.run(ask())


@pytest.mark.parametrize("command", ["sub", "record"])
def test_what_takes_long_to_decode_comes_all_the_same(command, start, server, subject, tmp_path):
    arguments = {
        "sub": ["sub", subject, "--decode", "auto", "--raw", "--count", "21"],
        "record": ["record", subject, "-O", str(tmp_path / "t"), "--decode", "auto", "--grep", ".", "--count", "21"],
    }
    payload, headers = bomb()
    process = start(*arguments[command])
    process.says(f"ing {subject}" if command == "record" else f"ing on {subject}")
    with Peer(server.url) as peer:
        peer.send(pub(subject.encode(), payload, b"", headers) * 20 + pub(subject.encode(), b"last"))
        peer.settle()

    assert process.end(60) == 0, process.err
    assert "disconnected" not in process.err.lower()
    assert "lost" not in process.err.lower()


def test_what_waits_for_the_decoder_keeps_it_waiting(start, subject):
    everything = delivery(subject, *bomb()) * 20 + delivery(subject, b"last")

    async def receive():
        async with fake_server(saying(everything + b"PONG\r\n")) as fake:  # behind which the waiting begins
            sub = start("sub", subject, "--grep", "last", "--decode", "auto", "--wait", "300ms", "--raw", url=fake.url)
            return await asyncio.to_thread(sub.end, 60), sub.out

    assert asyncio.run(receive()) == (0, b"last\n")
