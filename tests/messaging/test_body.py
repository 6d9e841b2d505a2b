"""Bodies: where they come from, and how standard input is cut into messages."""

import asyncio
import io
import os
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.errors import NatsCliError, UsageError
from natscli.messaging.body import LARGEST_BODY, SendOn, is_typed, parse_header, read_body, read_messages
from tests.waiting import eventually


class _Untouchable(io.RawIOBase):
    def read(self, size: int = -1) -> bytes:
        raise AssertionError("standard input was read")


class _InPieces(io.RawIOBase):
    """Gives what a pipe would: the pieces it is made of."""

    def __init__(self, pieces):
        self._pieces = iter(pieces)

    def read(self, size: int = -1) -> bytes:
        return next(self._pieces, b"")


def _body(argument, stdin=b"", *, is_terminal=False) -> bytes:
    return read_body(argument, io.BytesIO(stdin), is_terminal=is_terminal)


def _messages(stdin, send_on) -> list[bytes]:
    async def collect():
        return [message async for batch in read_messages(stdin, send_on) for message in batch]

    return asyncio.run(collect())


@pytest.mark.parametrize(
    ("argument", "body"),
    [
        ("hi", b"hi"),
        ("", b""),
        ("@@file", b"@file"),
        ("@@", b"@"),
        ("a@b", b"a@b"),
        ("h\u00e9", b"h\xc3\xa9"),
        ("\udcff", b"\xff"),
    ],
)
@pytest.mark.parametrize("is_terminal", [False, True])
def test_a_typed_body_leaves_standard_input_untouched(argument, body, is_terminal):
    assert read_body(argument, _Untouchable(), is_terminal=is_terminal) == body


@pytest.mark.parametrize("argument", [None, "-"])
def test_what_is_piped_in_is_kept_byte_for_byte(argument):
    assert _body(argument, b"\x00a\r\nb\n\n\xff") == b"\x00a\r\nb\n\n\xff"


def test_a_terminal_is_read_only_for_a_dash():
    assert _body("-", b"typed", is_terminal=True) == b"typed"
    with pytest.raises(UsageError, match="no body to send"):
        _body(None, b"typed", is_terminal=True)


def test_a_file_is_read_byte_for_byte(tmp_path, isolated):
    (tmp_path / "body").write_bytes(b"\x00\r\n\xff")
    (isolated / "at home").write_bytes(b"home")

    assert _body(f"@{tmp_path}/body") == b"\x00\r\n\xff"
    assert _body("@~/at home") == b"home"


@pytest.mark.parametrize(
    ("name", "reason"), [("absent", "no such file or directory"), (".", "is a directory"), ("", "no such file")]
)
def test_a_file_that_cannot_be_read_is_a_usage_error_and_says_how_to_escape(name, reason):
    with pytest.raises(UsageError, match=reason) as refusal:
        _body(f"@{name}")

    assert refusal.value.hint == f"a body that begins with @ is written @@{name}"


def test_a_body_that_no_server_takes_is_a_failure(tmp_path):
    with open(tmp_path / "large", "wb") as file:
        file.truncate(LARGEST_BODY + 1)

    with pytest.raises(NatsCliError, match=r"more than 64\.0 MiB") as failure:
        _body(f"@{tmp_path}/large")

    assert failure.value.exit_code == 1


