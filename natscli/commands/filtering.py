"""The options that choose messages and decode them, and what they come to; for every command that shows any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from natscli.errors import UsageError

if TYPE_CHECKING:
    from natscli.messaging.decoding.decoder import Decoder
    from natscli.messaging.filters import Filter

_PANEL = "Filters and decoders"


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterOptions:
    """Which of the messages that come are wanted."""

    where: Annotated[
        str | None,
        typer.Option(
            "--where",
            metavar="EXPR",
            help="Only those for which this holds, such as 'json.user.id > 5 and size < 1000'.",
            rich_help_panel=_PANEL,
        ),
    ] = None
    grep: Annotated[
        str | None,
        typer.Option("--grep", metavar="REGEX", help="Only those whose body matches.", rich_help_panel=_PANEL),
    ] = None
    header: Annotated[
        list[str] | None,
        typer.Option(
            "--header",
            metavar="NAME[=VALUE]",
            help="Only those with this header; may be repeated.",
            rich_help_panel=_PANEL,
        ),
    ] = None
    invert: Annotated[bool, typer.Option("--not", help="Only those that these leave out.", rich_help_panel=_PANEL)] = (
        False
    )

    @property
    def given(self) -> bool:
        """Whether there is anything to filter by."""
        return self.where is not None or self.grep is not None or bool(self.header)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodeOptions:
    """What bodies are decoded from."""

    decode: Annotated[
        str | None,
        typer.Option(
            "--decode",
            metavar="FORMAT",
            help="auto, json, msgpack, cbor, gzip, zstd or proto:FILE#Type.",
            rich_help_panel=_PANEL,
        ),
    ] = None
    pretty: Annotated[
        bool, typer.Option("--pretty", help="Decoded structures on many lines.", rich_help_panel=_PANEL)
    ] = False


def decoder(options: DecodeOptions) -> Decoder | None:
    """Return what --decode names; UsageError for what cannot be had."""
    if options.decode is None:
        if options.pretty:
            raise UsageError("--pretty needs --decode")
        return None
    from natscli.messaging.decoding.decoder import Decoder  # 6 ms

    return Decoder(options.decode, pretty=options.pretty)


def message_filter(options: FilterOptions, decoded: Decoder | None) -> Filter | None:
    """Return the conditions, or None where there are none; UsageError for what is no condition."""
    if not options.given:
        if options.invert:
            raise UsageError("--not needs --where, --grep or --header")
        return None
    from natscli.messaging.filters import Filter  # 3 ms

    try:
        return Filter(
            where=options.where,
            grep=options.grep,
            headers=options.header or (),
            inverted=options.invert,
            decoded=None if decoded is None else decoded.decode,
        )
    except ValueError as error:
        raise UsageError(str(error)) from None
