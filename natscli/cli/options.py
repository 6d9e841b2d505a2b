"""Options that every command takes, written once.

The fields of ``SharedOptions`` are Typer options.  They may follow a command's name as well as stand before it
(``shared_parameters``), and ``shared_options`` folds the former over the latter: the nearest typed wins.
Environment, project file and context come in later (``natscli.context``).
"""

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer
from typer.main import get_command

from natscli.cli.bundles import Options, changed, defaults
from natscli.cli.bundles import parameters as parameters_of
from natscli.cli.prompt import ask_password, unlocked
from natscli.context.resolve import NoPasswordError, resolve, sources_here
from natscli.context.settings import Settings
from natscli.context.target import Target
from natscli.errors import UsageError
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


class SharedOptions(Options):
    """What was typed for every command alike.  None means not typed."""

    server: Annotated[str | None, _option("--server", "-s", help="Server URLs, comma separated. [NATS_URL]")] = None
    context: Annotated[str | None, _option("--context", help="A saved context's name or file. [NATS_CONTEXT]")] = None
    no_context: Annotated[bool, _option("--no-context", help="Use no saved context.")] = False
    user: Annotated[str | None, _option("--user", help="User name. [NATS_USER]")] = None
    password: Annotated[str | None, _option("--password", help="Better not typed: others see it. [NATS_PASSWORD]")] = (
        None
    )
    password_file: Annotated[str | None, _option("--password-file", help="A file with the password alone.")] = None
    token: Annotated[str | None, _option("--token", help="Better not typed: others see it. [NATS_TOKEN]")] = None
    creds: Annotated[str | None, _option("--creds", help="Credentials file (JWT and seed). [NATS_CREDS]")] = None
    nkey: Annotated[str | None, _option("--nkey", help="NKey seed file. [NATS_NKEY]")] = None
    jwt: Annotated[str | None, _option("--jwt", help="User JWT, or where it is (file://PATH). [NATS_JWT]")] = None
    seed: Annotated[
        str | None, _option("--seed", help="Where the JWT's seed is (file://PATH); typed, others see it. [NATS_SEED]")
    ] = None
    tlsca: Annotated[str | None, _option("--tlsca", help="CA certificates to trust. [NATS_CA]")] = None
    tlscert: Annotated[str | None, _option("--tlscert", help="Client certificate. [NATS_CERT]")] = None
    tlskey: Annotated[str | None, _option("--tlskey", help="Client key. [NATS_KEY]")] = None
    tlsfirst: Annotated[bool, _option("--tlsfirst", help="Do the TLS handshake before INFO.")] = False
    tlsname: Annotated[str | None, _option("--tlsname", help="The name the server's certificate bears.")] = None
    tlskey_password_file: Annotated[
        str | None,
        _option("--tlskey-password-file", help="Holds the client key's password. [NATS_KEY_PASSWORD_FILE]"),
    ] = None
    tls_insecure: Annotated[bool, _option("--tls-insecure", help="Take any certificate: whoever answers.")] = False
    proxy: Annotated[
        str | None,
        _option("--proxy", "--socks-proxy", help="socks5:// or http:// URL, env, or none. [NATS_SOCKS_PROXY]"),
    ] = None
    ws_headers: Annotated[
        list[str] | None, _option("--ws-header", help="Sent with a WebSocket's handshake. [NATS_WS_HEADER]")
    ] = None
    timeout: Annotated[
        float | None, _option("--timeout", parser=duration, metavar="DUR", help="How long to wait. [NATS_TIMEOUT; 5s]")
    ] = None
    connection_name: Annotated[str | None, _option("--connection-name", help="What the server calls us.")] = None
    inbox_prefix: Annotated[str | None, _option("--inbox-prefix", help="Instead of _INBOX.")] = None
    js_domain: Annotated[str | None, _option("--js-domain", help="The JetStream domain to use.")] = None
    js_api_prefix: Annotated[str | None, _option("--js-api-prefix", help="Instead of $JS.API.")] = None
    js_event_prefix: Annotated[str | None, _option("--js-event-prefix", help="Instead of $JS.EVENT.")] = None
    quiet: Annotated[bool, _option("--quiet", panel=_GENERAL, help="No notices; errors still show.")] = False
    trace: Annotated[bool, _option("--trace", panel=_GENERAL, help="Show the protocol, secrets blanked.")] = False
    debug: Annotated[bool, _option("--debug", panel=_GENERAL, help="Show tracebacks.")] = False
    color: Annotated[
        bool | None, _option("--color/--no-color", panel=_GENERAL, help="Colour or none, whatever the output is.")
    ] = None

    @property
    def typed(self) -> Settings:
        """What the command line says; raises UsageError."""
        named = {field: getattr(self, field) for field in Settings._fields if hasattr(self, field)}
        if self.password_file is not None:
            named["password"] = _password_in(self.password_file, self.password)
        return Settings("command line", **{field: None if value is False else value for field, value in named.items()})

    @property
    def sources(self) -> list[Settings]:
        """The command line, and every other source of settings behind it; raises UsageError."""
        return sources_here(self.typed, use_context=not self.no_context)

    @property
    def target(self) -> Target:
        """Where to connect and as whom, after every source has been heard; raises UsageError."""
        return self.target_of(self.sources)

    def target_of(self, sources: list[Settings]) -> Target:
        """Return what ``sources`` come to; passwords that are missing are asked for where there is somebody to ask."""
        try:
            return unlocked(resolve(sources))
        except NoPasswordError as missing:
            password = ask_password(missing.user)
            if not password:
                raise
            return unlocked(resolve([sources[0]._replace(password=password), *sources[1:]]))


