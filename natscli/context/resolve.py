"""Which source counts: typed, then environment, then project file, then context, then default.

Plain settings are taken one by one from the nearest source that has them.  Credentials are taken
as a whole: a scheme given nearer replaces a farther one, so that ``--creds`` on the command line
is never overruled by a user name in a context.
"""

import os
from collections.abc import Mapping, Sequence

from natscli import __version__
from natscli.context.credentials import Credentials, CredsFile, SeedFile, Token, UserPassword, expand
from natscli.context.settings import (
    Settings,
    find_project_file,
    from_context,
    from_environment,
    from_project_file,
    selected_context,
)
from natscli.context.target import DEFAULT_INBOX_PREFIX, DEFAULT_TIMEOUT_S, Target, TlsFiles
from natscli.context.urls import DEFAULT_URL, ServerUrl, parse_urls
from natscli.errors import UsageError
from natscli.wire.subjects import check_publish, check_subscribe


def sources(
    typed: Settings, environment: Mapping[str, str], folder: str, *, use_context: bool = True
) -> list[Settings]:
    """Return every source that says anything, nearest first."""
    found = [typed, from_environment(environment)]
    project = find_project_file(folder)
    if project is not None:
        found.append(from_project_file(project))
    if use_context:
        name = next((s.context for s in found if s.context), None) or selected_context(environment)
        if name:
            found.append(from_context(name, environment))
    return found


def resolve(settings: Sequence[Settings]) -> Target:
    """Fold the sources, nearest first, into the one target they describe."""

    def nearest(field: str) -> object:
        return next((value for s in settings if (value := getattr(s, field)) is not None), None)

    server = nearest("server")
    urls = parse_urls(DEFAULT_URL if server is None else str(server))
    credentials, token = _credentials(settings, urls)
    timeout = nearest("timeout")
    timeout_s = float(timeout) if isinstance(timeout, float | int) else DEFAULT_TIMEOUT_S
    if timeout_s <= 0:
        raise UsageError("the time-out must be longer than nothing")
    return Target(
        urls=urls,
        credentials=credentials,
        token=token,
        tls=_tls(settings),
        timeout_s=timeout_s,
        name=str(nearest("connection_name") or f"natscli {__version__}"),
        inbox_prefix=_inbox_prefix(str(nearest("inbox_prefix") or DEFAULT_INBOX_PREFIX)),
    )


def target_for(typed: Settings, *, use_context: bool = True) -> Target:
    """Return the target for what was typed, in this process's environment and folder."""
    return resolve(sources(typed, os.environ, _folder(), use_context=use_context))


def _folder() -> str:
    """Return the working folder, or nothing when it has been removed."""
    try:
        return os.getcwd()
    except FileNotFoundError:
        return ""


def _inbox_prefix(prefix: str) -> str:
    try:
        check_publish(prefix)
        check_subscribe(prefix)
    except ValueError as error:
        raise UsageError(f"the inbox prefix cannot be used: {error}") from None
    return prefix


def _tls(settings: Sequence[Settings]) -> TlsFiles:
    """Take the CA from the nearest source that has one; certificate and key only as a pair from one source."""
    ca = next((s.tlsca for s in settings if s.tlsca), None)
    pair = next((s for s in settings if s.tlscert or s.tlskey), None)
    first = next((s.tlsfirst for s in settings if s.tlsfirst is not None), False)
    if pair is None:
        return TlsFiles(ca and expand(ca), None, None, first)
    if not pair.tlscert or not pair.tlskey:
        given, missing = ("certificate", "key") if pair.tlscert else ("key", "certificate")
        raise UsageError(f"a TLS {given} was given without its {missing}", "give both --tlscert and --tlskey")
    return TlsFiles(ca and expand(ca), expand(pair.tlscert), expand(pair.tlskey), first)


def _credentials(settings: Sequence[Settings], urls: Sequence[ServerUrl]) -> tuple[Credentials | None, str | None]:
    """Return the nearest credentials, and a token that goes beside a key.

    User information in the URLs counts as given where the URLs were given, and stays with each URL.
    """
    in_urls = any(url.user is not None for url in urls)
    for place, source in enumerate(settings):
        found = _from_source(settings, place)
        if found != (None, None):
            return found
        if source.server is not None and in_urls:
            break
    return None, None


def _from_source(settings: Sequence[Settings], place: int) -> tuple[Credentials | None, str | None]:
    source = settings[place]
    schemes = [name for name in ("user", "creds", "nkey") if getattr(source, name)]
    if source.token and "user" in schemes:
        schemes.append("token")
    if len(schemes) > 1:
        raise UsageError(f"the {source.source} gives both a {schemes[0]} and a {schemes[1]}", "one of them must go")
    if source.creds:
        return CredsFile(expand(source.creds)), source.token
    if source.nkey:
        return SeedFile(expand(source.nkey)), source.token
    if source.user:
        return UserPassword(source.user, _password_for(settings, source.user)), None
    if source.token:
        return Token(source.token), None
    return None, None


def _password_for(settings: Sequence[Settings], user: str) -> str:
    """Return the nearest password that is ``user``'s, or nobody's in particular."""
    for source in settings:
        if source.password and source.user in (None, user):
            return source.password
    raise UsageError(f"user '{user}' has no password", "set NATS_PASSWORD; a token is given with NATS_TOKEN or --token")
