"""What a server's log says: its last lines, and why a server did not start."""

import os
import re

from natscli.errors import NatsCliError
from natscli.server.config import ServerConfig
from natscli.text.sanitise import safe, safe_bytes

_TAIL_BYTES = 64 * 1024
_ENTRY = re.compile(r"\[\d+\] \S+ \S+ \[(FTL|ERR)\] (.*)")
_COMPLAINT = re.compile(r"nats-server: (.*)")  # about configuration and options, before there is a log
_IN_USE = re.compile(
    r"listen tcp[46]? (?P<address>\S+:(?P<port>\d+)): bind: "
    r"(?:address already in use|Only one usage of each socket address)"  # Unix, Windows
)


def read_tail(path: str) -> str:
    """Return the last 64 KiB of a log, with what could act on a terminal made visible."""
    with open(path, "rb") as file:
        file.seek(max(0, os.path.getsize(path) - _TAIL_BYTES))
        return safe_bytes(file.read())


def start_failure(config: ServerConfig, log: str, code: int, folder: str) -> NatsCliError:
    """Return the error for a server that ended with ``code`` before it was ready.

    ``folder`` holds its configuration, and is left out of what it says.
    """
    cause = _cause(log)
    if cause is None:
        return NatsCliError(f"nats-server ended while starting, with exit code {code}")
    taken = _IN_USE.search(cause)
    if taken is not None:
        return _taken(config, int(taken["port"]), taken["address"])
    cause = cause.replace(safe(folder) + os.sep, "")
    return NatsCliError(f"nats-server did not start: {cause[:1].lower()}{cause[1:]}")


def _taken(config: ServerConfig, port: int, address: str) -> NatsCliError:
    if port == config.port:
        return NatsCliError(f"port {port} on {config.host} is already in use", "--port 0 picks a free one")
    if port == config.monitor_port:
        return NatsCliError(f"monitor port {port} on {config.host} is already in use", "0 picks a free one")
    return NatsCliError(f"nats-server did not start: {address} is already in use")


def _cause(log: str) -> str | None:
    """Return what the server said last that explains its end: fatal, else a complaint, else an error."""
    lines = log.splitlines()
    entries = [found for line in lines if (found := _ENTRY.match(line))]
    fatal = [found[2] for found in entries if found[1] == "FTL"]
    complaints = [found[1] for line in lines if (found := _COMPLAINT.match(line))]
    said = [found[2] for found in entries] + complaints + fatal
    return said[-1] if said else None
