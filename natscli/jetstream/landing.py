"""Where an object's bytes land: a file that is there whole or not at all, and nowhere else than it should be."""

from __future__ import annotations

import os
import re
import secrets
import stat
from contextlib import suppress
from types import TracebackType
from typing import BinaryIO, Self

from natscli.errors import NatsCliError, UsageError
from natscli.text.sanitise import safe

_SEPARATORS = re.compile(r"[/\\]")
_STREAMS = re.compile(r"/dev/(?:stdout|stderr|fd/\d+)|/proc/(?:self|\d+)/fd/\d+", re.ASCII)
_MODE = 0o666


def file_name_of(name: str) -> str:
    """Return the file that an object of this name is written to, in the folder one is in; UsageError for none.

    The name is somebody else's: only what follows the last separator of any system counts.
    """
    last = _SEPARATORS.split(name)[-1]
    odd = last in ("", ".", "..") or safe(last) != last or "\t" in last or (os.name == "nt" and ":" in last)
    if odd:
        raise UsageError(f"'{name}' does not end in a name for a file", "--output FILE says where it goes")
    return last


class Landing:
    """A file in the making, beside its target; it takes the target's place when ``finish`` is called.

    A target that is no file but a device or a pipe is written to as it is.
    """

    def __init__(self, target: str, *, replace: bool) -> None:
        self.target = target
        self._replace = replace
        self._file: BinaryIO | None = None
        self._draft = ""

    def check(self) -> None:
        """Raise UsageError where the target is a folder, NatsCliError where it exists and is not to be replaced."""
        if self.target == "-":
            raise UsageError("'-' is no file", "/dev/stdout is standard output, ./- a file of that name")
        if os.path.isdir(self.target):
            raise UsageError(f"'{self.target}' is a folder", "name the file")
        if os.path.lexists(self.target) and not self._replace and not self._is_device:
            raise self._exists()

    def write(self, data: bytes) -> None:
        """Write bytes; NatsCliError where that fails, as on a full disk."""
        assert self._file is not None
        try:
            self._file.write(data)
        except OSError as error:
            raise self._failed(error) from error

    def finish(self) -> None:
        """Let the file be what it is for."""
        assert self._file is not None
        try:
            self._file.close()
            if self._draft:
                self._take_place()
        except OSError as error:
            raise self._failed(error) from error

    def __enter__(self) -> Self:
        self.check()
        try:
            if self._is_device:
                self._file = open(self.target, "wb")
                return self
            folder, name = os.path.split(self.target)
            self._draft = os.path.join(folder, f".{name[:100]}.{secrets.token_hex(6)}.part")
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            self._file = open(os.open(self._draft, flags, 0o600), "wb")
        except OSError as error:
            raise self._failed(error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            if self._file is not None:
                self._file.close()
        if self._draft:
            with suppress(OSError):
                os.unlink(self._draft)

    @property
    def _is_device(self) -> bool:
        if _STREAMS.fullmatch(os.path.abspath(self.target)):  # also where that is a file, as behind > in a shell
            return True
        try:
            mode = os.stat(self.target).st_mode
        except OSError:
            return False
        return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)

    def _take_place(self) -> None:
        """Rename; where nothing is to be replaced, by a link, which fails where something has come meanwhile."""
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(self._draft, _MODE & ~mask)
        if not self._replace:
            try:
                os.link(self._draft, self.target)
            except FileExistsError:
                raise self._exists() from None
            except OSError:  # a file system without links
                if os.path.lexists(self.target):
                    raise self._exists() from None
            else:
                return
        os.replace(self._draft, self.target)
        self._draft = ""

    def _exists(self) -> NatsCliError:
        return NatsCliError(f"'{self.target}' exists already", "--force replaces it, --output FILE takes another")

    def _failed(self, error: OSError) -> NatsCliError:
        reason = (error.strerror or os.strerror(error.errno or 0)).lower()
        return NatsCliError(f"'{self.target}' cannot be written: {reason}")
