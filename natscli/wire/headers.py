"""Message headers, ADR-4: ``NATS/1.0``, an optional status, then ``Name: value`` lines.

Names keep their case, and a name may occur more than once.  Values are UTF-8 by custom only, so
they are read with surrogateescape and written back byte for byte.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

VERSION = b"NATS/1.0"
_VERSION = VERSION.decode()
_WHITE = " \t\n\r\x0b\x0c"  # of ASCII alone
_NAME = re.compile(r"[!-9;-~]+")  # printable ASCII but the colon
_PLAIN = re.compile(rb"NATS/1\.0\r\n(?:[!-9;-~]+: [!-~](?:[ -~]*[!-~])?\r\n)+\r\n")

Pairs = list[tuple[str, str]]


class Headers(NamedTuple):
    """A header block taken apart; ``status`` is 0 where the block has none."""

    status: int
    description: str
    pairs: Pairs

    def get(self, name: str) -> str | None:
        """Return the first value of ``name``, which is compared without regard to case."""
        wanted = name.lower()
        return next((value for key, value in self.pairs if key.lower() == wanted), None)

    def shown(self) -> Pairs:
        """Return the pairs with a status line as ``Status`` and ``Description`` ahead of them."""
        status = [("Status", str(self.status))] if self.status else []
        description = [("Description", self.description)] if self.description else []
        return status + description + self.pairs

    def lists(self) -> dict[str, list[str]]:
        """Return every name of ``shown`` once, in order, with all its values."""
        grouped: dict[str, list[str]] = {}
        for name, value in self.shown():
            grouped.setdefault(name, []).append(value)
        return grouped


def parse_headers(block: bytes) -> Headers:
    """Read a header block; never fails: lines that are no headers are passed over."""
    first, *lines = block.decode("utf-8", "surrogateescape").split("\r\n")
    status, description = 0, ""
    if first.startswith(_VERSION) and first != _VERSION:
        code, _, text = first[len(_VERSION) :].strip(_WHITE).partition(" ")
        if code.isascii() and code.isdigit() and len(code) <= 3:
            status, description = int(code), text.strip(_WHITE)
    pairs = []
    for line in lines:
        name, colon, value = line.partition(":")
        name = name.strip(_WHITE)
        if colon and name:
            pairs.append((name, value.strip(" \t")))
    return Headers(status, description, pairs)


def plain_lines(block: bytes) -> bytes:
    """Return the lines of a block that is as nearly all are, each with its CRLF; nothing for any other.

    Such a block has no status, and printable ASCII alone; what ``parse_headers`` makes of it, and ``encode_headers``
    of that, is the same again.  This takes 1 µs, where those take 12.
    """
    return block[len(VERSION) + 2 : -2] if _PLAIN.fullmatch(block) else b""


def encode_headers(pairs: Iterable[tuple[str, str]]) -> bytes:
    """Return the block for ``pairs``, or nothing for no pairs; raise ValueError for what no header can hold."""
    lines = [VERSION]
    for name, value in pairs:
        if not _NAME.fullmatch(name):
            raise ValueError(f"'{name}' cannot be the name of a header")
        raw = value.encode("utf-8", "surrogateescape")
        if b"\r" in raw or b"\n" in raw:
            raise ValueError(f"the value of header '{name}' has a line break")
        lines.append(name.encode() + b": " + raw)
    return b"\r\n".join(lines) + b"\r\n\r\n" if len(lines) > 1 else b""


def extend_headers(block: bytes, pairs: Iterable[tuple[str, str]]) -> bytes:
    """Return a foreign block with ``pairs`` behind its own lines, those byte for byte, and without its status."""
    added = encode_headers(pairs)
    own = block.partition(b"\r\n")[2].removesuffix(b"\r\n")
    return VERSION + b"\r\n" + own + added[len(VERSION) + 2 :] if added else block


def remove_headers(block: bytes, names: Iterable[str]) -> bytes:
    """Return a foreign block without the lines of these names, the others byte for byte; nothing for none left."""
    unwanted = {name.lower().encode() for name in names}
    first, *lines = block.removesuffix(b"\r\n\r\n").split(b"\r\n")
    kept = [line for line in lines if line.partition(b":")[0].strip().lower() not in unwanted]
    return b"\r\n".join([first, *kept]) + b"\r\n\r\n" if kept or (block and first != VERSION) else b""
