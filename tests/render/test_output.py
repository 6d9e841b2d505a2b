"""Standard output behind its writer: order, one write for many pieces, a bound that counts, failures told once."""

import errno
import io
import os
import sys
import threading
from contextlib import suppress

import pytest

from natscli.errors import NatsCliError, OutputClosedError
from natscli.messaging.writing import Writer
from natscli.render.output import StandardOutput, output_error, print_bytes, print_text, stdout, write_all
from tests.waiting import eventually


class Stream:
    """Takes bytes when it is let, and remembers each write."""

    def __init__(self, *, open_: bool = True, error: Exception | None = None, most: int | None = None) -> None:
        self.gate = threading.Event()
        self.writes: list[bytes] = []
        self.attempts = 0
        self._error = error
        self._most = most
        if open_:
            self.gate.set()

    def write(self, data: memoryview) -> int:
        self.attempts += 1
        assert self.gate.wait(10)
        if self._error is not None:
            raise self._error
        taken = bytes(data[: self._most])
        self.writes.append(taken)
        return len(taken)

    def flush(self) -> None:
        pass


class Rig:
    """An output in front of a stream, with what it reported."""

    def __init__(self, stream: object, **options: int) -> None:
        self.failures: list[Exception] = []
        self.finished = 0
        self.output = Writer(StandardOutput(stream), self.failures.append, self._count, **options)

    def _count(self) -> None:
        self.finished += 1

    def finish(self) -> None:
        self.output.finish()
        eventually(lambda: self.finished)


def test_what_is_written_comes_out_in_order_and_whole():
    stream = Stream()
    rig = Rig(stream)
    for number in range(5000):
        rig.output.write(b"%d\n" % number)
    rig.finish()

    assert b"".join(stream.writes) == b"".join(b"%d\n" % number for number in range(5000))
    assert rig.output.dropped == 0
    assert rig.failures == []


def test_what_waits_becomes_one_write():
    stream = Stream(open_=False)
    rig = Rig(stream)
    rig.output.write(b"first ")
    eventually(lambda: stream.attempts)
    for _ in range(100):
        rig.output.write(b"x")
    stream.gate.set()
    rig.finish()

    assert stream.writes == [b"first ", b"x" * 100]


def test_one_write_is_not_joined_without_end():
    stream = Stream(open_=False)
    rig = Rig(stream)
    rig.output.write(b"first")
    eventually(lambda: stream.attempts)
    for _ in range(8):
        rig.output.write(bytes(512 * 1024))
    stream.gate.set()
    rig.finish()

    assert [len(piece) for piece in stream.writes] == [5, *[1024 * 1024] * 4]


def test_a_stream_that_takes_little_at_a_time_gets_everything():
    stream = Stream(most=7)
    data = bytes(range(256)) * 3
    write_all(stream, data)

    assert b"".join(stream.writes) == data


def test_a_non_blocking_pipe_with_a_slow_reader_gets_everything():
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    data = os.urandom(1024 * 1024)
    with open(writing, "wb", buffering=0) as stream:
        rig = Rig(stream)
        rig.output.write(data)
        with open(reading, "rb") as reader:
            assert reader.read(len(data)) == data
        rig.finish()
    assert rig.failures == []


def test_it_is_full_above_its_limit_and_not_before():
    stream = Stream(open_=False)
    rig = Rig(stream, limit=10)
    assert not rig.output.full
    rig.output.write(bytes(10))
    assert not rig.output.full
    rig.output.write(b"x")
    assert rig.output.full

    stream.gate.set()
    eventually(lambda: not rig.output.full)
    rig.finish()


def filled(pipe: int) -> int:
    """Write into a pipe until it takes no more, and return how much it took."""
    os.set_blocking(pipe, False)
    size = 0
    with suppress(BlockingIOError):
        while True:
            size += os.write(pipe, bytes(4096))
    os.set_blocking(pipe, True)
    return size


