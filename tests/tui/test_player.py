"""A recording is played by its own clock: in its gaps, faster, from any moment."""

import asyncio

import pytest

from natscli.errors import UsageError
from natscli.messaging.ndjson import encode_heading, encode_line, format_time
from natscli.tui.player import PlayerSource
from natscli.tui.source import State
from natscli.wire.message import Message
from tests.waiting import eventually_async

START_NS = 1_800_000_000 * 10**9


@pytest.fixture
def recording(tmp_path):
    """A minute of two messages a second, and a line that is none."""
    path = tmp_path / "minute.ndjson"
    lines = [encode_heading([">"], format_time(START_NS))]
    for number in range(120):
        message = Message(b"tick.%d" % (number % 2), b'{"n": %d}' % number)
        lines.append(encode_line(message, format_time(START_NS + number * 500_000_000)))
    lines.insert(10, b"rubbish\n")
    path.write_bytes(b"".join(lines))
    return str(path)


def played(recording, play):
    async def run():
        source = PlayerSource([recording])
        await source.start()
        try:
            return await play(source)
        finally:
            await source.stop()

    return asyncio.run(run())


async def until(condition):
    await eventually_async(condition, 20)


def count(source):
    source.tick()
    return source.registry.totals().messages


def test_it_goes_as_fast_as_it_is_told_to(recording):
    async def play(source):
        source.speed = 100.0
        await until(lambda: source.standing().state is State.ENDED)
        assert count(source) == 120
        assert source.registry.totals().elapsed_s == pytest.approx(59.5, abs=0.6)
        assert list(source.news) == [
            f"'{recording}' line 11: it is not JSON: expecting value at column 1; it is passed over"
        ]
        assert source.wall_s(2.0) == 1_800_000_002

    played(recording, play)


def test_it_goes_on_and_back_and_counts_no_message_twice(recording):
    async def play(source):
        await source.toggle()
        assert source.standing().state is State.HALTED
        before = source.registry
        source.seek(30)
        await until(lambda: source.standing().play.position_s >= 30)
        assert count(source) in (60, 61, 62)
        assert source.registry is before
        source.seek(-20)
        await until(lambda: 10 <= source.standing().play.position_s < 11)
        assert count(source) in (20, 21, 22)
        assert source.registry is not before
        source.seek(1000)
        await until(lambda: source.standing().state is State.ENDED)
        assert count(source) == 120
        await source.toggle()
        await until(lambda: source.standing().state is not State.ENDED)

    played(recording, play)


def test_speeds(recording):
    async def play(source):
        assert source.speed == 1.0
        source.change_speed(1)
        assert source.speed == 2.0
        source.change_speed(-99)
        assert source.speed == 0.1
        source.change_speed(99)
        assert source.speed == 100.0

    played(recording, play)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        PlayerSource([str(tmp_path / "none")])
