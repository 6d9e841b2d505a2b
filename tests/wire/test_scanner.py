"""What a server sends is cut into messages and control lines, and nothing it sends raises."""

import pytest

from natscli.wire import scanner as module
from natscli.wire.message import Control, Message, Run
from natscli.wire.scanner import MAX_CONTROL_LINE, MAX_FRAME, MAX_INFO_LINE, ProtocolError, Scanner, control_lines

Flat = list[tuple[int, Message] | Control]

INFO = b'INFO {"server_id":"A","max_payload":1048576}'
BLOCK = b"NATS/1.0\r\nA: 1\r\n\r\n"


def flat(events: list[Run | Control]) -> Flat:
    """Return events without the cuts between runs, which depend on how the bytes arrived."""
    found: Flat = []
    for event in events:
        found.extend([(event.sid, message) for message in event] if isinstance(event, Run) else [event])
    return found


def feed(scanner: Scanner, *chunks: bytes) -> Flat:
    return [event for chunk in chunks for event in flat(scanner.feed(chunk))]


def bytewise(data: bytes) -> list[bytes]:
    return [data[i : i + 1] for i in range(len(data))]


def msg(payload: bytes, subject: bytes = b"foo", sid: int = 1, reply: bytes = b"") -> bytes:
    fields = [b"MSG", subject, b"%d" % sid, reply, b"%d" % len(payload)]
    return b" ".join(filter(None, fields)) + b"\r\n" + payload + b"\r\n"


CASES: dict[str, tuple[bytes, Flat]] = {
    "nothing": (b"", []),
    "message": (b"MSG foo 1 5\r\nhello\r\n", [(1, Message(b"foo", b"hello"))]),
    "reply": (b"MSG foo 9 _I.x 2\r\nhi\r\n", [(9, Message(b"foo", b"hi", b"_I.x"))]),
    "empty payload": (b"MSG foo 1 0\r\n\r\n", [(1, Message(b"foo", b""))]),
    "empty payload and reply": (b"MSG foo 1 r 0\r\n\r\n", [(1, Message(b"foo", b"", b"r"))]),
    "payload of line ends": (b"MSG a 1 4\r\n\r\n\r\n\r\n", [(1, Message(b"a", b"\r\n\r\n"))]),
    "payload like a message": (msg(b"MSG b 2 1\r\nx\r\n"), [(1, Message(b"foo", b"MSG b 2 1\r\nx\r\n"))]),
    "payload like a ping": (msg(b"PING\r\n"), [(1, Message(b"foo", b"PING\r\n"))]),
    "payload of every byte": (msg(bytes(range(256))), [(1, Message(b"foo", bytes(range(256))))]),
    "subject not UTF-8": (msg(b"x", b"f\xff\x0b\x0c"), [(1, Message(b"f\xff\x0b\x0c", b"x"))]),
    "same line twice": (msg(b"a") + msg(b"b"), [(1, Message(b"foo", b"a")), (1, Message(b"foo", b"b"))]),
    "same line with replies": (
        msg(b"a", reply=b"r") + msg(b"b", reply=b"s"),
        [(1, Message(b"foo", b"a", b"r")), (1, Message(b"foo", b"b", b"s"))],
    ),
    "two subscriptions": (
        msg(b"a", sid=1) + msg(b"b", sid=2) + msg(b"c", sid=1),
        [(1, Message(b"foo", b"a")), (2, Message(b"foo", b"b")), (1, Message(b"foo", b"c"))],
    ),
    "headers": (
        b"HMSG a 1 %d %d\r\n%bhi\r\n" % (len(BLOCK), len(BLOCK) + 2, BLOCK),
        [(1, Message(b"a", b"hi", b"", BLOCK))],
    ),
    "headers and reply": (
        b"HMSG a 1 r 12 12\r\nNATS/1.0\r\n\r\n\r\n",
        [(1, Message(b"a", b"", b"r", b"NATS/1.0\r\n\r\n"))],
    ),
    "no responders": (
        b"HMSG _I.1 3 16 16\r\nNATS/1.0 503\r\n\r\n\r\n",
        [(3, Message(b"_I.1", b"", b"", b"NATS/1.0 503\r\n\r\n"))],
    ),
    "headers that are none": (b"HMSG a 1 3 4\r\n\x00\xff\r!\r\n", [(1, Message(b"a", b"!", b"", b"\x00\xff\r"))]),
    "no header bytes": (b"HMSG a 1 0 2\r\nhi\r\n", [(1, Message(b"a", b"hi"))]),
    "info": (INFO + b"\r\n", [Control(b"INFO", INFO[5:])]),
    "ping and pong": (b"PING\r\nPONG\r\n", [Control(b"PING", b""), Control(b"PONG", b"")]),
    "lower case": (b"ping\r\ninfo {}\r\n", [Control(b"PING", b""), Control(b"INFO", b"{}")]),
    "ok says nothing": (b"+OK\r\n+OK\r\nPING\r\n", [Control(b"PING", b"")]),
    "error": (b"-ERR 'Stale Connection'\r\n", [Control(b"-ERR", b"'Stale Connection'")]),
    "ping between messages": (
        msg(b"a") + b"PING\r\n" + msg(b"b"),
        [(1, Message(b"foo", b"a")), Control(b"PING", b""), (1, Message(b"foo", b"b"))],
    ),
}
by_case = pytest.mark.parametrize(("data", "expected"), CASES.values(), ids=CASES.keys())


