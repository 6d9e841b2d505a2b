"""Messages as JSON documents of the Go CLI's shape: a file for each, or ended by NUL for ``xargs -0``."""

import base64
import json
import os

from natscli.errors import NatsCliError, UsageError
from natscli.text.sanitise import decode
from natscli.wire.headers import parse_headers
from natscli.wire.message import Message, Run


def dump_document(message: Message) -> bytes:
    """Return a message's document: ``Subject``, ``Reply``, ``Header``, ``Data`` (base64), ``Sub``."""
    headers = parse_headers(message.headers).lists() if message.headers else None
    document = {
        "Header": headers,
        "Subject": decode(message.subject),
        "Reply": decode(message.reply),
        "Data": base64.b64encode(message.payload).decode(),
        "Sub": None,
    }
    return json.dumps(document).encode()


def dump_printer(run: Run, _number: int, _read_ns: int) -> bytes:
    """Return the documents of a run, each ended by NUL."""
    return b"".join([dump_document(message) + b"\0" for message in run])


class DumpFolder:
    """A folder that gets ``1.json``, ``2.json``, …; made for its owner alone.  Nothing is overwritten."""

    def __init__(self, path: str) -> None:
        self._path = path
        try:
            os.makedirs(path, mode=0o700, exist_ok=True)
        except OSError as error:
            raise UsageError(f"folder '{path}' cannot be made: {(error.strerror or '').lower()}") from error

    def write(self, message: Message, number: int) -> None:
        """Write one message's file, whole or not at all."""
        path = os.path.join(self._path, f"{number}.json")
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise NatsCliError(f"file '{path}' exists already", "dump into a folder that has no messages yet") from None
        except OSError as error:
            raise NatsCliError(f"file '{path}' cannot be written: {(error.strerror or '').lower()}") from error
        try:
            with open(descriptor, "wb") as file:
                file.write(dump_document(message))
        except OSError as error:
            os.unlink(path)
            raise NatsCliError(f"file '{path}' cannot be written: {(error.strerror or '').lower()}") from error
