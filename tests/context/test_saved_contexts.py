"""Contexts that the Go CLI saved are read as it wrote them, and never changed."""

import json
from pathlib import Path
from typing import Any

import pytest

from natscli.context.credentials import CredsFile, UserJwt
from natscli.context.resolve import resolve, sources
from natscli.context.settings import Settings, from_context
from natscli.context.store import Store, config_folder
from natscli.errors import UsageError
from tests.context.test_document import WRITTEN_BY_GO

GO_CONTEXT: dict[str, Any] = json.loads(WRITTEN_BY_GO) | {
    "url": "nats://saved:4333",
    "user": "bob",
    "password": "hush",
}


class Home:
    """A configuration folder in the Go CLI's layout."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.environment = {"XDG_CONFIG_HOME": str(base)}
        (base / "nats" / "context").mkdir(parents=True)

    def save(self, name: str, content: object) -> Path:
        path = self.base / "nats" / "context" / f"{name}.json"
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return path

    def select(self, content: str | bytes) -> None:
        (self.base / "nats" / "context.txt").write_bytes(content.encode() if isinstance(content, str) else content)

    def files(self) -> dict[str, bytes]:
        return {str(p): p.read_bytes() for p in sorted(self.base.rglob("*")) if p.is_file()}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "config")


def test_the_configuration_folder_follows_xdg_and_else_the_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    monkeypatch.setenv("USERPROFILE", "/home/someone")
    assert Path(config_folder({"XDG_CONFIG_HOME": "/etc/mine"})) == Path("/etc/mine/nats")
    assert Path(config_folder({})) == Path("/home/someone/.config/nats")
    assert Path(config_folder({"XDG_CONFIG_HOME": ""})) == Path("/home/someone/.config/nats")


@pytest.mark.parametrize(
    ("content", "name"), [("dev", "dev"), ("dev\n", "dev"), (" dev \r\n", "dev"), ("", None), ("\n", None)]
)
def test_the_selected_context_is_the_word_in_its_file(home: Home, content: str, name: str | None) -> None:
    home.select(content)
    assert Store.of(home.environment).selected() == name


def test_without_its_file_no_context_is_selected(home: Home) -> None:
    assert Store.of(home.environment).selected() is None


def test_a_selection_that_cannot_be_read_is_a_usage_error(home: Home) -> None:
    home.select(b"\xff\xfe")
    with pytest.raises(UsageError, match="selected context cannot be read") as caught:
        Store.of(home.environment).selected()
    assert "--no-context" in str(caught.value.hint)


def test_a_context_of_the_go_cli_is_read_by_name(home: Home) -> None:
    home.save("dev", GO_CONTEXT)
    expected = Settings("context 'dev'", server="nats://saved:4333", user="bob", password="hush")
    assert from_context("dev", home.environment) == expected


def test_every_key_of_a_context_sets_its_field(home: Home) -> None:
    keys = {"url": "server", "ca": "tlsca", "cert": "tlscert", "key": "tlskey"}
    keys |= {f"jetstream_{name}": f"js_{name}" for name in ("domain", "api_prefix", "event_prefix")}
    for key in ("url", "user", "password", "token", "creds", "nkey", "ca", "cert", "key", "inbox_prefix", *keys):
        home.save("one", {key: "value"})
        field = keys.get(key, key)
        assert from_context("one", home.environment) == Settings("context 'one'", **{field: "value"})
    home.save("one", {"tls_first": True})
    assert from_context("one", home.environment) == Settings("context 'one'", tlsfirst=True)


def test_keys_we_do_not_know_do_no_harm(home: Home) -> None:
    home.save("dev", {"url": "nats://h", "from_the_future": {"a": [1]}, "color_scheme": "x"})
    assert from_context("dev", home.environment) == Settings("context 'dev'", server="nats://h")


def test_an_empty_context_says_nothing(home: Home) -> None:
    home.save("empty", {})
    assert from_context("empty", home.environment) == Settings("context 'empty'")


def test_a_context_file_is_read_by_its_path(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({"url": "nats://file"}))
    assert from_context(str(path), home.environment).server == "nats://file"
    monkeypatch.chdir(tmp_path)
    assert from_context("mine.json", home.environment).server == "nats://file"
    assert from_context("./mine.json", home.environment).server == "nats://file"


def test_a_path_that_is_missing_is_named(home: Home, tmp_path: Path) -> None:
    path = str(tmp_path / "none.json")
    with pytest.raises(UsageError, match="there is no context") as caught:
        from_context(path, home.environment)
    assert path in str(caught.value)


def test_a_missing_context_is_a_usage_error_and_changes_nothing(home: Home) -> None:
    home.save("dev", GO_CONTEXT)
    home.select("gone")
    before = home.files()
    with pytest.raises(UsageError, match="there is no context 'gone'") as caught:
        sources(Settings("command line"), home.environment, "")
    assert "gone.json" in str(caught.value.hint)
    assert home.files() == before


def test_nothing_is_created_where_no_configuration_is(tmp_path: Path) -> None:
    environment = {"XDG_CONFIG_HOME": str(tmp_path / "none")}
    assert Store.of(environment).selected() is None
    with pytest.raises(UsageError):
        from_context("dev", environment)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("name", ["", "..", "../dev", "a/b", "a\\b", "/etc/passwd", "a..b"])
def test_a_name_that_leaves_the_folder_is_refused(home: Home, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be the name of a context"):
        from_context(name, home.environment)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is broken"),
        (b"{", "is broken"),
        (b'{"url": hush}', "is broken"),
        (b'{"password": "hush", }', "is broken"),
        (b"\xff\xfe{}", "is broken"),
        (b"[" * 100_000, "is broken"),
        (b"[]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (b'"hush"', "not a JSON object"),
        (b'{"url": 5}', "'url' is not a string"),
        (b'{"password": ["hush"]}', "'password' is not a string"),
        (b'{"creds": {"a": "hush"}}', "'creds' is not a string"),
    ],
)
def test_a_broken_context_is_named_and_not_quoted(home: Home, content: bytes, reason: str) -> None:
    home.save("dev", content)
    before = home.files()
    with pytest.raises(UsageError, match=reason) as caught:
        from_context("dev", home.environment)
    assert "context 'dev'" in str(caught.value)
    assert "hush" not in f"{caught.value} {caught.value.hint}"
    assert home.files() == before


@pytest.mark.parametrize("name", ["a\x00b", "half\ud800pair", "x" * 5000])
def test_a_name_no_file_can_have_is_a_usage_error(home: Home, name: str) -> None:
    with pytest.raises(UsageError):
        from_context(name, home.environment)


def test_a_folder_in_a_contexts_place_is_a_usage_error(home: Home) -> None:
    (home.base / "nats" / "context" / "dev.json").mkdir()
    with pytest.raises(UsageError, match="context 'dev' is broken"):
        from_context("dev", home.environment)


@pytest.mark.parametrize("key", ["windows_cert_store"])
def test_a_key_that_changes_where_or_as_whom_and_is_not_supported_is_named(home: Home, key: str) -> None:
    home.save("dev", GO_CONTEXT | {key: "hush"})
    with pytest.raises(UsageError, match=f"uses '{key}'") as caught:
        from_context("dev", home.environment)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    "value", ["op://vault/hush", "env://HUSH", "nsc://op/hush", "file:///hush", "data:;base64,hush"]
)
@pytest.mark.parametrize("key", ["password", "token", "creds", "nkey"])
def test_a_reference_to_a_secret_is_kept_as_it_is_until_it_is_needed(home: Home, key: str, value: str) -> None:
    home.save("dev", {key: value})
    assert getattr(from_context("dev", home.environment), key) == value


def test_a_user_of_nsc_and_a_jwt_with_its_seed_are_credentials(home: Home) -> None:
    home.save("old", {"nsc": "nsc://op/acc/me"})
    home.save("jwt", {"user_jwt": "env://JWT", "user_seed": "file://~/seed"})

    assert resolve([Settings("typed", server="h"), from_context("old", home.environment)]).credentials == CredsFile(
        "nsc://op/acc/me"
    )
    assert resolve([from_context("jwt", home.environment)]).credentials == UserJwt("env://JWT", "file://~/seed")


def test_an_nsc_user_of_another_form_is_refused(home: Home) -> None:
    home.save("old", {"nsc": "op/acc/me"})
    with pytest.raises(UsageError, match="not of the form nsc://operator/account/user"):
        resolve([from_context("old", home.environment)])


def test_paths_of_a_context_are_expanded_once(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    monkeypatch.setenv("USERPROFILE", "/home/someone")
    monkeypatch.setenv("A", "$B")
    monkeypatch.setenv("B", "wrong")
    home.save("dev", {"creds": "~/a.creds", "ca": "$A/ca.pem"})
    target = resolve([from_context("dev", home.environment)])
    assert target.credentials == ("/home/someone/a.creds",)
    assert target.tls.ca == "$B/ca.pem"
