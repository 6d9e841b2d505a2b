"""Which source counts: typed, then environment, then project file, then context, then default.

Plain settings are taken one by one from the nearest source that has them.  Credentials are taken
as a whole: a scheme given nearer replaces a farther one, so that ``--creds`` on the command line
is never overruled by a user name in a context.

``choose`` decides, ``resolve`` makes of that what a connection needs, ``explain`` what a person reads.
"""

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from natscli import __version__
from natscli.context.credentials import Credentials, CredsFile, SeedFile, Token, UserJwt, UserPassword
from natscli.context.proxy import Proxy, parse_proxy
from natscli.context.settings import (
    ENVIRONMENT,
    Origin,
    Settings,
    find_project_file,
    from_context,
    from_environment,
    from_project_file,
    from_selection,
)
from natscli.context.sources import local, read_secret, scheme_of
from natscli.context.store import Store
from natscli.context.target import DEFAULT_INBOX_PREFIX, DEFAULT_TIMEOUT_S, JetStreamPrefixes, Target, TlsFiles
from natscli.context.urls import DEFAULT_URL, ServerUrl, parse_header, parse_urls
from natscli.context.waiting import Wait
from natscli.errors import UsageError
from natscli.wire.subjects import check_publish, check_subscribe

DEFAULTS = Settings(
    "default",
    server=DEFAULT_URL,
    tlsfirst=False,
    tls_insecure=False,
    timeout=DEFAULT_TIMEOUT_S,
    connection_name=f"natscli {__version__}",
    inbox_prefix=DEFAULT_INBOX_PREFIX,
)
CREDENTIAL_FIELDS = ("user", "password", "token", "creds", "nkey", "jwt", "seed", "nsc")
_SCHEMES = ("user", "creds", "nkey", "jwt", "nsc")  # of which a source gives one; a token may go beside a key
_TLS_FIELDS = ("tlsca", "tlscert", "tlskey", "tlskey_password", "tlskey_password_file")
_PLAIN_FIELDS = tuple(field for field in Settings._fields if field not in ("source", *CREDENTIAL_FIELDS, *_TLS_FIELDS))

Chosen = Mapping[str, Settings]


class NoPasswordError(UsageError):
    """A user was given, and no password for it."""

    def __init__(self, user: str) -> None:
        super().__init__(
            f"user '{user}' has no password", "set NATS_PASSWORD; a token is given with NATS_TOKEN or --token"
        )
        self.user = user


class Choice(NamedTuple):
    """One setting: its value, None for none, and where that was found."""

    field: str
    value: str | float | bool | Sequence[str] | None
    origin: Origin


def sources(
    typed: Settings, environment: Mapping[str, str], folder: str, *, use_context: bool = True
) -> list[Settings]:
    """Return every source that says anything, nearest first."""
    found = _nearer_than_context(typed, environment, folder, use_context=use_context)
    name = _context_name(found)
    return [*found, from_context(name, environment)] if name else found


def _nearer_than_context(
    typed: Settings, environment: Mapping[str, str], folder: str, *, use_context: bool
) -> list[Settings]:
    found = [typed, from_environment(environment)]
    project = find_project_file(folder)
    if project is not None:
        found.append(from_project_file(project))
    if not use_context:
        return [source._replace(context=None) for source in found]
    return found if _context_name(found) else [*found, from_selection(Store.of(environment))]


def _context_name(settings: Sequence[Settings]) -> str | None:
    return next((source.context for source in settings if source.context), None)


def choose(settings: Sequence[Settings]) -> Chosen:
    """Return for each setting the source that counts, of sources nearest first; none where nobody says anything."""
    plain = {field: _nearest(settings, field) for field in _PLAIN_FIELDS}
    chosen = plain | _choose_tls(settings) | _choose_credentials(settings)
    _choose_domain_or_prefix(settings, chosen)
    return {field: source for field, source in chosen.items() if source is not None}


