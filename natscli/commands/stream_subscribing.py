"""The options of ``sub`` that are about streams; nothing of JetStream is imported here."""

from typing import Annotated

import typer

from natscli.cli.bundles import Options, defaults
from natscli.cli.options import duration
from natscli.errors import UsageError

_PANEL = "JetStream"


class StreamOptions(Options):
    """Which stream, from where on, and how."""

    stream: Annotated[str | None, typer.Option("--stream", help="Messages of this stream.", rich_help_panel=_PANEL)] = (
        None
    )
    durable: Annotated[
        str | None,
        typer.Option(
            "--durable",
            help="With this durable consumer, made if it is not there; each message is acknowledged once written.",
            rich_help_panel=_PANEL,
        ),
    ] = None
    all: Annotated[bool, typer.Option("--all", help="From the first message on.", rich_help_panel=_PANEL)] = False
    new: Annotated[bool, typer.Option("--new", help="Those to come.", rich_help_panel=_PANEL)] = False
    last: Annotated[bool, typer.Option("--last", help="From the last message on.", rich_help_panel=_PANEL)] = False
    since: Annotated[
        float | None,
        typer.Option(
            "--since", parser=duration, metavar="DUR", help="Those of this long ago on.", rich_help_panel=_PANEL
        ),
    ] = None
    start_sequence: Annotated[
        int | None,
        typer.Option("--start-sequence", min=1, help="From this sequence on.", rich_help_panel=_PANEL),
    ] = None
    last_per_subject: Annotated[
        bool,
        typer.Option("--last-per-subject", help="The last of each subject, and those to come.", rich_help_panel=_PANEL),
    ] = False
    direct: Annotated[
        bool, typer.Option("--direct", help="With batched direct gets, without a consumer.", rich_help_panel=_PANEL)
    ] = False
    terminate_at_end: Annotated[
        bool, typer.Option("--terminate-at-end", "-T", help="End where the stream ends.", rich_help_panel=_PANEL)
    ] = False
    exactly_once: Annotated[
        bool,
        typer.Option(
            "--exactly-once",
            help="Acknowledgements are confirmed, and what comes again is left out.",
            rich_help_panel=_PANEL,
        ),
    ] = False

    @property
    def starts(self) -> list[str]:
        """The options that say from where on."""
        given = {
            "--all": self.all,
            "--new": self.new,
            "--last": self.last,
            "--since": self.since is not None,
            "--start-sequence": self.start_sequence is not None,
            "--last-per-subject": self.last_per_subject,
        }
        return [name for name, said in given.items() if said]

    @property
    def wanted(self) -> bool:
        """Whether a stream is to be read."""
        return any(getattr(self, name) != default for name, default in defaults(type(self)).items())

    def check(self, subjects: list[str] | None, rivals: dict[str, bool]) -> None:
        """Raise UsageError for what does not go together; ``rivals`` are the options that no stream is read with."""
        if self.terminate_at_end and not (self.starts or self.stream or self.durable or self.direct):
            raise UsageError("--terminate-at-end is only supported for JetStream subscriptions", "--stream names one")
        if len(self.starts) > 1:
            raise UsageError(f"{self.starts[0]} and {self.starts[1]} do not go together")
        if self.durable is not None and subjects:
            raise UsageError("cannot specify both subjects and a durable consumer", "--stream names its stream")
        if self.durable is not None and self.stream is None:
            raise UsageError("--durable needs --stream")
        if self.direct and self.durable is not None:
            raise UsageError("cannot use direct get when a durable name is supplied")
        if self.exactly_once and self.durable is None:
            raise UsageError("--exactly-once needs --durable: only what is remembered is not sent again")
        if not subjects and self.stream is None:
            raise UsageError("neither a subject nor a stream is named", "--stream names one")
        if len(subjects or ()) > 1:
            raise UsageError(
                "streams subscribe support only 1 subject", "--where 'subject matches …' chooses among all"
            )
        for name, given in rivals.items():
            if given:
                raise UsageError(f"{name} and streams do not go together")
