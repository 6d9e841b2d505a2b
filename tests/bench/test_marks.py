"""What a publisher writes into payloads, a receiver reads back."""

import pytest

from natscli.bench.histogram import Recorder
from natscli.bench.marks import MarkedBlocks, MarkReader
from natscli.messaging.outgoing import Letter
from natscli.wire.message import Run
from natscli.wire.scanner import Scanner

TAG, NOW = 4711, 5_000_000_000


def delivered(frames, sid=1):
    """What a server makes of PUB frames."""
    lines = frames.replace(b"PUB a ", b"MSG a %d " % sid)
    return [event for event in Scanner().feed(lines) if isinstance(event, Run)]


def letter(size):
    return Letter(b"a", bytes(size))


@pytest.mark.parametrize("size", [16, 128, 1024, 100_000])
def test_blocks_are_read_back_number_by_number(size):
    blocks, latency = MarkedBlocks(letter(size), TAG, 3), Recorder()
    reader = MarkReader(TAG, latency)
    sent, stamp = 0, NOW
    while sent < 5000 and sent * size < 20_000_000:
        stamp += 1000
        frames, count, payload_bytes = blocks.take(5000 - sent, stamp)
        assert payload_bytes == count * size
        for run in delivered(frames):
            reader.take(run, stamp + 700)
        sent += count

    ledger = reader.ledgers[3]
    assert (ledger.received, ledger.lost(sent), ledger.duplicated, ledger.out_of_order) == (sent, 0, 0, 0)
    assert (latency.histogram().count, latency.histogram().minimum, latency.histogram().maximum) == (sent, 700, 700)
    assert reader.foreign == 0


def test_numbers_go_on_across_pages_of_their_lowest_bytes():
    blocks, reader = MarkedBlocks(letter(16), TAG, 0), MarkReader(TAG, Recorder())
    sent = 0
    while sent < 200_000:
        frames, count, _ = blocks.take(200_000 - sent, NOW)
        for run in delivered(frames):
            reader.take(run, NOW)
        sent += count

    assert reader.ledgers[0].received == 200_000


def test_messages_on_a_schedule_carry_the_time_they_were_due():
    blocks, latency = MarkedBlocks(letter(40), TAG, 0), Recorder()
    reader = MarkReader(TAG, latency)

    frames, count, _ = blocks.take_due([NOW - 300, NOW - 200, NOW - 100])
    for run in delivered(frames):
        reader.take(run, NOW)

    assert count == 3
    assert dict(latency.histogram().buckets) == {100: 1, 200: 1, 300: 1}


def test_publishers_that_mix_are_told_apart():
    several = [MarkedBlocks(letter(16), TAG, client) for client in range(3)]
    reader = MarkReader(TAG, Recorder())

    for _ in range(50):
        for run in delivered(b"".join([blocks.take(1, NOW)[0] for blocks in several])):
            reader.take(run, NOW)

    assert {client: ledger.received for client, ledger in reader.ledgers.items()} == {0: 50, 1: 50, 2: 50}


def test_what_is_lost_repeated_or_late_is_seen():
    blocks, reader = MarkedBlocks(letter(16), TAG, 0), MarkReader(TAG, Recorder())
    one, two, three, four = [blocks.take(10, NOW)[0] for _ in range(4)]

    for run in delivered(one + three + one + two):
        reader.take(run, NOW)

    ledger = reader.ledgers[0]
    assert four
    assert (ledger.received, ledger.duplicated, ledger.out_of_order, ledger.lost(40)) == (30, 10, 10, 10)


def test_what_others_send_is_counted_apart():
    reader = MarkReader(TAG, Recorder())
    other = MarkedBlocks(letter(16), TAG + 1, 0).take(30, NOW)[0]

    for run in delivered(other + b"PUB a 3\r\nabc\r\n"):
        reader.take(run, NOW)

    assert (reader.foreign, reader.ledgers) == (31, {})