@by_case
def test_bytes_fed_whole_give_the_events(data: bytes, expected: Flat) -> None:
    scanner = Scanner()
    assert feed(scanner, data) == expected
    assert scanner.error is None


@by_case
def test_bytes_fed_one_by_one_give_the_same_events(data: bytes, expected: Flat) -> None:
    scanner = Scanner()
    assert feed(scanner, *bytewise(data)) == expected
    assert scanner.error is None


@by_case
@pytest.mark.parametrize("cut", [1, 3, 13, 16])
def test_an_unfinished_tail_waits_for_its_rest(data: bytes, expected: Flat, cut: int) -> None:
    scanner, last = Scanner(), b"MSG tail 7 4\r\nrest\r\n"
    assert feed(scanner, data + last[:cut]) == expected
    assert feed(scanner, b"", last[cut:]) == [(7, Message(b"tail", b"rest"))]


@by_case
def test_bytes_after_many_others_give_the_same_events(data: bytes, expected: Flat) -> None:
    before = msg(b"first", sid=5) * 3
    assert feed(Scanner(), before + data)[3:] == expected


BAD = {
    "unknown": b"HTTP/1.1 400 Bad Request\r\n",
    "empty line": b"\r\n",
    "too few fields": b"MSG foo 1\r\n",
    "too many fields": b"MSG foo 1 r 5 5\r\nhello\r\n",
    "HMSG too few fields": b"HMSG foo 1 5\r\nhello\r\n",
    "HMSG too many fields": b"HMSG foo 1 r 1 5 5\r\nhello\r\n",
    "plus": b"MSG foo 1 +1\r\nx\r\n",
    "underscore": b"MSG foo 1 1_0\r\n0123456789\r\n",
    "space behind": b"MSG foo 1 1 \r\nx\r\n",
    "space before": b"MSG foo  1 1\r\nx\r\n",
    "minus": b"MSG foo 1 -1\r\nx\r\n",
    "hexadecimal": b"MSG foo 1 0x1\r\nx\r\n",
    "fraction": b"MSG foo 1 1.0\r\nx\r\n",
    "tab": b"MSG foo 1 \t1\r\nx\r\n",
    "digit of another script": "MSG foo 1 ١\r\nx\r\n".encode(),
    "huge": b"MSG foo 1 " + b"9" * 5000 + b"\r\n",
    "19 digits": b"MSG foo 1 1000000000000000000\r\n",
    "bad sid": b"MSG foo x 1\r\nx\r\n",
    "negative sid": b"MSG foo -1 1\r\nx\r\n",
    "huge sid": b"MSG foo " + b"9" * 19 + b" 1\r\nx\r\n",
    "bad header size": b"HMSG foo 1 x 5\r\nhello\r\n",
    "negative header size": b"HMSG foo 1 -1 5\r\nhello\r\n",
    "headers over the total": b"HMSG foo 1 6 5\r\nhello\r\n",
    "frame over the limit": b"MSG foo 1 %d\r\n" % (MAX_FRAME + 1),
    "payload longer than said": b"MSG foo 1 1\r\nxyz\r\n",
    "payload without line end": b"MSG foo 1 1\r\nx\nPING\r\n",
    "lower case message": b"msg foo 1 1\r\nx\r\n",
}
by_bad = pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())


