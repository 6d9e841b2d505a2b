"""The options that choose messages and decode them, and what they come to; for every command that shows any."""

from typing import TYPE_CHECKING, Annotated

import typer

from natscli.cli.bundles import Options
from natscli.errors import UsageError
from natscli.messaging.subscribe import Keep

if TYPE_CHECKING:
    from natscli.messaging.decoding.decoder import Converter, Decoder
    from natscli.messaging.filters import Filter

_PANEL = "Filters and decoders"
DECODERS = "auto, json, msgpack, cbor, gzip, zstd or proto:FILE#Type"


class FilterOptions(Options):
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


class ChoiceOptions(FilterOptions):
    """Which messages are wanted where they stay what they are, and so are decoded for the choice alone."""

    decode: Annotated[
        str | None,
        typer.Option(
            "--decode",
            metavar="FORMAT",
            help=f"What --where and --grep look into: {DECODERS}. Bodies stay as they are.",
            rich_help_panel=_PANEL,
        ),
    ] = None


class DecodeOptions(Options):
    """What bodies are decoded from."""

    decode: Annotated[
        str | None,
        typer.Option(
            "--decode",
            metavar="FORMAT",
            help=f"{DECODERS}.",
            rich_help_panel=_PANEL,
        ),
    ] = None
    pretty: Annotated[
        bool, typer.Option("--pretty", help="Decoded structures on many lines.", rich_help_panel=_PANEL)
    ] = False


def decoder(options: DecodeOptions) -> "Decoder | None":
    """Return what --decode names; UsageError for what cannot be had."""
    if options.pretty and options.decode is None:
        raise UsageError("--pretty needs --decode")
    return named(options.decode, pretty=options.pretty)


def converting(decoded: "Decoder | None") -> "Converter | None":
    """Return what shows messages decoded, if they are to be."""
    if decoded is None:
        return None
    from natscli.messaging.decoding.decoder import Converter

    return Converter(decoded)


def choice(options: ChoiceOptions) -> Keep | None:
    """Return what tells whether a message is wanted, or None where all are; UsageError for what is no condition."""
    if options.decode is not None and options.where is None and options.grep is None:
        raise UsageError("--decode needs --where or --grep, as bodies stay as they are")
    wanted = message_filter(options, named(options.decode))
    return None if wanted is None else wanted.keep


def named(name: str | None, *, pretty: bool = False) -> "Decoder | None":
    """Return the decoder of that name; UsageError for what cannot be had."""
    if name is None:
        return None
    from natscli.messaging.decoding.decoder import Decoder  # 6 ms

    return Decoder(name, pretty=pretty)


def message_filter(options: FilterOptions, decoded: "Decoder | None") -> "Filter | None":
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
