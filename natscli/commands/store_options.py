"""The options of ``pub`` that are about streams, and the headers they come to (ADR-22, 43, 50, 51).

``pub`` reads them with every message, so nothing of JetStream is imported here.
"""

import time
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import typer

from natscli.cli.bundles import Options, defaults
from natscli.cli.options import duration
from natscli.errors import UsageError
from natscli.text.moments import seconds_of, utc_moment

_PANEL = "JetStream"
_WINDOW = 256


class AckFormat(StrEnum):
    """How acknowledgements are shown."""

    HUMAN = "human"
    JSON = "json"


def _lifetime(text: str) -> str:
    """Parse a time to live: a duration of at least a second, or never."""
    if text.strip().lower() == "never":
        return "never"
    seconds = duration(text)
    if seconds < 1:
        raise typer.BadParameter(f"'{text}' is less than a second, or than never")
    return go_duration(seconds)


def _after(text: str) -> float:
    """Parse how long it is until a message is published."""
    return _positive(text, "--schedule-after")


def _every(text: str) -> float:
    """Parse how long it is from one publishing to the next."""
    return _positive(text, "--schedule-every")


def _positive(text: str, name: str) -> float:
    seconds = 0.0 if text.strip().startswith("-") else duration(text)
    if seconds <= 0:
        raise typer.BadParameter(f"{name} must be greater than 0")
    return seconds


