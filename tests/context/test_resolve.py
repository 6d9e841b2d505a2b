"""The nearest source counts: typed, then environment, then project file, then context."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from natscli import __version__
from natscli.context.credentials import Credentials, CredsFile, SeedFile, Token, UserPassword
from natscli.context.resolve import resolve, sources, sources_here
from natscli.context.settings import PROJECT_FILE, Settings
from natscli.context.target import DEFAULT_TIMEOUT_S, Target, TlsFiles
from natscli.context.urls import DEFAULT_URL, parse_urls
from natscli.errors import UsageError

LEVELS = ("typed", "environment", "project", "context")


class Field(NamedTuple):
    """How each level says it (one value per level that can), what the target then holds, and the default."""

    typed: dict[str, Any]
    environment: dict[str, str]
    project: dict[str, str]
    context: dict[str, Any]
    of: Callable[[Target], object]
    values: dict[str, object]  # what the target holds, by the level that counts; "none" is the default


FIELDS = {
    "server": Field(
        {"server": "nats://typed"},
        {"NATS_URL": "nats://environment"},
        {},
        {"url": "nats://context"},
        lambda target: target.urls[0].host,
        {"typed": "typed", "environment": "environment", "context": "context", "none": "127.0.0.1"},
    ),
    "timeout": Field(
        {"timeout": 1.0},
        {"NATS_TIMEOUT": "2s"},
        {"timeout": "3s"},
        {},
        lambda target: target.timeout_s,
        {"typed": 1.0, "environment": 2.0, "project": 3.0, "none": DEFAULT_TIMEOUT_S},
    ),
    "inbox prefix": Field(
        {"inbox_prefix": "_T"},
        {},
        {"inbox_prefix": "_P"},
        {"inbox_prefix": "_C"},
        lambda target: target.inbox_prefix,
        {"typed": "_T", "project": "_P", "context": "_C", "none": "_INBOX"},
    ),
    "ca": Field(
        {"tlsca": "t.pem"},
        {"NATS_CA": "e.pem"},
        {},
        {"ca": "c.pem"},
        lambda target: target.tls.ca,
        {"typed": "t.pem", "environment": "e.pem", "context": "c.pem", "none": None},
    ),
    "certificate and key": Field(
        {"tlscert": "t.crt", "tlskey": "t.key"},
        {"NATS_CERT": "e.crt", "NATS_KEY": "e.key"},
        {},
        {"cert": "c.crt", "key": "c.key"},
        lambda target: (target.tls.cert, target.tls.key),
        {
            "typed": ("t.crt", "t.key"),
            "environment": ("e.crt", "e.key"),
            "context": ("c.crt", "c.key"),
            "none": (None, None),
        },
    ),
    "TLS first": Field(
        {"tlsfirst": False},
        {},
        {},
        {"tls_first": True},
        lambda target: target.tls.first,
        {"typed": False, "context": True, "none": False},
    ),
    "name": Field(
        {"connection_name": "mine"},
        {},
        {},
        {},
        lambda target: target.name,
        {"typed": "mine", "none": f"natscli {__version__}"},
    ),
}
MATRIX = [
    (name, levels)
    for name, field in FIELDS.items()
    for count in range(len(field.values))
    for levels in itertools.combinations([level for level in LEVELS if level in field.values], count)
]


def save(base: Path, name: str, content: dict[str, Any]) -> None:
    folder = base / "nats" / "context"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(content))


@pytest.mark.parametrize(
    ("name", "levels"), MATRIX, ids=[f"{name}: {'+'.join(levels) or 'none'}" for name, levels in MATRIX]
)
def test_a_plain_setting_is_taken_from_the_nearest_level_that_has_it(
    name: str, levels: tuple[str, ...], tmp_path: Path
) -> None:
    field = FIELDS[name]
    environment = {"XDG_CONFIG_HOME": str(tmp_path)} | (field.environment if "environment" in levels else {})
    if "project" in levels:
        lines = [f"{key} = {json.dumps(value)}" for key, value in field.project.items()]
        (tmp_path / PROJECT_FILE).write_text("\n".join(lines))
    if "context" in levels:
        save(tmp_path, "saved", field.context)
        (tmp_path / "nats" / "context.txt").write_text("saved")
    typed = Settings("command line", **(field.typed if "typed" in levels else {}))
    target = resolve(sources(typed, environment, str(tmp_path)))
    assert field.of(target) == field.values[levels[0] if levels else "none"]


@pytest.mark.parametrize(
    "levels", [c for n in range(1, 5) for c in itertools.combinations(("typed", "env", "project", "selected"), n)]
)
@pytest.mark.parametrize("use_context", [True, False])
def test_the_context_is_chosen_by_the_nearest_level(levels: tuple[str, ...], use_context: bool, tmp_path: Path) -> None:
    for name in levels:
        save(tmp_path, name, {"url": f"nats://{name}"})
    environment = {"XDG_CONFIG_HOME": str(tmp_path)} | ({"NATS_CONTEXT": "env"} if "env" in levels else {})
    if "project" in levels:
        (tmp_path / PROJECT_FILE).write_text('context = "project"')
    if "selected" in levels:
        (tmp_path / "nats" / "context.txt").write_text("selected")
    typed = Settings("command line", context="typed" if "typed" in levels else None)
    target = resolve(sources(typed, environment, str(tmp_path), use_context=use_context))
    assert target.urls[0].host == (levels[0] if use_context else "127.0.0.1")


def test_nothing_said_is_the_local_server(tmp_path: Path) -> None:
    target = resolve(sources(Settings("command line"), {"XDG_CONFIG_HOME": str(tmp_path)}, str(tmp_path)))
    assert target == Target(parse_urls(DEFAULT_URL), name=f"natscli {__version__}")
    assert not target.wants_tls


SCHEMES: dict[str | None, Callable[[str], dict[str, str]]] = {
    None: lambda level: {},
    "user": lambda level: {"user": level, "password": f"pw-{level}"},
    "token": lambda level: {"token": level},
    "creds": lambda level: {"creds": level},
    "nkey": lambda level: {"nkey": level},
}


def expected(scheme: str | None, level: str) -> Credentials | None:
    by_scheme: dict[str | None, Credentials] = {
        "user": UserPassword(level, f"pw-{level}"),
        "token": Token(level),
        "creds": CredsFile(level),
        "nkey": SeedFile(level),
    }
    return by_scheme.get(scheme)


@pytest.mark.parametrize("schemes", list(itertools.product(SCHEMES, repeat=3)), ids=str)
def test_credentials_are_taken_whole_from_the_nearest_source(schemes: tuple[str | None, ...]) -> None:
    levels = ("typed", "environment", "context")
    settings = [Settings(level, **SCHEMES[scheme](level)) for level, scheme in zip(levels, schemes, strict=True)]
    counting = next(((scheme, level) for scheme, level in zip(schemes, levels, strict=True) if scheme), (None, ""))
    target = resolve(settings)
    assert (target.credentials, target.token) == (expected(*counting), None)


T, E, C = "typed", "environment", "context"


@pytest.mark.parametrize(
    ("settings", "credentials"),
    [
        # user information in a URL counts at the level the URL was given
        ([Settings(T, server="nats://a:b@h"), Settings(E, user="bob", password="x")], None),
        ([Settings(T, server="nats://a:b@h"), Settings(E, creds="c")], None),
        ([Settings(T, server="nats://tok@h"), Settings(E), Settings(C, token="t")], None),
        ([Settings(T, server="nats://a:b@h", creds="c")], CredsFile("c")),
        ([Settings(T, creds="c"), Settings(E, server="nats://a:b@h")], CredsFile("c")),
        ([Settings(T), Settings(E, server="nats://a:b@h", token="t")], Token("t")),
        ([Settings(T), Settings(E, server="nats://a:b@h"), Settings(C, token="t")], None),
        ([Settings(T, server="nats://h"), Settings(E, server="nats://a:b@k", token="t")], Token("t")),
        ([Settings(T, server="nats://h"), Settings(E, server="nats://a:b@k")], None),
        ([Settings(T), Settings(E, token="t"), Settings(C, server="nats://a:b@h")], Token("t")),
        ([Settings(T, server="nats://h,nats://a:b@k"), Settings(E, token="t")], None),
        # a password completes a user when it is nobody else's
        ([Settings(T, user="bob"), Settings(E, password="x")], UserPassword("bob", "x")),
        ([Settings(T, user="bob"), Settings(E), Settings(C, password="x")], UserPassword("bob", "x")),
        ([Settings(T, user="bob"), Settings(E, user="bob", password="x")], UserPassword("bob", "x")),
        ([Settings(T, user="bob", password="own"), Settings(E, password="x")], UserPassword("bob", "own")),
        (
            [Settings(T, user="bob"), Settings(E, user="eve", password="x"), Settings(C, password="y")],
            UserPassword("bob", "y"),
        ),
        ([Settings(T, password="x"), Settings(E, user="bob")], UserPassword("bob", "x")),
        ([Settings(T), Settings(E, password="x"), Settings(C, user="bob")], UserPassword("bob", "x")),
        ([Settings(T, password="x"), Settings(E), Settings(C, user="bob", password="saved")], UserPassword("bob", "x")),
        # a password alone is nobody
        ([Settings(T, password="x")], None),
        ([Settings(T, password="x"), Settings(E, token="t")], Token("t")),
    ],
)
def test_who_we_are(settings: list[Settings], credentials: Credentials | None) -> None:
    assert resolve(settings).credentials == credentials


@pytest.mark.parametrize(
    "farther", [Settings(E, user="eve", password="hers"), Settings(C, user="eve", password="hers")]
)
def test_another_users_password_is_never_used(farther: Settings) -> None:
    with pytest.raises(UsageError, match="user 'bob' has no password") as caught:
        resolve([Settings(T, user="bob"), farther])
    assert "NATS_PASSWORD" in str(caught.value.hint)
    assert "hers" not in f"{caught.value} {caught.value.hint}"


def test_urls_keep_their_own_users() -> None:
    urls = resolve([Settings(T, server="nats://a:b@h,nats://tok@k,nats://n")]).urls
    assert [(url.user, url.password) for url in urls] == [("a", "b"), ("tok", None), (None, None)]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"user": "bob", "token": "hush"}, "both a user and a token"),
        ({"user": "bob", "creds": "c"}, "both a user and a creds"),
        ({"user": "bob", "nkey": "n"}, "both a user and a nkey"),
        ({"creds": "c", "nkey": "n"}, "both a creds and a nkey"),
        ({"creds": "c", "nkey": "n", "token": "hush"}, "both a creds and a nkey"),
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_two_schemes_in_one_source_are_refused(said: dict[str, str], reason: str, place: int) -> None:
    settings = [Settings(level) for level in (T, E, C)]
    settings[place] = Settings(settings[place].source, **said)
    with pytest.raises(UsageError, match=f"the {settings[place].source} gives {reason}") as caught:
        resolve(settings)
    assert "hush" not in str(caught.value)


def test_two_schemes_in_a_source_that_does_not_count_do_no_harm() -> None:
    settings = [Settings(T, token="t"), Settings(E, user="bob", password="x", creds="c")]
    assert resolve(settings).credentials == Token("t")


@pytest.mark.parametrize(("said", "kind"), [({"creds": "c"}, CredsFile("c")), ({"nkey": "n"}, SeedFile("n"))])
def test_a_token_goes_beside_a_key_of_the_same_source(said: dict[str, str], kind: Credentials) -> None:
    target = resolve([Settings(T, token="t", **said)])
    assert (target.credentials, target.token) == (kind, "t")
    other = resolve([Settings(T, **said), Settings(E, token="t")])
    assert (other.credentials, other.token) == (kind, None)


@pytest.mark.parametrize(
    ("settings", "given", "missing"),
    [
        ([Settings(T, tlscert="c")], "certificate", "key"),
        ([Settings(T, tlskey="k")], "key", "certificate"),
        ([Settings(T), Settings(E, tlskey="k")], "key", "certificate"),
        ([Settings(T, tlscert="c"), Settings(E, tlscert="c", tlskey="k")], "certificate", "key"),
        ([Settings(T, tlscert="c"), Settings(E, tlskey="k")], "certificate", "key"),
    ],
)
def test_a_certificate_and_its_key_come_from_one_source(settings: list[Settings], given: str, missing: str) -> None:
    with pytest.raises(UsageError, match=f"a TLS {given} was given without its {missing}"):
        resolve(settings)


def test_paths_are_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    monkeypatch.setenv("USERPROFILE", "/home/someone")
    target = resolve([Settings(T, creds="~/c", tlsca="~/ca", tlscert="~/crt", tlskey="~/key")])
    assert target.credentials == CredsFile("/home/someone/c")
    assert target.tls == TlsFiles("/home/someone/ca", "/home/someone/crt", "/home/someone/key", False)
    assert resolve([Settings(T, nkey="~/n")]).credentials == SeedFile("/home/someone/n")


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        (Settings(T, server="nats://h"), False),
        (Settings(T, server="tls://h"), True),
        (Settings(T, server="nats://h,tls://k"), True),
        (Settings(T, server="wss://h"), True),
        (Settings(T, server="ws://h"), False),
        (Settings(T, tlsca="ca"), True),
        (Settings(T, tlscert="c", tlskey="k"), True),
        (Settings(T, tlsfirst=True), True),
        (Settings(T, tlsfirst=False), False),
    ],
)
def test_anything_that_asks_for_tls_asks_for_all_servers(settings: Settings, wanted: bool) -> None:
    assert resolve([settings]).wants_tls is wanted


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (Settings(T, timeout=0.0), "longer than nothing"),
        (Settings(T, timeout=-1.0), "longer than nothing"),
        (Settings(T, server=""), "the server URL is empty"),
        (Settings(T, server="http://h"), "unknown scheme"),
        (Settings(T, inbox_prefix="a b"), "the inbox prefix cannot be used: .* white space"),
        (Settings(T, inbox_prefix="_INBOX.>"), "the inbox prefix cannot be used: .* wildcard"),
        (Settings(T, inbox_prefix="_INBOX."), "the inbox prefix cannot be used: .* empty token"),
        (Settings(T, inbox_prefix="\udcff"), "the inbox prefix cannot be used: .* not UTF-8"),
    ],
)
def test_what_cannot_be_used_is_a_usage_error(settings: Settings, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        resolve([settings, Settings(E, server="nats://h", timeout=1.0)])


def test_a_time_out_in_whole_seconds_counts() -> None:
    assert resolve([Settings(T, timeout=10)]).timeout_s == 10.0


def test_the_process_is_asked_for_its_environment_and_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NATS_URL", "nats://environment")
    (tmp_path / PROJECT_FILE).write_text('timeout = "7s"')
    monkeypatch.chdir(tmp_path)
    target = resolve(sources_here(Settings(T)))
    assert (target.urls[0].host, target.timeout_s) == ("environment", 7.0)


def test_a_folder_that_was_removed_has_no_project_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    try:
        folder.rmdir()
    except OSError:
        pytest.skip("this system keeps a folder in use")
    assert resolve(sources_here(Settings(T))).timeout_s == DEFAULT_TIMEOUT_S


@pytest.mark.parametrize(
    ("nearer", "farther", "prefix"),
    [
        ({}, {}, "$JS.API"),
        ({"js_domain": "hub"}, {}, "$JS.hub.API"),
        ({"js_domain": "hub", "js_api_prefix": "a.b"}, {}, "$JS.hub.API"),
        ({"js_api_prefix": "a.b."}, {"js_domain": "hub"}, "a.b"),
        ({"js_domain": "hub"}, {"js_api_prefix": "a.b"}, "$JS.hub.API"),
    ],
    ids=str,
)
def test_the_nearer_of_domain_and_prefix_says_where_jetstream_is(
    nearer: dict[str, str], farther: dict[str, str], prefix: str
) -> None:
    assert resolve([Settings(T, **nearer), Settings(C, **farther)]).jetstream.api == prefix
