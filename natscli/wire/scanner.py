"""What a server sends, cut into runs of messages and control lines.

Strategy: work on one chunk as a whole.  ``find`` locates the end of a control line, a dictionary
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
        run_sid = -1
        subjects: list[bytes] = []
        payloads: list[bytes] = []
        replies: list[bytes] = []
        headers: list[bytes] = []
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
                        if payloads:
                            events.append(_run(run_sid, subjects, payloads, replies, headers))
                            run_sid, subjects, payloads, replies, headers = -1, [], [], [], []
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
                if data[stop : stop + 2] != b"\r\n":
                    raise ProtocolError("a payload is not followed by a line end")
                if sid != run_sid:
                    if payloads:
                        events.append(_run(run_sid, subjects, payloads, replies, headers))
                        subjects, payloads, replies, headers = [], [], [], []
                    run_sid = sid
                subjects.append(subject)
                replies.append(reply)
                headers.append(data[start : start + header_size])
                payloads.append(data[start + header_size : stop])
                position = stop + 2
        finally:  # also when a protocol error ends it: what came before the error is delivered
            if payloads:
                events.append(_run(run_sid, subjects, payloads, replies, headers))

    def _take_apart(self, line: bytes) -> _Head:
        """Read a MSG or HMSG line; the ones without a reply are remembered, as they recur."""
        if len(line) > MAX_CONTROL_LINE:
            raise ProtocolError("a control line is too long")
        fields = line.split(b" ")
        with_headers = fields[0] == b"HMSG"
        numbers = 2 if with_headers else 1
        if len(fields) not in (3 + numbers, 4 + numbers):
            raise ProtocolError("a message line has the wrong number of fields")
        header_size = _number(fields[-2]) if with_headers else 0
        size = _number(fields[-1])
        if header_size > size or size > MAX_FRAME:
            raise ProtocolError("a message line has impossible sizes")
        reply = fields[3] if len(fields) == 4 + numbers else b""
        head = (_number(fields[2]), fields[1], reply, header_size, size)
        if not reply:
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


def _run(
    sid: int,
    subjects: list[bytes],
    payloads: list[bytes],
    replies: list[bytes],
    headers: list[bytes],
) -> Run:
    return Run(
        sid,
        subjects,
        payloads,
        replies if any(replies) else None,
        headers if any(headers) else None,
    )


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
