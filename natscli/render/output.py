"""Standard output: bytes as they are, and what its failures mean."""

import errno
import os
import sys
import time
from typing import BinaryIO

from natscli.errors import NatsCliError, OutputClosedError

_RETRY_S = 0.005


def write_all(stream: BinaryIO, data: bytes) -> None:
    """Write every byte, also through a stream that takes only some at a time, or none for a while."""
    view = memoryview(data)
    while view:
        taken = stream.write(view)
        if taken is None:  # somebody who shares the pipe has made it non-blocking
            time.sleep(_RETRY_S)
        else:
            view = view[taken:]


def stdout() -> BinaryIO:
    """Return standard output for bytes, without a buffer where it has a file below it."""
    buffer: BinaryIO = sys.stdout.buffer
    return getattr(buffer, "raw", buffer)


def print_bytes(data: bytes) -> None:
    """Write ``data`` to standard output now; raises OutputClosedError or NatsCliError."""
    try:
        write_all(stdout(), data)
    except OSError as error:
        raise output_error(error) from error


def print_text(text: str) -> None:
    """Write ``text`` and a line feed to standard output as UTF-8."""
    print_bytes(text.encode("utf-8", "backslashreplace") + b"\n")


def output_error(error: OSError) -> Exception:
    """Return ours for a failed write: the reader went away, or the disk is full."""
    if error.errno in (errno.EPIPE, errno.ESHUTDOWN):
        return OutputClosedError()
    return NatsCliError(f"cannot write to standard output: {(error.strerror or os.strerror(error.errno or 0)).lower()}")


class StandardOutput:
    """Standard output as what a Writer empties itself into; raises OutputClosedError or NatsCliError."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, data: bytes, _messages: int) -> None:
        """Write bytes."""
        try:
            write_all(self._stream, data)
            self._stream.flush()
        except OSError as error:
            raise output_error(error) from error
        except ValueError:  # somebody has closed it
            raise OutputClosedError from None

    def close(self) -> None:
        """Leave it open: it is not ours."""
