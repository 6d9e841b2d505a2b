"""Contexts go both ways between natscli and the Go CLI (`nats` on PATH)."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from natscli.server.config import quote
from tests.connection.certificates import Authority
from tests.connection.jwts import Key, creds, new_realm
from tests.context.trees import modes
from tests.invocation import invoke

NATS = shutil.which("nats")
pytestmark = pytest.mark.skipif(NATS is None, reason="the Go CLI is not installed")
SECRET = "hush-hush"


def nats(*arguments):
    """Run the Go CLI, which takes the folder of contexts from XDG_CONFIG_HOME as we do."""
    ended = subprocess.run([NATS, *arguments], capture_output=True, timeout=30, stdin=subprocess.DEVNULL)
    return ended.returncode, (ended.stdout + ended.stderr).decode()


@pytest.fixture
def run(monkeypatch):
    """Run natscli in this process, in an environment that says nothing."""
    return lambda *arguments: invoke(monkeypatch, arguments)


def private(path: Path, text: str) -> str:
    path.write_text(text)
    path.chmod(0o600)
    return str(path)


def user_and_password(make_server, folder):
    server = make_server(user="bob", password=SECRET)
    return server, ["--user", "bob", "--password", SECRET]


def token(make_server, folder):
    return make_server(token=SECRET), ["--token", SECRET]


def credentials_file(make_server, folder):
    realm, key = new_realm(), Key("user")
    server = make_server(extra=realm.server_configuration)
    return server, ["--creds", private(folder / "a.creds", creds(realm.user(key), key.seed))]


def nkey(make_server, folder):
    key = Key("user")
    server = make_server(extra=f"authorization {{ users: [ {{ nkey: {key.public} }} ] }}")
    return server, ["--nkey", private(folder / "a.nk", key.seed)]


def tls(make_server, folder):
    authority = Authority(folder, "authority")
    ours, theirs = authority.client(), authority.server()
    block = f"cert_file: {quote(theirs.cert)}, key_file: {quote(theirs.key)}, ca_file: {quote(authority.path)}"
    server = make_server(extra=f"tls {{ {block}, verify: true }}")
    return server, ["--tlsca", authority.path, "--tlscert", ours.cert, "--tlskey", ours.key]


@pytest.fixture(params=[user_and_password, token, credentials_file, nkey, tls], ids=lambda kind: kind.__name__)
def secured(request, make_server, tmp_path):
    """A server that wants to know who we are, and the options that say so."""
    folder = tmp_path / "keys"
    folder.mkdir()
    return request.param(make_server, folder)


def test_nats_connects_with_what_natscli_saved(secured, run):
    server, options = secured
    assert run("context", "add", "ours", "-s", server.url, *options, "--select").code == 0
    assert nats("--context", "ours", "pub", "foo", "hi")[0] == 0
    assert nats("pub", "foo", "hi")[0] == 0, "it is the selected one"
    assert nats("--no-context", "-s", server.url, "pub", "foo", "hi")[0] == 1


def test_natscli_connects_with_what_nats_saved(secured, run):
    server, options = secured
    given = ["--user", SECRET] if options[0] == "--token" else options  # it drops --token; a lone user is a token to it
    assert nats("context", "add", "theirs", "-s", server.url, *given)[0] == 0
    assert nats("context", "select", "theirs")[0] == 0
    for arguments in (("--context", "theirs", "pub", "foo", "hi"), ("pub", "foo", "hi")):
        ended = run(*arguments)
        assert (ended.code, SECRET in ended.err) == (0, False)
    assert run("context", "validate", "theirs", "--connect").out == b"theirs: ok\n"
    assert run("--no-context", "-s", server.url, "pub", "foo", "hi").code != 0


def test_both_write_the_same_files(run, isolated, monkeypatch):
    said = ["--server", "nats://h:1", "--user", "b<o>&b", "--password", "pä\u2028w", "--description", 'Ünï "x"',
            "--inbox-prefix", "_X", "--tlsfirst"]  # fmt: skip
    for program, place in ((nats, "go"), (run, "python")):
        monkeypatch.setenv("XDG_CONFIG_HOME", str(isolated / place))
        for name in ("dev", "prod"):
            program("context", "add", name, *said)
            program("context", "select", name)

    def files(place):
        return {path.relative_to(isolated / place): path.read_bytes() for path in (isolated / place).rglob("*.*")}

    assert files("go") == files("python")
    assert os.name == "nt" or modes(isolated / "go") == modes(isolated / "python")


def test_nats_keeps_reading_after_a_copy_an_edit_and_a_change(run, monkeypatch):
    nats("context", "add", "dev", "-s", "nats://h:1", "--js-domain", "hub", "--socks-proxy", "socks5://p:1")
    monkeypatch.setenv("EDITOR", "sed -i s,nats://h:1,nats://h:2,")
    assert run("context", "copy", "dev", "new").code == 0
    assert run("context", "edit", "new").code == 0
    assert run("context", "add", "new", "--description", "d").code == 0
    _, shown = nats("context", "info", "new", "--json")
    document = json.loads(shown)
    kept = ("url", "jetstream_domain", "socks_proxy", "description")
    assert [document[key] for key in kept] == ["nats://h:2", "hub", "socks5://p:1", "d"]
    assert run("context", "select", "dev").code == run("context", "select", "new").code == 0
    assert nats("context", "previous")[0] == 0
    assert run("context", "info").text.startswith('Context "dev"')
