"""What a server sends, cut into runs of messages and control lines.

Strategy: work on one chunk as a whole.  Frames that repeat one control line are taken together
(``natscli.wire.stretch``).  Otherwise ``find`` locates the end of a control line, a dictionary
remembers control lines already taken apart (a subject's line recurs with every message of the same
size), and messages of one subscription are collected in columns until another subscription, a
control line or the end of the chunk ends the run.  Order is kept: a PING in the middle of
messages comes out in the middle.  Only declared sizes decide where a payload ends; a payload may
contain CRLF or look like a control line.

A frame larger than ``BIG_FRAME`` that is not complete is gathered in a list and joined once, since
``tail + chunk`` again and again would cost the square of its size (32 MiB in 64 KiB reads: 365 ms
against 30 ms).  Buffers are bounded: a control line by ``MAX_CONTROL_LINE`` (an INFO, which lists a
cluster's addresses, by ``MAX_INFO_LINE``), a frame by ``MAX_FRAME``.
"""

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
        """The hot loop: a handful of bytecodes per message, no call but C-level ones."""
        position, end = 0, len(data)
        find, head_of = data.find, self._heads.get
        run = _Columns()
        subjects, payloads = run.subjects, run.payloads
        shortest = SHORTEST - 1
        try:
            while position < end:
                line_end = find(b"\r\n", position)
                if line_end < 0:
                    self._keep_line(data, position)
                    break
                line = data[position:line_end]
                head = head_of(line)
                if head is None:
                    if line[:4] != b"MSG " and line[:5] != b"HMSG ":
                        run.end(events)
                        control = _control(line)
                        if control is not None:
                            events.append(control)
                        position = line_end + 2
                        continue
                    head = self._take_apart(line)
                sid, subject, reply, header_size, size = head
                start = line_end + 2
                stop = start + size
                if stop + 2 > end:
                    self._keep_frame(data, position, stop + 2)
                    break
                if data.startswith(line, position + (stop + 2 - position) * shortest):
                    count = count_frames(data, position, line + b"\r\n", size)
                    if count:
                        run.end(events)
                        frames = Frames(data, position, count, start - position, header_size, size)
                        events.append(Run.of_frames(sid, subject, reply, frames))
                        position = frames.stop
                        continue
                if data[stop : stop + 2] != b"\r\n":
                    raise ProtocolError("a payload is not followed by a line end")
                if sid != run.sid:
                    run.end(events)
                    run.sid = sid
                subjects.append(subject)
                if header_size or reply:
                    run.extras.append((len(payloads), reply, data[start : start + header_size]))
                payloads.append(data[start + header_size : stop])
                position = stop + 2
        finally:  # also when a protocol error ends it: what came before the error is delivered
            run.end(events)

    def _take_apart(self, line: bytes) -> _Head:
        """Read a MSG or HMSG line; the ones without a reply are remembered, as they recur."""
        if len(line) > MAX_CONTROL_LINE:
            raise ProtocolError("a control line is too long")
        op, subject, sid, *rest = line.split(b" ") if line.count(b" ") > 2 else (line, b"", b"")
        numbers = 2 if op == b"HMSG" else 1
        if not numbers <= len(rest) <= numbers + 1:
            raise ProtocolError("a message line has the wrong number of fields")
        size = _number(rest[-1])
        header_size = _number(rest[-2]) if numbers == 2 else 0
        if header_size > size or size > MAX_FRAME:
            raise ProtocolError("a message line has impossible sizes")
        if len(rest) > numbers:
            return (_number(sid), subject, rest[0], header_size, size)
        head = (_number(sid), subject, b"", header_size, size)
        if len(self._heads) >= _CACHED_LINES:
            self._heads.clear()
        self._heads[line] = head
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

    __slots__ = ("extras", "payloads", "sid", "subjects")

    def __init__(self) -> None:
        self.sid = -1
        self.subjects: list[bytes] = []
        self.payloads: list[bytes] = []
        self.extras: list[tuple[int, bytes, bytes]] = []  # place, reply and headers of messages that have any

    def end(self, events: list[Run | Control]) -> None:
        """Add the run to the events, if it has messages, and begin a new one."""
        if self.payloads:
            replies: list[bytes] | None = None
            headers: list[bytes] | None = None
            if self.extras:
                replies, headers = [b""] * len(self.payloads), [b""] * len(self.payloads)
                for place, reply, block in self.extras:
                    replies[place], headers[place] = reply, block
                replies = replies if any(replies) else None
                headers = headers if any(headers) else None
            events.append(Run(self.sid, self.subjects.copy(), self.payloads.copy(), replies, headers))
            self.subjects.clear()
            self.payloads.clear()
            self.extras.clear()
        self.sid = -1


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
