"""Every setting from every set of sources that can give it, against a table that knows nothing of the code."""

import itertools
import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest

from natscli import __version__
from natscli.context.resolve import explain, resolve, sources
from natscli.context.settings import PROJECT_FILE, Settings
from natscli.context.target import Target
from natscli.errors import UsageError

ROOT = Path(__file__).parent.parent.parent
LEVELS = ("typed", "environment", "project", "context")  # nearest first
NAME = "saved"


class Row(NamedTuple):
    """How each source spells a setting, what value that is, and what there is without."""

    variable: str = ""
    project: str = ""
    key: str = ""
    values: tuple[Any, ...] = ("t", "e", "p", "c")  # by level
    default: Any = None
    spelled: Mapping[Any, str] = MappingProxyType({})  # a value as text, where it is none
    has_option: bool = True

    @property
    def levels(self) -> tuple[str, ...]:
        """The sources that can say it."""
        can = (self.has_option, bool(self.variable), bool(self.project), bool(self.key))
        return tuple(level for level, it_can in zip(LEVELS, can, strict=True) if it_can)


# The documented table of settings (docs/contexts.md).
TABLE = {
    "server": Row("NATS_URL", "", "url", ("nats://t", "nats://e", "", "nats://c"), "nats://127.0.0.1:4222"),
    "user": Row("NATS_USER", "", "user"),
    "password": Row("NATS_PASSWORD", "", "password"),
    "token": Row("NATS_TOKEN", "", "token"),
    "creds": Row("NATS_CREDS", "", "creds"),
    "nkey": Row("NATS_NKEY", "", "nkey"),
    "jwt": Row("NATS_JWT", "", "user_jwt"),
    "seed": Row("NATS_SEED", "", "user_seed"),
    "nsc": Row("", "", "nsc", ("", "", "", "nsc://o/a/c"), has_option=False),
    "tlsca": Row("NATS_CA", "", "ca"),
    "tlscert": Row("NATS_CERT", "", "cert"),
    "tlskey": Row("NATS_KEY", "", "key"),
    "tlsfirst": Row("", "", "tls_first", (True, "", "", True), False),
    "tlsname": Row(),
    "tls_insecure": Row("", "", "", (True,), False),
    "tlskey_password": Row("NATS_KEY_PASSWORD", has_option=False),
    "tlskey_password_file": Row("NATS_KEY_PASSWORD_FILE"),
    "proxy": Row("NATS_SOCKS_PROXY", "", "socks_proxy"),
    "ws_headers": Row("NATS_WS_HEADER", "", "", (["t: 1"], ["e: 1"])),
    "timeout": Row("NATS_TIMEOUT", "timeout", "", (1.0, 2.0, 3.0, ""), 5.0, {2.0: "2s", 3.0: "3s"}),
    "connection_name": Row("", "", "", default=f"natscli {__version__}"),
    "inbox_prefix": Row("", "inbox_prefix", "inbox_prefix", default="_INBOX"),
    "js_domain": Row("", "", "jetstream_domain"),
    "js_api_prefix": Row("", "", "jetstream_api_prefix"),
    "js_event_prefix": Row("", "", "jetstream_event_prefix"),
    "context": Row("NATS_CONTEXT", "context"),
    "output": Row("", "output"),
}
CREDENTIALS = ("user", "password", "token", "creds", "nkey", "jwt", "seed", "nsc")
ORIGINS = {"typed": "command line", "environment": "environment", "project": "project file", "context": "context"}
# What is asked for alone makes no sense: it comes with these.
COMPANIONS = {"user": ["password"], "password": ["user"], "tlscert": ["tlskey"], "tlskey": ["tlscert"], "seed": ["jwt"]}

MATRIX = [
    (field, levels)
    for field, row in TABLE.items()
    if field != "context"
    for count in range(len(row.levels) + 1)
    for levels in itertools.combinations(row.levels, count)
]


