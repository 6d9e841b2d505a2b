"""Nothing is lost but what a notice says, and a long run takes no more memory than a short one.

``NATSCLI_LONG=1`` makes it ten million messages and twenty cuts.
"""

import hashlib
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from natscli.server.process import LocalServer
from natscli.wire.encode import pub
from tests.cli.peers import Peer, frozen
from tests.commands.flood import BLOCK, RECORD, Flood, Received, lines, proxied
from tests.processes import Process
from tests.waiting import SLACK_S, eventually

LONG = bool(os.environ.get("NATSCLI_LONG"))
MESSAGES = 10_000_000 if LONG else 200_000
CUTS = 20 if LONG else 3
MIB = 1024  # in KiB, as the kernel counts
LAST_WORDS_S = 30.0

pytestmark = pytest.mark.timeout(600 if LONG else 60)
Start = Callable[..., Process]
Figure = Callable[[str, object], None]

_GAP = re.compile(r"(\S+) disconnected from .* are lost, between #([\d,]+) and #([\d,]+)\n")
_RETURN = re.compile(r"(\S+) reconnected to ")


class Gap(NamedTuple):
    """Numbers that did not come, and how many messages came before them."""

    place: int
    first: int
    last: int


def gaps_in(received: Received) -> list[Gap]:
    """The gaps in growing numbers; that they grow, by one, everywhere else is for the digest to show."""
    gaps, place, expected = [], 0, 0
    while place < len(received):
        found = received.number(place)
        if found != expected:
            gaps.append(Gap(place, expected, found - 1))
        shift, last, end = found - place, place, len(received)
        while end - last > 1:
            middle = (last + end) // 2
            last, end = (middle, end) if received.number(middle) - middle == shift else (last, middle)
        place, expected = end, received.number(last) + 1
    return gaps


def digest_but(gaps: list[Gap]) -> str:
    """The digest of all numbers outside of the gaps, as they are to be printed."""
    digest, start = hashlib.sha256(), 0
    for stop, following in [*((gap.first, gap.last + 1) for gap in gaps), (MESSAGES, MESSAGES)]:
        while start < stop:
            block, offset = divmod(start, BLOCK)
            end = min(stop - block * BLOCK, BLOCK)
            digest.update(lines(block)[offset * RECORD : end * RECORD])
            start = block * BLOCK + end
        start = following
    return digest.hexdigest()