def _choose_domain_or_prefix(settings: Sequence[Settings], chosen: dict[str, Settings | None]) -> None:
    """Keep the nearer of what says where JetStream's API is; of one source that gives both, the domain counts later."""
    domain, prefix = chosen["js_domain"], chosen["js_api_prefix"]
    if domain is not None and prefix is not None and domain is not prefix:
        nearer = next(source for source in settings if source is domain or source is prefix)
        chosen["js_api_prefix" if nearer is domain else "js_domain"] = None


def chosen_values(chosen: Chosen) -> Settings:
    """Return the values that count as one source."""
    return Settings("all", **{field: getattr(source, field) for field, source in chosen.items()})


def resolve(settings: Sequence[Settings], *, ask: bool = True) -> Target:
    """Fold the sources, nearest first, into the one target they describe.

    Unless ``ask`` is false, the program nsc is run for the servers of its user where nobody names any.
    """
    chosen = choose([*settings, DEFAULTS])
    values = chosen_values(chosen)
    credentials, token = _credentials(values)
    if not values.timeout or values.timeout <= 0:
        raise UsageError("the time-out must be longer than nothing")
    servers = _servers_of(credentials, values.timeout) if ask and chosen["server"] is DEFAULTS else None
    urls = parse_urls(servers or str(values.server))
    return Target(
        urls=urls,
        credentials=credentials,
        token=token,
        tls=_tls(values, chosen),
        timeout_s=float(values.timeout),
        name=values.connection_name or str(DEFAULTS.connection_name),
        inbox_prefix=_prefix(values.inbox_prefix or DEFAULT_INBOX_PREFIX, "inbox prefix"),
        proxy=_proxy(values, chosen),
        ws_headers=_ws_headers(values, chosen, urls),
        jetstream=_jetstream(values),
        caution=_caution(chosen, urls),
    )


def explain(settings: Sequence[Settings]) -> list[Choice]:
    """Return every setting as ``resolve`` takes it, and where it was found; raises for what contradicts itself.

    No program is asked: servers that nsc is going to name are None, and their origin is its user.
    """
    chosen = choose([*settings, DEFAULTS])
    fields = [field for field in Settings._fields if field != "source"]
    choices = [
        Choice(field, getattr(source, field), source.origin(field))
        for field in fields
        for source in [chosen.get(field, DEFAULTS)]
    ]
    user = _user_of_nsc(chosen_values(chosen)) if chosen["server"] is DEFAULTS else None
    told = Choice("server", None, Origin("nsc", user)) if user else None
    return [told if told is not None and choice.field == "server" else choice for choice in choices]


def _user_of_nsc(values: Settings) -> str | None:
    """Return the user whose credentials, and servers, nsc knows; None where others count."""
    given = values.creds or values.nsc
    return given if given and scheme_of(given) == "nsc" else None


def default_output(settings: Sequence[Settings]) -> Choice | None:
    """Return what a command with --output prints when none is typed, if any source says it."""
    source = _nearest(settings, "output")
    return source and Choice("output", source.output, source.origin("output"))


def sources_here(typed: Settings, *, use_context: bool = True) -> list[Settings]:
    """Return every source for what was typed, in this process's environment and folder."""
    return sources(typed, os.environ, _folder(), use_context=use_context)


def context_here(typed: Settings, *, use_context: bool = True) -> str | None:
    """Return the context that is used here, by name or file, whether it can be or not."""
    return _context_name(_nearer_than_context(typed, os.environ, _folder(), use_context=use_context))


def _folder() -> str:
    """Return the working folder, or nothing when it has been removed."""
    try:
        return os.getcwd()
    except FileNotFoundError:
        return ""


def _nearest(settings: Sequence[Settings], field: str) -> Settings | None:
    return next((source for source in settings if getattr(source, field) is not None), None)