class World:
    """A configuration folder, a project folder and an environment in which each source says what it is told to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {"XDG_CONFIG_HOME": str(folder / "config")}
        self.typed: dict[str, Any] = {}
        self.project: dict[str, str] = {}
        self.context: dict[str, Any] = {}
        self.names = [NAME]

    def say(self, field: str, level: str, value: Any) -> None:
        row = TABLE[field]
        if level == "typed":
            self.typed[field] = value
        elif level == "environment":
            self.environment[row.variable] = value[0] if isinstance(value, list) else row.spelled.get(value, value)
        elif level == "project":
            self.project[row.project] = row.spelled.get(value, value)
        else:
            self.context[row.key] = value

    def sources(self) -> list[Settings]:
        contexts = self.folder / "config" / "nats" / "context"
        contexts.mkdir(parents=True)
        for name in self.names:
            (contexts / f"{name}.json").write_text(json.dumps(self.context))
        (contexts.parent / "context.txt").write_text(NAME)
        lines = [f"{key} = {json.dumps(value)}\n" for key, value in self.project.items()]
        (self.folder / PROJECT_FILE).write_text("".join(lines))
        return sources(Settings("command line", **self.typed), self.environment, str(self.folder))


def origin(level: str | None, field: str, folder: Path) -> tuple[str, str]:
    names = {"environment": TABLE[field].variable, "project": str(folder / PROJECT_FILE), "context": NAME}
    return ("default", "") if level is None else (ORIGINS[level], names.get(level, ""))


def explained(found: list[Settings]) -> dict[str, tuple[Any, tuple[str, str]]]:
    return {choice.field: (choice.value, tuple(choice.origin)) for choice in explain(found)}


def test_the_table_has_every_setting() -> None:
    assert set(TABLE) == set(Settings._fields) - {"source"}


@pytest.mark.parametrize("field", TABLE)
def test_the_documentation_has_the_table(field: str) -> None:
    row = TABLE[field]
    option = "--ws-header" if field == "ws_headers" else f"--{field.replace('_', '-')}"
    cells = [option if row.has_option else "", row.variable, row.project, row.key]
    lines = (ROOT / "docs" / "contexts.md").read_text(encoding="utf-8").splitlines()
    assert cells in [[cell.strip(" `") for cell in line.split("|")][2:6] for line in lines]


@pytest.mark.parametrize(
    ("field", "levels"), MATRIX, ids=[f"{field}: {'+'.join(levels) or 'none'}" for field, levels in MATRIX]
)
def test_the_nearest_source_counts_and_is_named(field: str, levels: tuple[str, ...], tmp_path: Path) -> None:
    row = TABLE[field]
    world = World(tmp_path)
    for level in levels:
        for each in (field, *COMPANIONS.get(field, [])):
            world.say(each, level, row.values[LEVELS.index(level)])

    found = explained(world.sources())

    nearest = levels[0] if levels else None
    value = row.default if nearest is None else row.values[LEVELS.index(nearest)]
    assert found[field] == (value, origin(nearest, field, tmp_path))
    others = set(TABLE) - {field, "context", *COMPANIONS.get(field, [])}
    if field == "nsc" and levels:  # its user names the servers, too, which only the program knows
        others.remove("server")
        assert found["server"] == (None, ("nsc", value))
    for other in others:
        assert found[other] == (TABLE[other].default, ("default", ""))


@pytest.mark.parametrize("levels", [c for n in range(4) for c in itertools.combinations(LEVELS[:3], n)], ids=str)
def test_the_context_is_named_by_the_nearest_source_and_else_by_the_selection(
    levels: tuple[str, ...], tmp_path: Path
) -> None:
    world = World(tmp_path)
    world.names += levels
    for level in levels:
        world.say("context", level, level)

    found = world.sources()

    if levels:
        assert explained(found)["context"] == (levels[0], origin(levels[0], "context", tmp_path))
    else:
        assert explained(found)["context"] == (NAME, ("selection", ""))


# What one source may say of who we are, by setting.  "{}" is the source's own name.
SCHEMES: dict[str, dict[str, str]] = {
    "nothing": {},
    "user and password": {"user": "{}", "password": "pw-{}"},
    "user alone": {"user": "{}"},
    "the same user everywhere": {"user": "bob", "password": "pw-{}"},
    "the same user alone": {"user": "bob"},
    "password alone": {"password": "pw-{}"},
    "token": {"token": "{}"},
    "creds": {"creds": "{}"},
    "creds and token": {"creds": "{}", "token": "tok-{}"},
    "nkey": {"nkey": "{}"},
    "nkey and token": {"nkey": "{}", "token": "tok-{}"},
    "jwt": {"jwt": "{}"},
    "jwt and seed": {"jwt": "{}", "seed": "seed-{}"},
    "seed": {"seed": "seed-{}"},
    "nsc": {"nsc": "nsc://o/a/{}"},
}
PLACES = ("typed", "environment", "context")
COMBINATIONS = list(itertools.product(SCHEMES, repeat=3))


def expected(said: dict[str, dict[str, str]]) -> dict[str, tuple[str, str]] | None:
    """Return each credential that counts with its level: a scheme whole, and a password for its user only.

    A seed is of its own JWT, or of one without; None for a seed of which nobody has the JWT.
    """
    for level in PLACES:
        given = said[level]
        if "seed" in given and not any("jwt" in others for others in said.values()):
            return None
        if not given.keys() - {"password", "seed"}:
            continue
        whole = {field: (value, level) for field, value in given.items() if field != "password"}
        if "jwt" in given and "seed" not in given:
            seeds = [(said[other]["seed"], other) for other in PLACES if said[other].keys() == {"seed"}]
            return whole | ({"seed": seeds[0]} if seeds else {})
        if "user" in given:
            for other in PLACES:
                if "password" in said[other] and said[other].get("user", given["user"]) == given["user"]:
                    return whole | {"password": (said[other]["password"], other)}
        return whole
    return {}


@pytest.mark.parametrize("first", SCHEMES)
def test_credentials_count_whole_from_the_nearest_source(first: str, tmp_path: Path) -> None:
    for number, schemes in enumerate(itertools.product([first], SCHEMES, SCHEMES)):
        folder = tmp_path / str(number)
        folder.mkdir()
        world = World(folder)
        said = {
            level: {f: text.format(level) for f, text in SCHEMES[scheme].items() if level in TABLE[f].levels}
            for level, scheme in zip(PLACES, schemes, strict=True)
        }
        for level, fields in said.items():
            for field, value in fields.items():
                world.say(field, level, value)

        found = world.sources()

        wanted = expected(said)
        if wanted is None:
            with pytest.raises(UsageError, match=r"seed .*without its JWT|gives both"):
                resolve(found)
            continue
        for field in CREDENTIALS:
            value, level = wanted.get(field, (None, None))
            assert explained(found)[field] == (value, origin(level, field, folder)), (schemes, field)
        _connects_as(found, {field: value for field, (value, _) in wanted.items()})


def _connects_as(found: list[Settings], who: dict[str, str]) -> None:
    """What is explained is what is connected with."""
    if "user" in who and "password" not in who:
        with pytest.raises(UsageError, match="has no password"):
            resolve(found)
        return
    target: Target = resolve([*found[:1], Settings("nobody", server="nats://h"), *found[1:]])
    if "creds" in who or "nkey" in who or "nsc" in who:
        key = who.get("creds") or who.get("nkey") or who["nsc"]
        assert (target.credentials, target.token) == ((key,), who.get("token"))
    elif "jwt" in who:
        assert (target.credentials, target.token) == ((who["jwt"], who.get("seed")), None)
    elif "user" in who:
        assert (target.credentials, target.token) == ((who["user"], who["password"]), None)
    else:
        assert (target.credentials, target.token) == ((who["token"],) if who else None, None)


ELSEWHERE = "nats://elsewhere:4222"


@pytest.mark.parametrize("level", ["typed", "environment"])
@pytest.mark.parametrize(
    ("saved", "url", "told"),
    [
        ({"user": "bob", "password": "hush"}, ELSEWHERE, "password"),
        ({"token": "hush"}, ELSEWHERE, "token"),
        ({"user": "bob", "password": "hush"}, "nats://home:4222", None),
        ({"user": "bob", "password": "hush"}, "home", None),
        ({"user": "bob", "password": "hush"}, f"home,{ELSEWHERE}", "password"),
        ({"creds": "hush"}, ELSEWHERE, None),  # a key signs, and leaves nothing of worth with the server
        ({"nkey": "hush"}, ELSEWHERE, None),
        ({}, ELSEWHERE, None),
    ],
)
def test_a_secret_that_goes_to_a_server_it_was_not_saved_for_is_told(
    level: str, saved: dict[str, str], url: str, told: str | None, tmp_path: Path
) -> None:
    world = World(tmp_path)
    world.context = {"url": "nats://home:4222", **saved}
    world.say("server", level, url)

    caution = resolve(world.sources()).caution

    assert caution == (told and f"the {told} of the context '{NAME}' goes to {ELSEWHERE}, which it does not name")


def test_a_secret_of_a_context_without_servers_goes_anywhere_untold(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.context = {"token": "hush"}
    world.say("server", "typed", ELSEWHERE)
    assert resolve(world.sources()).caution is None


def test_a_secret_as_near_as_the_server_is_not_told(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.context = {"url": "nats://home", "token": "hush"}
    world.typed = {"server": ELSEWHERE, "token": "own"}
    assert resolve(world.sources()).caution is None
