"""Making something of a configuration, or only checking or writing the configuration."""

import json
from typing import Annotated, Any

import typer

from natscli.cli.bundles import Options
from natscli.commands.jetstream import CONFIG
from natscli.errors import NatsCliError
from natscli.jetstream.document import Document
from natscli.render.output import print_text


class MakingOptions(Options):
    """Where a configuration comes from, and what becomes of it."""

    config: CONFIG = None
    validate: Annotated[bool, typer.Option("--validate", help="Check the configuration, and make nothing.")] = False
    output: Annotated[
        str | None, typer.Option("--output", metavar="FILE", help="Write the configuration, and make nothing.")
    ] = None
    defaults: Annotated[bool, typer.Option("--defaults", help="The usual for what is not said.")] = False


def only_checked(options: MakingOptions, wanted: Document, faults: list[str]) -> bool:
    """Whether nothing is to be made: the configuration was checked (raises for faults), or written to a file."""
    if options.validate:
        if faults:
            raise NatsCliError(f"the configuration is not valid: {'; '.join(faults)}")
        print_text("The configuration is valid")
    elif options.output is not None:
        _write(options.output, wanted)
    return options.validate or options.output is not None


def without_reserved(raw: dict[str, Any]) -> dict[str, Any]:
    """Return a configuration without the metadata that servers write themselves, for one that is new."""
    metadata = raw.get("metadata")
    if not isinstance(metadata, dict):
        return raw
    kept = {key: value for key, value in metadata.items() if not key.startswith("_nats.")}
    return {key: value for key, value in raw.items() if key != "metadata"} | ({"metadata": kept} if kept else {})


def _write(path: str, config: Document) -> None:
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(json.dumps(config.raw, indent=2) + "\n")
    except OSError as error:
        raise NatsCliError(f"'{path}' cannot be written: {(error.strerror or 'it failed').lower()}") from error