class StoreOptions(Options):
    """Whether and how messages are stored."""

    jetstream: Annotated[
        bool, typer.Option("--jetstream", "-J", help="Wait until a stream has each message.", rich_help_panel=_PANEL)
    ] = False
    msg_id: Annotated[
        str | None,
        typer.Option(
            "--msg-id",
            metavar="TEMPLATE",
            help="An id for each message, by which the stream keeps it once: 'order-{{Count}}'.",
            rich_help_panel=_PANEL,
        ),
    ] = None
    expect_stream: Annotated[
        str | None, typer.Option("--expect-stream", help="Only into this stream.", rich_help_panel=_PANEL)
    ] = None
    expect_last_seq: Annotated[
        int | None,
        typer.Option("--expect-last-seq", min=0, help="Only behind this sequence.", rich_help_panel=_PANEL),
    ] = None
    expect_last_subject_seq: Annotated[
        int | None,
        typer.Option(
            "--expect-last-subject-seq",
            min=0,
            help="Only if this is the subject's last; 0 for none.",
            rich_help_panel=_PANEL,
        ),
    ] = None
    expect_last_msg_id: Annotated[
        str | None, typer.Option("--expect-last-msg-id", help="Only behind this id.", rich_help_panel=_PANEL)
    ] = None
    ttl: Annotated[
        str | None,
        typer.Option(
            "--ttl", parser=_lifetime, metavar="DUR", help="How long it is kept, or never.", rich_help_panel=_PANEL
        ),
    ] = None
    window: Annotated[
        int, typer.Option("--window", min=1, help="Most messages without acknowledgement.", rich_help_panel=_PANEL)
    ] = _WINDOW
    retry_for: Annotated[
        float | None,
        typer.Option(
            "--retry-for",
            parser=duration,
            metavar="DUR",
            help="How long messages with ids are tried on with. [--timeout]",
            rich_help_panel=_PANEL,
        ),
    ] = None
    output: Annotated[
        AckFormat, typer.Option("--output", "-o", help="How acknowledgements are printed.", rich_help_panel=_PANEL)
    ] = AckFormat.HUMAN
    atomic: Annotated[
        bool, typer.Option("--atomic", help="All messages or none; the same as --jetstream.", rich_help_panel=_PANEL)
    ] = False
    schedule_after: Annotated[
        float | None,
        typer.Option(
            "--schedule-after",
            parser=_after,
            metavar="DUR",
            help="Publish it after this long.",
            rich_help_panel=_PANEL,
        ),
    ] = None
    schedule_at: Annotated[
        str | None, typer.Option("--schedule-at", metavar="TIME", help="At an RFC 3339 time.", rich_help_panel=_PANEL)
    ] = None
    schedule_cron: Annotated[
        str | None,
        typer.Option("--schedule-cron", metavar="CRON", help="By a cron pattern.", rich_help_panel=_PANEL),
    ] = None
    schedule_every: Annotated[
        float | None,
        typer.Option(
            "--schedule-every",
            parser=_every,
            metavar="DUR",
            help="Again and again.",
            rich_help_panel=_PANEL,
        ),
    ] = None
    schedule_dest: Annotated[
        str | None, typer.Option("--schedule-dest", metavar="SUBJECT", help="Where to.", rich_help_panel=_PANEL)
    ] = None
    schedule_source: Annotated[
        str | None,
        typer.Option(
            "--schedule-source",
            metavar="SUBJECT",
            help="The last message of this subject is what is published.",
            rich_help_panel=_PANEL,
        ),
    ] = None
    schedule_ttl: Annotated[
        str | None,
        typer.Option(
            "--schedule-ttl",
            parser=_lifetime,
            metavar="DUR",
            help="How long what was published is kept.",
            rich_help_panel=_PANEL,
        ),
    ] = None

    @property
    def schedules(self) -> bool:
        """Whether the message is a schedule."""
        return any(name.startswith("--schedule") for name in self._given())

    @property
    def wanted(self) -> bool:
        """Whether messages are to be stored; UsageError for options that would be passed over."""
        given = list(self._given())
        if self.jetstream or self.atomic or self.schedules:
            return True
        if given:
            raise UsageError(f"{given[0]} needs --jetstream")
        return False

    def _given(self) -> Iterator[str]:
        for name, default in defaults(type(self)).items():
            if name not in ("jetstream", "atomic") and getattr(self, name) != default:
                yield "--" + name.replace("_", "-")

    def check(self, *, several: bool) -> None:
        """Raise UsageError for what does not go together; ``several``: there may be more messages than one."""
        if self.schedules:
            self._check_schedule()
        if self.atomic and not several:
            raise UsageError(
                "atomic batch publishing requires JetStream and many messages",
                "--send-on newline or nul, --count, or --ndjson",
            )
        for option, given in {"--retry-for": self.retry_for is not None, "--window": self.window != _WINDOW}.items():
            if self.atomic and given:
                raise UsageError(f"--atomic and {option} do not go together")
        if self.atomic and self.schedules:
            raise UsageError("atomic batch publishing does not support schedules")
        if several and not self.atomic:
            for option in ("expect_last_seq", "expect_last_subject_seq", "expect_last_msg_id"):
                if getattr(self, option) is not None:
                    name = "--" + option.replace("_", "-")
                    raise UsageError(f"{name} is about one message, or the first of a batch with --atomic")

    def _check_schedule(self) -> None:
        at, after, every, cron = self.schedule_at, self.schedule_after, self.schedule_every, self.schedule_cron
        if self.schedule_dest is None:
            raise UsageError(
                "schedule destination is required when setting schedule properties", "--schedule-dest SUBJECT"
            )
        if at is not None and after is not None:
            raise UsageError("--schedule-at and --schedule-after are mutually exclusive")
        if every is not None and (at is not None or after is not None):
            raise UsageError("--schedule-every may not be used with --schedule-at or --schedule-after")
        if cron is not None and (at is not None or after is not None or every is not None):
            raise UsageError(
                "--schedule-at, --schedule-every and --schedule-after may not be used with --schedule-cron"
            )
        if at is not None and (seconds_of(at) is None or "T" not in at):
            raise UsageError(f"--schedule-at '{at}' is not an RFC 3339 time")

    @property
    def headers(self) -> list[tuple[str, str]]:
        """The headers of every message; the id is not among them."""
        said = {
            "Nats-Expected-Stream": self.expect_stream,
            "Nats-TTL": self.ttl,
            "Nats-Schedule": self._pattern,
            "Nats-Schedule-Target": self.schedule_dest,
            "Nats-Schedule-Source": self.schedule_source,
            "Nats-Schedule-TTL": self.schedule_ttl,
        }
        return [(name, value) for name, value in said.items() if value is not None]

    @property
    def conditions(self) -> list[tuple[str, str]]:
        """The headers of the first message."""
        said = {
            "Nats-Expected-Last-Sequence": self.expect_last_seq,
            "Nats-Expected-Last-Subject-Sequence": self.expect_last_subject_seq,
            "Nats-Expected-Last-Msg-Id": self.expect_last_msg_id,
        }
        return [(name, str(value)) for name, value in said.items() if value is not None]

    @property
    def _pattern(self) -> str | None:
        if self.schedule_at is not None:
            return f"@at {_whole_second(seconds_of(self.schedule_at) or 0.0)}"
        if self.schedule_after is not None:
            return f"@at {utc_moment(time.time() + self.schedule_after)}"
        if self.schedule_every is not None:
            return f"@every {go_duration(self.schedule_every)}"
        return self.schedule_cron


def go_duration(seconds: float) -> str:
    """Return a duration as servers parse it."""
    return f"{seconds:.0f}s" if seconds == round(seconds) else f"{round(seconds * 1e9)}ns"


def _whole_second(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