def _password_in(path: str, typed: str | None) -> str:
    """Return the reference to a file with a password."""
    if typed is not None:
        raise UsageError("--password and --password-file cannot be used together")
    if path == "-":
        raise UsageError("--password-file takes no '-'", "standard input is for messages; /dev/stdin is a file")
    return f"file://{path}"


def shared_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let ``function`` take options that are declared as ``Options``.

    Its first argument, ``shared``, is what was typed for every command; ``shared_parameters`` has to be added to
    the command that is made of it.  Any other argument whose type is a bundle of options is spread into the
    signature.  A shared option that the command declares itself, under the same name, takes the shared one's place.
    """
    parameters = list(inspect.signature(function, eval_str=True).parameters.values())
    bundles: dict[str, type[Options]] = {p.name: p.annotation for p in parameters if _is_bundle(p)}
    own = [p.replace(kind=_KEYWORD) for p in parameters if p.name not in ("shared", *bundles)]
    names = defaults(SharedOptions).keys()
    passed_on = {p.name for p in own} & names
    for bundle in bundles.values():
        own += parameters_of(bundle)
    context = inspect.Parameter("_context", _KEYWORD, annotation=typer.Context)

    @functools.wraps(function)
    def command(*, _context: typer.Context, **given: Any) -> Any:
        folded = _fold(_context, {name: given.pop(name) for name in names if name in given})
        _context.obj = folded
        values = {
            name: bundle(**{field: given.pop(field) for field in defaults(bundle)}) for name, bundle in bundles.items()
        }
        return function(shared=folded, **given, **values, **{name: getattr(folded, name) for name in passed_on})

    command.__signature__ = inspect.Signature([*own, context])  # type: ignore[attr-defined]
    command.__annotations__ = {}
    command.shared = names - {p.name for p in own}  # type: ignore[attr-defined]
    return command


def shared_parameters(callback: Callable[..., Any] | None) -> list[Any]:
    """Return the options that ``shared_options`` has ``callback`` take beside those in its signature."""
    names = getattr(callback, "shared", ())
    return [parameter for parameter in _made_once() if parameter.name in names] if names else []


@functools.cache
def _made_once() -> list[Any]:
    """Return the shared options as Typer parses them: the same for the program and for the command that runs."""

    def carry(**_given: Any) -> None:
        """Be what Typer reads the options of."""

    carry.__signature__ = inspect.Signature(parameters_of(SharedOptions))  # type: ignore[attr-defined]
    app = typer.Typer(add_completion=False)
    app.command()(carry)
    return get_command(app).params


_KEYWORD = inspect.Parameter.KEYWORD_ONLY


def _is_bundle(parameter: inspect.Parameter) -> bool:
    kind = parameter.annotation
    return parameter.name != "shared" and isinstance(kind, type) and issubclass(kind, Options)


def _fold(context: typer.Context, here: dict[str, Any]) -> SharedOptions:
    """Return the shared options as typed before the command's name, with those typed behind it over them."""
    outer = context.find_object(SharedOptions) or SharedOptions()
    return changed(outer, **{name: value for name, value in here.items() if _typed(context, name)})


def _typed(context: typer.Context, name: str) -> bool:
    """Whether the user typed this option behind this very command."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"