def digest_of(received: Received) -> str:
    with received.path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def resident(process: Process, field: str = "VmRSS") -> int:
    """Memory of a process in KiB, as the kernel counts it; 0 where it does not say, or for one that has ended."""
    status = Path(f"/proc/{process.popen.pid}/status")
    found = re.search(rf"{field}:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(found[1]) if found else 0


def day_ms(seconds: float) -> int:
    """The time of the day, local, in whole milliseconds."""
    clock = time.localtime(seconds)
    return (clock.tm_hour * 3600 + clock.tm_min * 60 + clock.tm_sec) * 1000 + int(seconds % 1 * 1000)


def said_ms(clock: str) -> int:
    hours, minutes, seconds = clock.split(":")
    return (int(hours) * 3600 + int(minutes) * 60) * 1000 + int(seconds.replace(".", ""))


def not_after(one_ms: int, other_ms: int) -> bool:
    """Whether one time of the day is not after another, also around midnight."""
    return (other_ms - one_ms) % 86_400_000 < 43_200_000


@pytest.fixture
def received(tmp_path: Path) -> Received:
    path = tmp_path / "received"
    path.touch()
    return Received(path)


@pytest.fixture
def flood(server: LocalServer, subject: str, received: Received) -> Iterator[Flood]:
    with closing(Flood(server.url, subject, received)) as flood:
        yield flood


def listening(start: Start, subject: str, received: Received, *options: str, url: str | None = None) -> Process:
    with received.path.open("wb") as file:
        sub = start("sub", subject, "--raw", *options, url=url, stdout=file)
    sub.says("Subscribing")
    return sub


def test_all_that_is_published_is_printed_in_memory_that_does_not_grow(
    start: Start, subject: str, received: Received, flood: Flood, record_property: Figure
):
    sub = listening(start, subject, received)
    began = time.monotonic()

    flood.run_to(MESSAGES // 10)
    eventually(lambda: len(received) >= MESSAGES // 10, LAST_WORDS_S)
    early = resident(sub)
    flood.run_to(MESSAGES)
    eventually(lambda: len(received) >= MESSAGES, LAST_WORDS_S)
    late, seconds = resident(sub), time.monotonic() - began
    sub.signal(signal.SIGINT)

    assert sub.end() == 0, sub.err
    assert len(received) == MESSAGES
    assert digest_of(received) == digest_but([])
    assert "dropped" not in sub.err
    assert abs(late - early) < 10 * MIB
    record_property(
        "figure",
        f"sub --raw into a file: {MESSAGES:,} of {MESSAGES:,} messages in {seconds:.1f}s, digests equal, 0 dropped; "
        f"resident {early / MIB:.1f} MiB at 10 %, {late / MIB:.1f} MiB at 100 %",
    )


def test_what_reconnects_cost_is_what_their_notices_say(
    start: Start, server: LocalServer, subject: str, received: Received, flood: Flood, record_property: Figure
):
    with proxied(server.port) as proxy:
        sub = listening(start, subject, received, url=proxy.url)
        for number in range(1, CUTS + 1):
            flood.run_to(MESSAGES // (CUTS + 1) // BLOCK * BLOCK * number)
            flood.cut(proxy)
            eventually(lambda: len(_RETURN.findall(sub.err)) == len(flood.cuts), LAST_WORDS_S)
        flood.run_to(MESSAGES)
        eventually(lambda: received.next == MESSAGES, LAST_WORDS_S)
        sub.signal(signal.SIGINT)
        assert sub.end() == 0, sub.err

    gaps = gaps_in(received)
    losses, returns = _GAP.findall(sub.err), _RETURN.findall(sub.err)
    assert digest_of(received) == digest_but(gaps)
    assert len(gaps) == len(losses) == len(returns) == len(flood.cuts) == CUTS
    for gap, cut, (lost, before, after), back in zip(gaps, flood.cuts, losses, returns, strict=True):
        assert (before, after) == (f"{gap.place:,}", f"{gap.place + 1:,}")  # all that had come is printed before it
        assert cut.printed < gap.first <= cut.first
        assert cut.last <= gap.last
        assert not_after(day_ms(flood.sent_at(gap.first - 1)), said_ms(lost))
        assert not_after(said_ms(lost), said_ms(back))
        assert not_after(day_ms(flood.sent_at(gap.last)), said_ms(back))
    missing = sum(gap.last - gap.first + 1 for gap in gaps)
    assert len(received) == MESSAGES - missing
    record_property(
        "figure",
        f"sub --raw with {CUTS} forced reconnects: {len(received):,} of {MESSAGES:,} messages came, {missing:,} are "
        f"missing in {len(gaps)} gaps at the places the notices name, all sent before the return was announced; "
        "0 elsewhere",
    )


def test_what_is_not_printed_to_a_stuck_reader_is_counted_exactly(
    start: Start, make_server: Callable[..., LocalServer], subject: str, record_property: Figure
):
    count, size = 1000, 100_000  # more than may wait for a reader
    server = make_server(extra="max_pending: 512MB")
    pipe, end = os.pipe()
    with proxied(server.port) as proxy, Peer(server.url) as peer, open(pipe, "rb") as reader:
        sub = start("sub", subject, "--raw", "--count", str(count), url=proxy.url, stdout=end)
        os.close(end)
        sub.says("Subscribing")
        peer.send(b"".join(pub(subject.encode(), b"%0*d" % (size, number)) for number in range(count)))
        eventually(lambda: proxy.carried > count * size, LAST_WORDS_S)
        printed = reader.read().splitlines()

    assert sub.end() == 7, sub.err
    said = re.fullmatch(r"natscli: ([\d,]+) messages of 1,000 dropped: .*", sub.err.splitlines()[-1])
    assert said, sub.err
    assert int(said[1].replace(",", "")) == count - len(printed) > 0
    assert {len(line) for line in printed} == {size}
    assert sorted(set(printed)) == printed
    record_property("figure", f"sub --raw, stuck reader: {len(printed)} of {count:,} printed, {said[1]} said dropped")


@pytest.mark.parametrize(("body", "wait"), [("x" * 1024, 3), ("{{Count}}" + "x" * 1016, 4)], ids=["copies", "numbered"])
@pytest.mark.skipif(sys.platform != "linux", reason="a process cannot be stopped, or nothing tells its memory")
def test_publishing_to_a_frozen_server_takes_little_memory_and_ends_in_time(
    body: str,
    wait: int,
    start: Start,
    make_server: Callable[..., LocalServer],
    subject: str,
    record_property: Figure,
):
    server = make_server()
    with Peer(server.url) as peer:
        peer.subscribe(subject)
        sender = start("pub", "--count", "100000000", subject, body, "--timeout", f"{wait}s", url=server.url)
        peer.next()
    before = resident(sender)
    samples = [before]
    with frozen(server):
        began = time.monotonic()
        eventually(lambda: samples.append(resident(sender, "VmHWM")) or sender.popen.poll() is not None, 30)
        seconds = time.monotonic() - began

    assert sender.end() == 5, sender.err
    assert f"{wait}s" in sender.err
    assert seconds < wait + 1 + SLACK_S
    assert max(samples) - before < 64 * MIB
    kind = "numbered messages" if "Count" in body else "copies"
    record_property(
        "figure",
        f"pub of {kind} to a server stopped with SIGSTOP: ended after {seconds:.2f}s of --timeout {wait}s, "
        f"resident {before / MIB:.1f} MiB at the start, {max(samples) / MIB:.1f} MiB at most",
    )