def _choose_tls(settings: Sequence[Settings]) -> dict[str, Settings | None]:
    """Take the CA from the nearest source that has one; certificate and key only as a pair from one source.

    The password of the key is that of the nearest source that has it, or names its file.
    """
    pair = next((s for s in settings if s.tlscert or s.tlskey), None)
    password = next((s for s in settings if s.tlskey_password or s.tlskey_password_file), None)
    itself = password is not None and bool(password.tlskey_password)
    return {
        "tlsca": next((s for s in settings if s.tlsca), None),
        "tlscert": pair,
        "tlskey": pair,
        "tlskey_password": password if itself else None,
        "tlskey_password_file": None if itself else password,
    }


def _choose_credentials(settings: Sequence[Settings]) -> dict[str, Settings | None]:
    """Take the nearest credentials whole, and a token that goes beside a key.

    User information in the URLs counts as given where the URLs were given, and stays with each URL.
    """
    server = _nearest(settings, "server")
    for source in settings:
        fields = [name for name in (*_SCHEMES, "token") if getattr(source, name)]
        if source.seed and not any(s.jwt for s in settings):
            fields.append("seed")
        if fields:
            _check_schemes(source, fields)
            password = _password_source(settings, source.user) if source.user else None
            seed = _seed_source(settings, source) if source.jwt else None
            return {"password": password, "seed": seed, **dict.fromkeys(fields, source)}
        if source is server and any(url.user is not None for url in parse_urls(str(source.server))):
            break
    return {}


def _check_schemes(source: Settings, fields: Sequence[str]) -> None:
    rivals = [field for field in fields if field != "token" or "user" in fields]
    if len(rivals) > 1:
        raise UsageError(f"the {source.source} gives both a {rivals[0]} and a {rivals[1]}", "one of them must go")
    if source.nsc and scheme_of(source.nsc) != "nsc":
        raise UsageError(f"the {source.source} names an nsc user that is not of the form nsc://operator/account/user")


def _password_source(settings: Sequence[Settings], user: str) -> Settings | None:
    """Return the nearest source of a password that is ``user``'s, or nobody's in particular."""
    return next((source for source in settings if source.password and source.user in (None, user)), None)


def _seed_source(settings: Sequence[Settings], source: Settings) -> Settings | None:
    """Return the source of the seed: that of the JWT, else the nearest that has no other JWT; a bearer needs none."""
    return source if source.seed else next((s for s in settings if s.seed and s.jwt is None), None)


def _credentials(values: Settings) -> tuple[Credentials | None, str | None]:
    if values.creds:
        return CredsFile(local(values.creds)), values.token
    if values.nkey:
        return SeedFile(local(values.nkey)), values.token
    if values.jwt:
        return UserJwt(values.jwt, values.seed), values.token
    if values.nsc:
        return CredsFile(_nsc_user(values.nsc)), values.token
    if values.seed:
        raise UsageError("a seed was given without its JWT", "an NKey alone is given with --nkey FILE")
    if values.user and not values.password:
        raise NoPasswordError(values.user)
    if values.user:
        return UserPassword(values.user, str(values.password)), None
    return (Token(values.token), None) if values.token else (None, None)


def _nsc_user(name: str) -> str:
    if scheme_of(name) != "nsc":
        raise UsageError("a user of nsc is not of the form nsc://operator/account/user")
    return name


def _servers_of(credentials: Credentials | None, timeout_s: float) -> str | None:
    """Return the servers nsc knows for its user: asked for where nobody names any."""
    if not isinstance(credentials, CredsFile) or scheme_of(credentials.path) != "nsc":
        return None
    from natscli.context.programs import nsc_profile  # starting programs is for few

    return ",".join(nsc_profile(credentials.path, Wait(timeout_s)).servers) or None


