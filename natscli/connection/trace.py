"""``--trace``: every protocol line, without payloads and without secrets."""

import json
import sys
import time
from contextlib import suppress

from natscli.text.sanitise import safe_bytes
from natscli.wire.scanner import control_lines

_SECRET_FIELDS = ("pass", "auth_token", "jwt", "sig")


def trace_to_stderr(direction: str, data: bytes) -> None:
    """Write the control lines of ``data`` to stderr: ``>`` sent, ``<`` received."""
    lines = control_lines(data) if direction == ">" else data.splitlines()
    clock = time.strftime("%H:%M:%S")
    for line in lines:
        shown = _blanked(line) if direction == ">" else line
        with suppress(OSError, ValueError):  # a stderr that is gone stops nothing
            sys.stderr.write(f"{clock} {direction * 3} {safe_bytes(shown, multiline=False)}\n")


def _blanked(line: bytes) -> bytes:
    if not line.startswith(b"CONNECT "):
        return line
    options = json.loads(line[8:])
    for field in _SECRET_FIELDS:
        if field in options:
            options[field] = "***"
    return b"CONNECT " + json.dumps(options).encode()