def test_standard_input_that_cannot_be_read_is_a_usage_error():
    class Broken(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(UsageError, match="standard input cannot be read: input/output error"):
        read_body("-", Broken(), is_terminal=False)
    with pytest.raises(UsageError, match="standard input cannot be read: input/output error"):
        _messages(Broken(), SendOn.NEWLINE)


@pytest.mark.parametrize(
    ("argument", "typed"),
    [("hi", True), ("", True), ("@@x", True), ("@x", False), ("@", False), ("-", False), ("--", True), (None, False)],
)
def test_a_body_is_typed_unless_it_names_where_it_is(argument, typed):
    assert is_typed(argument) is typed


@pytest.mark.parametrize(
    ("stdin", "messages"),
    [
        (b"", []),
        (b"a", [b"a"]),
        (b"a\n", [b"a"]),
        (b"a\nb", [b"a", b"b"]),
        (b"a\r\nb\r", [b"a", b"b"]),
        (b"\n", [b""]),
        (b"a\n\nb\n", [b"a", b"", b"b"]),
        (b"a\rb\x00\xff\n", [b"a\rb\x00\xff"]),
        (b"a\r\r\n", [b"a\r"]),
    ],
)
def test_a_line_is_a_message(stdin, messages):
    assert _messages(io.BytesIO(stdin), SendOn.NEWLINE) == messages


@pytest.mark.parametrize(
    ("stdin", "messages"),
    [(b"", []), (b"a\n\x00b\r", [b"a\n", b"b\r"]), (b"a\x00", [b"a"]), (b"\x00\x00", [b"", b""])],
)
def test_a_nul_ends_a_message(stdin, messages):
    assert _messages(io.BytesIO(stdin), SendOn.NUL) == messages


@given(st.lists(st.binary(min_size=1, max_size=5)), st.sampled_from([SendOn.NEWLINE, SendOn.NUL]))
def test_it_does_not_matter_how_standard_input_comes_in_pieces(pieces, send_on):
    assert _messages(_InPieces(pieces), send_on) == _messages(io.BytesIO(b"".join(pieces)), send_on)


def test_messages_come_when_they_are_complete_and_not_later():
    reading, writing = os.pipe()
    seen = []

    async def follow(stdin):
        async for batch in read_messages(stdin, SendOn.NEWLINE):
            seen.append(batch)  # noqa: PERF401 - each when it comes

    def read():
        with open(reading, "rb") as stdin:
            asyncio.run(follow(stdin))

    thread = threading.Thread(target=read)
    thread.start()
    try:
        os.write(writing, b"first\nsec")
        eventually(lambda: seen == [[b"first"]])
        os.write(writing, b"ond\n")
        eventually(lambda: seen == [[b"first"], [b"second"]])
    finally:
        os.close(writing)
        thread.join()


@pytest.mark.parametrize("send_on", SendOn)
def test_input_that_somebody_made_non_blocking_is_read_to_its_end(send_on):
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    seen = []

    def read():
        with open(reading, "rb") as stdin:
            if send_on is SendOn.EOF:
                seen.append(read_body("-", stdin, is_terminal=False))
            else:
                seen.append(b"".join(_messages(stdin, send_on)))

    thread = threading.Thread(target=read)
    thread.start()
    try:
        os.write(writing, b"first ")
        eventually(lambda: not _readable(reading))
        os.write(writing, b"second")
    finally:
        os.close(writing)
        thread.join()
    assert seen == [b"first second"]


def _readable(descriptor: int) -> bool:
    import fcntl
    import termios

    return fcntl.ioctl(descriptor, termios.FIONREAD, b"\0" * 4) != b"\0" * 4


def test_a_message_without_an_end_is_refused_before_it_fills_the_memory():
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return b"x" * size

    endless = Endless()
    started = time.monotonic()

    with pytest.raises(NatsCliError, match=r"exceeds 64\.0 MiB") as failure:
        _messages(endless, SendOn.NEWLINE)

    assert failure.value.exit_code == 1
    assert endless.given < 2 * LARGEST_BODY
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("A:1", ("A", "1")),
        ("A: 1 ", ("A", "1")),
        (" A :1", ("A", "1")),
        ("A:", ("A", "")),
        ("A:b:c", ("A", "b:c")),
        ("a-B:x y", ("a-B", "x y")),
    ],
)
def test_a_header_is_split_at_its_first_colon(text, pair):
    assert parse_header(text) == pair


@pytest.mark.parametrize("text", ["", "A", ":1", " : 1"])
def test_what_has_no_name_and_colon_is_no_header(text):
    with pytest.raises(ValueError, match="is not a header: it has the form Name:value"):
        parse_header(text)
