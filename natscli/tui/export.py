"""Writing down what is seen: the rows as JSON, CSV or Markdown, or the screen as a picture."""

from __future__ import annotations

import os
from collections.abc import Callable

from natscli.errors import NatsCliError, UsageError
from natscli.render.figures import figures
from natscli.text.sizes import plural
from natscli.traffic.alerts import Firing
from natscli.tui.desk import Desk
from natscli.tui.live import LiveSource


def export(path: str, desk: Desk, picture: Callable[[], str]) -> str:
    """Write a new file, its form by its ending; return what was done, raise NatsCliError for why not."""
    ending = os.path.splitext(path)[1].lower()
    if ending == ".svg":
        _write(path, picture().encode("utf-8", "replace"))
        return f"wrote the screen to {path}"
    if ending not in (".json", ".csv", ".md"):
        raise UsageError(f"'{path}' ends neither in .json, .csv, .md nor .svg")
    snapshot = desk.watch.snapshot()
    source = desk.source
    missing = source.missing if isinstance(source, LiveSource) else []
    firing: tuple[Firing, ...] = desk.found
    writer = figures(ending[1:], start_s=source.wall_s(0.0))
    _write(path, writer.show(snapshot, firing, missing, source.standing().rtt_s))
    return f"wrote {plural(len(snapshot.table.rows), 'row')} to {path}"


def _write(path: str, data: bytes) -> None:
    """Write a file that does not exist yet, readable by nobody else."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with open(descriptor, "wb") as file:
            file.write(data)
    except FileExistsError:
        raise UsageError(f"'{path}' exists") from None
    except OSError as error:
        raise NatsCliError(f"cannot write to '{path}': {(error.strerror or '').lower()}") from error