@by_bad
@pytest.mark.parametrize("split", [False, True], ids=["whole", "byte by byte"])
def test_malformed_bytes_set_the_error_and_raise_nothing(bad: bytes, split: bool) -> None:
    scanner = Scanner()
    assert feed(scanner, *(bytewise(bad) if split else [bad])) == []
    assert isinstance(scanner.error, ProtocolError)


@by_bad
@pytest.mark.parametrize("split", [False, True], ids=["whole", "byte by byte"])
def test_events_before_an_error_are_kept_and_those_after_it_are_not(bad: bytes, split: bool) -> None:
    data = msg(b"a") + b"PING\r\n" + msg(b"b") + msg(b"c") + bad + msg(b"late")
    scanner = Scanner()
    messages = feed(scanner, *(bytewise(data) if split else [data]))
    assert messages == [
        (1, Message(b"foo", b"a")),
        Control(b"PING", b""),
        (1, Message(b"foo", b"b")),
        (1, Message(b"foo", b"c")),
    ]
    assert isinstance(scanner.error, ProtocolError)


def test_after_an_error_nothing_is_looked_at() -> None:
    scanner = Scanner()
    scanner.feed(b"nonsense\r\n")
    error = scanner.error
    assert scanner.feed(msg(b"x")) == []
    assert scanner.error is error


def test_a_number_of_eighteen_digits_is_a_subscription() -> None:
    assert feed(Scanner(), b"MSG foo 999999999999999999 1\r\nx\r\n") == [(10**18 - 1, Message(b"foo", b"x"))]


@pytest.mark.parametrize("size", [64 * 1024 - 20, 64 * 1024, 64 * 1024 + 1, 300_000, 1024 * 1024])
@pytest.mark.parametrize("read", [1000, 65536, 10**7])
def test_big_frames_are_gathered(size: int, read: int) -> None:
    payload = bytes(size % 251 for size in range(size))
    data = msg(b"before") + msg(payload, b"big") + msg(b"after") + b"PONG\r\n"
    scanner = Scanner()
    assert feed(scanner, *(data[i : i + read] for i in range(0, len(data), read))) == [
        (1, Message(b"foo", b"before")),
        (1, Message(b"big", payload)),
        (1, Message(b"foo", b"after")),
        Control(b"PONG", b""),
    ]


def test_the_bytes_of_a_big_frame_are_copied_once_and_not_with_every_read() -> None:
    class Read(bytes):
        def __radd__(self, other: bytes) -> bytes:
            raise AssertionError("appended to what was kept")

    data = msg(b"x" * 200_000)
    reads = [Read(data[i : i + 1000]) for i in range(0, len(data), 1000)]
    assert feed(Scanner(), *reads) == [(1, Message(b"foo", b"x" * 200_000))]


@pytest.mark.parametrize("missing", range(6))
def test_a_big_frame_waits_for_its_last_byte(missing: int) -> None:
    data = msg(b"x" * 100_000)
    cut = len(data) - missing
    scanner = Scanner()
    assert len(feed(scanner, data[:70_000], data[70_000:cut])) == (missing == 0)
    assert len(feed(scanner, data[cut:])) == (missing > 0)


def test_a_big_frame_with_a_wrong_end_is_an_error_after_what_came_before() -> None:
    data = msg(b"a") + msg(b"x" * 100_000)[:-2] + b"!!"
    scanner = Scanner()
    assert feed(scanner, data[:50_000], data[50_000:]) == [(1, Message(b"foo", b"a"))]
    assert isinstance(scanner.error, ProtocolError)


@pytest.mark.parametrize(
    ("head", "limit"),
    [
        (b"-ERR ", MAX_CONTROL_LINE),
        (b"MSG foo 1 ", MAX_CONTROL_LINE),
        (b"INFO ", MAX_INFO_LINE),
        (b"info ", MAX_INFO_LINE),
    ],
)
@pytest.mark.parametrize("read", [4099, 10**7])
@pytest.mark.parametrize("ended", [True, False])
def test_a_line_over_its_limit_is_refused_however_it_is_cut(head: bytes, limit: int, read: int, ended: bool) -> None:
    data = msg(b"kept") + head.ljust(limit + 1, b"x") + (b"\r\n" if ended else b"")
    scanner = Scanner()
    assert feed(scanner, *(data[i : i + read] for i in range(0, len(data), read))) == [(1, Message(b"foo", b"kept"))]
    assert str(scanner.error) == "a control line is too long"


