"""What a server sends, cut into runs of messages and control lines.

Strategy: work on one chunk as a whole.  Frames that repeat one control line are taken together
(``natscli.wire.stretch``), and messages with replies of their own are split many at a time
(``natscli.wire.deliveries``).  Otherwise ``find`` locates the end of a control line, a dictionary
remembers control lines already taken apart (a subject's line recurs with every message of the same
size; a second one remembers them without the size, for traffic of many sizes), and messages of one
subscription are collected in columns until another subscription, a control line or the end of the
chunk ends the run.  Order is kept: a PING in the middle of messages comes out in the middle.  Only
declared sizes decide where a payload ends; a payload may contain CRLF or look like a control line.

A frame larger than ``BIG_FRAME`` that is not complete is gathered in a list and joined once, since
``tail + chunk`` again and again would cost the square of its size (32 MiB in 64 KiB reads: 365 ms
against 30 ms).  Buffers are bounded: a control line by ``MAX_CONTROL_LINE`` (an INFO, which lists a
cluster's addresses, by ``MAX_INFO_LINE``), a frame by ``MAX_FRAME``.
"""

from natscli.wire.deliveries import SMALL, WINDOW, split_deliveries
from natscli.wire.message import Control, Run
from natscli.wire.stretch import SHORTEST, Frames, count_frames

MAX_CONTROL_LINE = 64 * 1024  # the server's own default is 4 KiB, and it can be raised
MAX_INFO_LINE = 1024 * 1024
MAX_FRAME = 80 * 1024 * 1024  # the server allows payloads up to 64 MiB
BIG_FRAME = 64 * 1024
_CACHED_LINES = 4096

_Head = tuple[int, bytes, bytes, int, int]  # sid, subject, reply, header bytes, total bytes


class ProtocolError(Exception):
    """The bytes are not what a NATS server sends."""


class Scanner:
    """Turns chunks of bytes into ``Run`` and ``Control`` events.

    After a protocol error, ``feed`` still returns the events before it and sets ``error``; what
    follows the error is not looked at.
    """

    def __init__(self) -> None:
        self.error: ProtocolError | None = None
        self._tail = b""
        self._parts: list[bytes] = []
        self._missing = 0
        self._heads: dict[bytes, _Head] = {}
        self._begins: dict[bytes, tuple[int, bytes, int]] = {}  # sid, subject, header bytes
        self._numbers = _Numbers()

    def feed(self, chunk: bytes) -> list[Run | Control]:
        """Return what ``chunk`` completes, in order."""
        if self.error is not None:
            return []
        if self._parts:
            self._parts.append(chunk)
            self._missing -= len(chunk)
            if self._missing > 0:
                return []
            chunk = b"".join(self._parts)
            self._parts = []
        elif self._tail:
            chunk = self._tail + chunk
        self._tail = b""
        events: list[Run | Control] = []
        try:
            self._scan(chunk, events)
        except ProtocolError as error:
            self.error = error
        return events

    def _scan(self, data: bytes, events: list[Run | Control]) -> None:
        run = _Columns()
        try:
            self._collect(data, run, events)
        finally:  # also when a protocol error ends it: what came before the error is delivered
            run.end(events)

    def _collect(self, data: bytes, run: "_Columns", events: list[Run | Control]) -> None:
        """The hot loop: a handful of bytecodes per message, and where there is no reply no call but C-level ones."""
        position, end = 0, len(data)
        find, head_of, fill = data.find, self._heads.get, _fill
        subjects, payloads, replies, headers = run.subjects, run.payloads, run.replies, run.headers
        shortest = SHORTEST - 1
        split_from = 0  # where it is worth while again to split many messages with replies at once
        while (line_end := find(b"\r\n", position)) >= 0:
            line = data[position:line_end]
            head = head_of(line) or self._take_apart(line, run, events)
            start = line_end + 2
            if head is None:
                position = start
                continue
            sid, subject, reply, header_size, size = head
            stop = start + size
            if stop + 2 > end:
                self._keep_frame(data, position, stop + 2)
                return
            repeats = data.startswith(line, position + (stop + 2 - position) * shortest)
            if repeats and (behind := _take_stretch(data, position, start, head, run, events)):
                position = behind
                continue
            if sid != run.sid:
                run.begin(sid, events)
            if reply and size <= SMALL and position >= split_from:
                if behind := _take_deliveries(data, position, run):
                    position = behind
                    continue
                split_from = position + WINDOW
            if data[stop : stop + 2] != b"\r\n":
                raise ProtocolError("a payload is not followed by a line end")
            subjects.append(subject)
            if reply:
                fill(replies, payloads).append(reply)
            if header_size:
                fill(headers, payloads).append(data[start : start + header_size])
            payloads.append(data[start + header_size : stop])
            position = stop + 2
        self._keep_line(data, position)

    def _take_apart(self, line: bytes, run: "_Columns", events: list[Run | Control]) -> _Head | None:
        """Read a line that has not come before; None for one that is no message's, which ends the run as an event.

        Lines without a reply recur: the whole line where sizes are few, all but the size where they are many.
        Those that a stream delivers have replies that never do.
        """
        if line[:4] != b"MSG " and line[:5] != b"HMSG ":
            run.end(events)
            if (control := _control(line)) is not None:
                events.append(control)
            return None
        if len(line) > MAX_CONTROL_LINE:
            raise ProtocolError("a control line is too long")
        number_of = self._numbers
        begin, _, digits = line.rpartition(b" ")
        known = self._begins.get(begin)
        if known is not None:
            sid, subject, header_size = known
            size, reply = number_of[digits], b""
        else:
            fields = line.split(b" ")
            if len(fields) != 5 or fields[0] != b"MSG":
                return self._learn(line, begin, fields)
            header_size = 0
            _, subject, sid_digits, reply, digits = fields
            sid, size = number_of[sid_digits], number_of[digits]
        if header_size > size or size > MAX_FRAME:
            raise ProtocolError("a message line has impossible sizes")
        return (sid, subject, reply, header_size, size)

    def _learn(self, line: bytes, begin: bytes, fields: list[bytes]) -> _Head:
        """Read a line by its fields; one without a reply is remembered, whole and without its size."""
        number_of = self._numbers
        numbers = 1 if fields[0] == b"MSG" else 2
        named = len(fields) - numbers  # the operation, the subject, the subscription, and perhaps a reply
        if not 3 <= named <= 4:
            raise ProtocolError("a message line has the wrong number of fields")
        header_size = number_of[fields[-2]] if numbers == 2 else 0
        subject, sid, size = fields[1], number_of[fields[2]], number_of[fields[-1]]
        if header_size > size or size > MAX_FRAME:
            raise ProtocolError("a message line has impossible sizes")
        if named == 4:
            return (sid, subject, fields[3], header_size, size)
        if len(self._heads) >= _CACHED_LINES:
            self._heads.clear()
        if len(self._begins) >= _CACHED_LINES:
            self._begins.clear()
        head = self._heads[line] = (sid, subject, b"", header_size, size)
        self._begins[begin] = (sid, subject, header_size)
        return head

    def _keep_line(self, data: bytes, position: int) -> None:
        """Hold an unfinished control line until more comes."""
        self._tail = data[position:]
        _check_length(self._tail.removesuffix(b"\r"))

    def _keep_frame(self, data: bytes, position: int, stop: int) -> None:
        """Hold an unfinished message until more comes."""
        if stop - position > BIG_FRAME:
            self._parts = [data[position:]]
            self._missing = stop - len(data)
        else:
            self._tail = data[position:]