def _caution(chosen: Chosen, urls: Sequence[ServerUrl]) -> str | None:
    """Say that a secret goes to servers it was not saved for.

    As in the Go CLI a server that is typed, or in the environment, goes with the credentials of the context:
    people reach one server of a cluster so.  It may also be a slip, and then the password is known elsewhere.
    Keys only sign a challenge, which is worth nothing to another server.
    """
    holder = chosen.get("password" if "user" in chosen else "token")
    if holder is None or not holder.server or holder is chosen["server"]:
        return None
    try:
        its_own = {url.address for url in parse_urls(holder.server)}
    except UsageError:
        its_own = set()
    others = [url.display for url in urls if url.address not in its_own]
    what = "password" if "user" in chosen else "token"
    return f"the {what} of the {holder.source} goes to {', '.join(others)}, which it does not name" if others else None


def _tls(values: Settings, chosen: Chosen) -> TlsFiles:
    ca = _tls_file(values.tlsca) if values.tlsca else None
    first, insecure = bool(values.tlsfirst), bool(values.tls_insecure)
    if insecure and ca:
        raise UsageError("--tls-insecure trusts everybody: it does not go with --tlsca")
    if not values.tlscert and not values.tlskey:
        if values.tlskey_password_file and chosen["tlskey_password_file"].source != ENVIRONMENT:
            raise UsageError("--tlskey-password-file was given without a key", "give --tlscert and --tlskey too")
        return TlsFiles(ca, None, None, first, values.tlsname, insecure)
    if not values.tlscert or not values.tlskey:
        given, missing = ("certificate", "key") if values.tlscert else ("key", "certificate")
        raise UsageError(f"a TLS {given} was given without its {missing}", "give both --tlscert and --tlskey")
    cert, key = _tls_file(values.tlscert), _tls_file(values.tlskey)
    return TlsFiles(ca, cert, key, first, values.tlsname, insecure, _key_password(values))


def _tls_file(path: str) -> str:
    """Return a path that OpenSSL can open; it takes files alone."""
    if scheme_of(path) not in ("", "file"):
        raise UsageError(f"TLS files have to be files, and no {scheme_of(path)}: reference")
    return local(path)


def _key_password(values: Settings) -> str | None:
    if values.tlskey_password_file is None:
        return values.tlskey_password
    return read_secret(f"file://{values.tlskey_password_file}", "TLS key password")


def _proxy(values: Settings, chosen: Chosen) -> Proxy | None:
    if not values.proxy:
        return None
    try:
        return parse_proxy(values.proxy, os.environ)
    except UsageError as error:
        raise UsageError(f"the {chosen['proxy'].source}: {error}", error.hint) from None


def _ws_headers(values: Settings, chosen: Chosen, urls: Sequence[ServerUrl]) -> tuple[tuple[str, str], ...]:
    """Return the headers of WebSocket handshakes; typed for a server that knows none is a mistake."""
    if not values.ws_headers:
        return ()
    if not urls[0].is_websocket:
        if chosen["ws_headers"].source != ENVIRONMENT:
            raise UsageError("--ws-header is for WebSocket URLs", "ws:// and wss://")
        return ()
    return tuple(parse_header(text) for text in values.ws_headers)


def _jetstream(values: Settings) -> JetStreamPrefixes:
    usual = JetStreamPrefixes()
    api = values.js_api_prefix or usual.api
    if values.js_domain:
        if "." in values.js_domain:
            raise UsageError(f"the JetStream domain '{values.js_domain}' cannot be used: it has a dot")
        api = f"$JS.{_prefix(values.js_domain, 'JetStream domain')}.API"
    events = values.js_event_prefix or usual.events
    return JetStreamPrefixes(
        _prefix(api.removesuffix("."), "JetStream API prefix"),
        _prefix(events.removesuffix("."), "JetStream event prefix"),
    )


def _prefix(prefix: str, what: str) -> str:
    """Return what subjects can begin with; raises UsageError."""
    try:
        check_publish(prefix)
        check_subscribe(prefix)
    except ValueError as error:
        raise UsageError(f"the {what} cannot be used: {error}") from None
    return prefix