@pytest.mark.parametrize(
    ("head", "limit"), [(b"-ERR ", MAX_CONTROL_LINE), (b"INFO ", MAX_INFO_LINE), (b"info ", MAX_INFO_LINE)]
)
@pytest.mark.parametrize("short", [0, 1, 2, 3])
def test_a_line_at_its_limit_is_read_however_it_is_cut(head: bytes, limit: int, short: int) -> None:
    line = head.ljust(limit, b"x")
    data = line + b"\r\n"
    scanner = Scanner()
    cut = len(data) - short
    assert feed(scanner, data[:cut], data[cut:]) == [Control(head.strip().upper(), line[5:])]


def test_a_frame_at_its_limit_is_awaited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_FRAME", 1000)
    assert feed(Scanner(), msg(b"x" * 1000)) == [(1, Message(b"foo", b"x" * 1000))]
    scanner = Scanner()
    assert feed(scanner, msg(b"x" * 1001)) == []
    assert str(scanner.error) == "a message line has impossible sizes"


def test_runs_are_split_by_subscription_and_by_control_lines() -> None:
    data = (
        msg(b"a") + msg(b"b", b"bar") + msg(b"c", sid=2) + msg(b"d", sid=2) + b"PING\r\n" + msg(b"e", sid=2) + msg(b"f")
    )
    shape = [(e.sid, list(e.payloads)) if isinstance(e, Run) else e.op for e in Scanner().feed(data)]
    assert shape == [(1, [b"a", b"b"]), (2, [b"c", b"d"]), b"PING", (2, [b"e"]), (1, [b"f"])]


def test_a_run_has_columns_only_for_what_some_message_has() -> None:
    (plain,) = Scanner().feed(msg(b"a") + msg(b"b"))
    (replied,) = Scanner().feed(msg(b"a") + msg(b"b", reply=b"r"))
    (headed,) = Scanner().feed(msg(b"a") + b"HMSG foo 1 12 13\r\nNATS/1.0\r\n\r\nb\r\n")
    assert isinstance(plain, Run)
    assert isinstance(replied, Run)
    assert isinstance(headed, Run)
    assert (plain.replies, plain.headers) == (None, None)
    assert (replied.replies, replied.headers) == ([b"", b"r"], None)
    assert (headed.replies, headed.headers) == (None, [b"", b"NATS/1.0\r\n\r\n"])


def test_more_lines_than_are_remembered_are_read_right() -> None:
    subjects = [b"s.%d" % n for n in range(10_000)] * 2
    events = feed(Scanner(), b"".join(msg(subject, subject) for subject in subjects))
    assert events == [(1, Message(subject, subject)) for subject in subjects]


def test_memory_for_lines_is_bounded_and_not_spent_on_those_with_replies() -> None:
    scanner = Scanner()
    scanner.feed(b"".join(msg(b"x", reply=b"_INBOX.%d" % n) for n in range(5000)))
    assert len(scanner._heads) == 0
    scanner.feed(b"".join(msg(b"x", b"s.%d" % n) for n in range(20_000)))
    assert 0 < len(scanner._heads) <= 4096


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", []),
        (b"PING\r\n", [b"PING"]),
        (b"PUB a 0\r\n\r\nPING\r\n", [b"PUB a 0", b"PING"]),
        (b"PUB a r 12\r\nx\r\nPUB b 1\r\n\r\nPING\r\n", [b"PUB a r 12", b"PING"]),
        (b"HPUB a 12 18\r\nNATS/1.0\r\n\r\nPING\r\n\r\nUNSUB 1\r\n", [b"HPUB a 12 18", b"UNSUB 1"]),
        (b"CONNECT {}\r\nSUB PUB q 1\r\nPONG\r\n", [b"CONNECT {}", b"SUB PUB q 1", b"PONG"]),
    ],
)
def test_control_lines_leave_payloads_out(data: bytes, lines: list[bytes]) -> None:
    assert control_lines(data) == lines
