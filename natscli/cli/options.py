"""Options that every command takes, written once.

The fields of ``SharedOptions`` are Typer options.  ``shared_options`` spreads them into a command's
signature, so that they may follow the command's name, and folds them over what was typed before it:
the nearest typed wins.  Environment, project file and context come in later (``natscli.context``).
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Annotated, Any, get_type_hints

import typer

from natscli.context.resolve import target_for
from natscli.context.settings import Settings
from natscli.context.target import Target
from natscli.text.durations import parse_duration

_CONNECTION, _GENERAL = "Connection", "General"


def duration(text: str) -> float:
    """Parse an option's duration for Typer."""
    try:
        return parse_duration(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _option(*names: str, help: str, panel: str = _CONNECTION, **more: Any) -> Any:  # noqa: A002 - Typer's own word
    return typer.Option(*names, help=help, rich_help_panel=panel, show_default=False, **more)


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedOptions:
    """What was typed for every command alike.  None means not typed."""

    server: Annotated[str | None, _option("--server", "-s", help="Server URLs, comma separated. [NATS_URL]")] = None
    context: Annotated[str | None, _option("--context", help="A saved context's name or file. [NATS_CONTEXT]")] = None
    no_context: Annotated[bool, _option("--no-context", help="Use no saved context.")] = False
    user: Annotated[str | None, _option("--user", help="User name. [NATS_USER]")] = None
    password: Annotated[str | None, _option("--password", help="Better not typed: others see it. [NATS_PASSWORD]")] = (
        None
    )
    token: Annotated[str | None, _option("--token", help="Better not typed: others see it. [NATS_TOKEN]")] = None
    creds: Annotated[str | None, _option("--creds", help="Credentials file (JWT and seed). [NATS_CREDS]")] = None
    nkey: Annotated[str | None, _option("--nkey", help="NKey seed file. [NATS_NKEY]")] = None
    tlsca: Annotated[str | None, _option("--tlsca", help="CA certificates to trust. [NATS_CA]")] = None
    tlscert: Annotated[str | None, _option("--tlscert", help="Client certificate. [NATS_CERT]")] = None
    tlskey: Annotated[str | None, _option("--tlskey", help="Client key. [NATS_KEY]")] = None
    tlsfirst: Annotated[bool, _option("--tlsfirst", help="Do the TLS handshake before INFO.")] = False
    timeout: Annotated[
        float | None, _option("--timeout", parser=duration, metavar="DUR", help="How long to wait. [NATS_TIMEOUT; 5s]")
    ] = None
    connection_name: Annotated[str | None, _option("--connection-name", help="What the server calls us.")] = None
    inbox_prefix: Annotated[str | None, _option("--inbox-prefix", help="Instead of _INBOX.")] = None
    quiet: Annotated[bool, _option("--quiet", panel=_GENERAL, help="No notices; errors still show.")] = False
    trace: Annotated[bool, _option("--trace", panel=_GENERAL, help="Show the protocol, secrets blanked.")] = False
    debug: Annotated[bool, _option("--debug", panel=_GENERAL, help="Show tracebacks.")] = False
    color: Annotated[
        bool | None, _option("--color/--no-color", panel=_GENERAL, help="Colour or none, whatever the output is.")
    ] = None

    @property
    def target(self) -> Target:
        """Where to connect and as whom, after every source has been heard; raises UsageError."""
        named = {field: getattr(self, field) for field in Settings._fields if field not in ("source", "tlsfirst")}
        typed = Settings("command line", **named, tlsfirst=self.tlsfirst or None)
        return target_for(typed, use_context=not self.no_context)


def shared_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let ``function`` take options that are declared as dataclasses.

    Its first argument, ``shared``, is what was typed for every command.  Any other argument whose type
    is a dataclass of options is spread likewise.  A shared option that the command declares itself,
    under the same name, takes the shared one's place.
    """
    parameters = list(inspect.signature(function, eval_str=True).parameters.values())
    bundles: dict[str, Any] = {
        p.name: p.annotation for p in parameters if is_dataclass(p.annotation) and p.name != "shared"
    }
    own = [p.replace(kind=_KEYWORD) for p in parameters if p.name not in ("shared", *bundles)]
    for bundle in bundles.values():
        own += _spread(bundle)
    names = [field.name for field in fields(SharedOptions)]
    replaced = {p.name for p in own} & set(names)
    passed_on = replaced & {p.name for p in parameters}
    shared = [parameter for parameter in _spread(SharedOptions) if parameter.name not in replaced]
    context = inspect.Parameter("_context", _KEYWORD, annotation=typer.Context)

    @functools.wraps(function)
    def command(*, _context: typer.Context, **given: Any) -> Any:
        folded = _fold(_context, {name: given.pop(name) for name in names if name in given})
        _context.obj = folded
        values = {name: kind(**{f.name: given.pop(f.name) for f in fields(kind)}) for name, kind in bundles.items()}
        return function(shared=folded, **given, **values, **{name: getattr(folded, name) for name in passed_on})

    command.__signature__ = inspect.Signature([*own, *shared, context])  # type: ignore[attr-defined]
    command.__annotations__ = {}
    return command


_KEYWORD = inspect.Parameter.KEYWORD_ONLY


def _spread(options: Any) -> list[inspect.Parameter]:
    """Return a dataclass's fields as parameters that Typer reads."""
    hints = get_type_hints(options, include_extras=True)
    return [inspect.Parameter(f.name, _KEYWORD, default=f.default, annotation=hints[f.name]) for f in fields(options)]


def _fold(context: typer.Context, here: dict[str, Any]) -> SharedOptions:
    """Return the shared options as typed before the command's name, with those typed behind it over them."""
    outer = context.find_object(SharedOptions) or SharedOptions()
    return replace(outer, **{name: value for name, value in here.items() if _typed(context, name)})


def _typed(context: typer.Context, name: str) -> bool:
    """Whether the user typed this option behind this very command."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"
