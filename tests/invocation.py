"""Running the command line in this process, as fast as a call: (code, stdout, stderr)."""

import io
import sys
from collections.abc import Callable
from typing import NamedTuple

import pytest

from natscli.cli import main


class Result(NamedTuple):
    """How a command line ended, and what it wrote."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()


Cli = Callable[..., Result]


class _Pipe(io.TextIOWrapper):
    """A stream of bytes that is no terminal."""

    def __init__(self, data: bytes = b"") -> None:
        super().__init__(io.BytesIO(data), encoding="utf-8", errors="surrogateescape", write_through=True)

    def written(self) -> bytes:
        self.flush()
        return self.buffer.getvalue()  # type: ignore[attr-defined]


def invoke(monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], stdin: bytes = b"") -> Result:
    """Run ``natscli ARGUMENTS`` with ``stdin`` piped in and both outputs captured."""
    out, err = _Pipe(), _Pipe()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", _Pipe(stdin))
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        code = main(arguments)
    return Result(code, out.written(), err.written().decode())