def test_a_reader_that_never_reads_bounds_what_waits_and_every_message_is_accounted_for():
    reading, writing = os.pipe()
    before = filled(writing)
    with open(writing, "wb", buffering=0) as stream, open(reading, "rb") as reader:
        rig = Rig(stream, limit=300_000)
        shown = given_up = 0
        for _ in range(1000):
            if rig.output.full:
                rig.output.drop(3)
                given_up += 3
            else:
                rig.output.write(bytes(1000), 2)
                shown += 2
        assert shown == 602  # 300 kB in all, and what goes beyond
        assert rig.output.dropped == given_up + shown

        rig.output.finish()
        read = reader.read(before + shown // 2 * 1000)
        eventually(lambda: rig.finished)
        assert len(read) == before + shown // 2 * 1000
        assert rig.output.dropped == given_up


def test_messages_left_waiting_count_as_dropped():
    stream = Stream(open_=False)
    rig = Rig(stream)
    rig.output.write(b"in progress", 2)
    eventually(lambda: stream.attempts)
    rig.output.write(b"waiting", 3)
    rig.output.drop(4)

    assert rig.output.dropped == 9
    stream.gate.set()
    rig.finish()
    assert rig.output.dropped == 4


def test_what_comes_after_the_end_is_neither_written_nor_counted():
    stream = Stream()
    rig = Rig(stream)
    rig.output.write(b"in time")
    rig.finish()
    rig.output.write(b"too late", 5)
    rig.output.drop(5)

    assert stream.writes == [b"in time"]
    assert rig.output.dropped == 0


def test_finished_comes_once_behind_everything():
    stream = Stream(open_=False)
    rig = Rig(stream)
    for _ in range(10):
        rig.output.write(b"x")
    rig.output.finish()
    assert rig.finished == 0
    stream.gate.set()

    eventually(lambda: rig.finished)
    assert b"".join(stream.writes) == b"x" * 10
    assert rig.finished == 1


def test_finishing_with_nothing_written_is_told_too():
    rig = Rig(Stream())
    rig.finish()
    assert (rig.finished, rig.failures) == (1, [])


@pytest.mark.parametrize("number", [errno.EPIPE, errno.ESHUTDOWN])
def test_a_reader_that_went_away_is_told_once_and_nothing_more_is_tried(number):
    stream = Stream(error=OSError(number, "gone"))
    rig = Rig(stream)
    rig.output.write(b"one")
    eventually(lambda: rig.failures)
    rig.output.write(b"two")
    rig.finish()

    assert [type(error) for error in rig.failures] == [OutputClosedError]
    assert stream.attempts == 1


def test_a_real_pipe_without_a_reader_is_one_that_went_away():
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "wb", buffering=0) as stream:
        rig = Rig(stream)
        rig.output.write(b"to nobody")
        rig.finish()
    assert [type(error) for error in rig.failures] == [OutputClosedError]


def test_a_full_disk_is_our_error():
    with open("/dev/full", "wb", buffering=0) as stream:
        rig = Rig(stream)
        rig.output.write(b"too much")
        rig.finish()
    (error,) = rig.failures
    assert isinstance(error, NatsCliError)
    assert str(error) == "cannot write to standard output: no space left on device"
    assert error.exit_code == 1


def test_a_stream_that_was_closed_has_no_reader():
    rig = Rig(Stream(error=ValueError("I/O operation on closed file")))
    rig.output.write(b"x")
    rig.finish()
    assert [type(error) for error in rig.failures] == [OutputClosedError]


def test_a_failure_without_words_gets_those_of_the_system():
    assert str(output_error(OSError(errno.EIO, None))) == "cannot write to standard output: input/output error"


# -- writing at once -------------------------------------------------------------------------------


def _stdout_is(monkeypatch, stream) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(stream, encoding="ascii"))


def test_text_is_written_as_utf_8_whatever_the_locale(monkeypatch):
    written = io.BytesIO()
    _stdout_is(monkeypatch, written)
    print_text("größe \udcff")
    assert written.getvalue() == "größe \\udcff\n".encode()


@pytest.mark.parametrize(("number", "kind"), [(errno.EPIPE, OutputClosedError), (errno.ENOSPC, NatsCliError)])
def test_bytes_that_cannot_be_written_at_once_raise(number, kind, monkeypatch):
    class Broken(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, data) -> int:
            raise OSError(number, os.strerror(number))

    _stdout_is(monkeypatch, Broken())
    with pytest.raises(kind):
        print_bytes(b"x")


def test_standard_output_is_unbuffered_where_it_is_a_file(monkeypatch, tmp_path):
    with open(tmp_path / "out", "w") as file:
        monkeypatch.setattr(sys, "stdout", file)
        stdout().write(b"there")
        assert (tmp_path / "out").read_bytes() == b"there"