class _Columns:
    """The messages of a run that is being collected; the lists stay the same, and are emptied."""

    __slots__ = ("headers", "payloads", "replies", "sid", "subjects")

    def __init__(self) -> None:
        self.sid = -1
        self.subjects: list[bytes] = []
        self.payloads: list[bytes] = []
        self.replies: list[bytes] = []  # up to the last message that has one, as the headers are
        self.headers: list[bytes] = []

    def begin(self, sid: int, events: list[Run | Control]) -> None:
        """End the run of another subscription."""
        self.end(events)
        self.sid = sid

    def end(self, events: list[Run | Control]) -> None:
        """Add the run to the events, if it has messages, and begin a new one."""
        if self.payloads:
            extras: list[list[bytes] | None] = []
            for column in (self.replies, self.headers):
                if column:
                    _fill(column, self.payloads)
                extras.append(column.copy() or None)
                column.clear()
            events.append(Run(self.sid, self.subjects.copy(), self.payloads.copy(), *extras))
            self.subjects.clear()
            self.payloads.clear()
        self.sid = -1


def _fill(column: list[bytes], others: list[bytes]) -> list[bytes]:
    """Make a column as long as the others, and return it: the messages between have nothing there."""
    if len(column) < len(others):
        column += [b""] * (len(others) - len(column))
    return column


def _take_stretch(
    data: bytes, position: int, start: int, head: _Head, run: _Columns, events: list[Run | Control]
) -> int:
    """Take the frames that repeat the line at ``position`` as one run; return where they end, 0 if they are too few."""
    sid, subject, reply, header_size, size = head
    count = count_frames(data, position, data[position:start], size)
    if not count:
        return 0
    run.end(events)
    frames = Frames(data, position, count, start - position, header_size, size)
    events.append(Run.of_frames(sid, subject, reply, frames))
    return frames.stop


def _take_deliveries(data: bytes, position: int, run: _Columns) -> int:
    """Split many messages with replies at once; return where they end, 0 if they cannot be."""
    many = split_deliveries(data, position, MAX_CONTROL_LINE, MAX_FRAME)
    if many is None:
        return 0
    replies = _fill(run.replies, run.payloads)
    run.subjects += many.subjects
    replies += many.replies
    run.payloads += many.payloads
    return many.stop


class _Numbers(dict[bytes, int]):
    """Numbers by their digits, read once."""

    def __missing__(self, digits: bytes) -> int:
        number = _number(digits)
        if len(self) < _CACHED_LINES:
            self[digits] = number
        return number


def _check_length(line: bytes) -> None:
    if len(line) > MAX_CONTROL_LINE and (len(line) > MAX_INFO_LINE or line[:4].upper() != b"INFO"):
        raise ProtocolError("a control line is too long")


def _number(field: bytes) -> int:
    if not field.isdigit() or len(field) > 18:  # int() alone would take '+1', '1_0' and ' 1'
        raise ProtocolError("a message line has no number where one belongs")
    return int(field)


def _control(line: bytes) -> Control | None:
    """Read a line that is not a message; +OK says nothing and is None."""
    _check_length(line)
    op, _, argument = line.partition(b" ")
    op = op.upper()
    if op in (b"PING", b"PONG", b"INFO", b"-ERR"):
        return Control(op, argument.strip(b" \t"))
    if op == b"+OK":
        return None
    raise ProtocolError("not the NATS protocol")


def control_lines(data: bytes) -> list[bytes]:
    """Return the control lines of whole frames that a client is about to send, payloads left out."""
    lines, position = [], 0
    while (line_end := data.find(b"\r\n", position)) >= 0:
        line = data[position:line_end]
        lines.append(line)
        position = line_end + 2
        if line[:4] in (b"PUB ", b"HPUB"):
            position += int(line.rsplit(b" ", 1)[1]) + 2
    return lines
