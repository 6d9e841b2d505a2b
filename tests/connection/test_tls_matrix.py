"""TLS as the command line has it: each case with its exit code, its words, and in time."""

import json
import re
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pytest

from natscli.errors import ExitCode
from natscli.server.config import quote
from natscli.server.process import LocalServer
from tests.connection.certificates import Pair
from tests.connection.clock import waiting_loops
from tests.connection.conftest import Pki
from tests.connection.opening import PROMPT_S
from tests.invocation import Cli, Result
from tests.ports import closed_port
from tests.waiting import SLACK_S

TIMEOUT_S = 12.0
USER, PASSWORD = "alice", "open-sesame-9"
NO_TLS = "TLS was asked for and the server does not offer it; no credentials were sent"
_THEN = datetime.now(UTC) - timedelta(days=30)
EXPIRED_ON = f"({_THEN:%Y-%m-}|{_THEN + timedelta(days=1):%Y-%m-})"  # certificates may be made after midnight
CLIENT = "--tlscert {client.cert} --tlskey {client.key}"
LOCKED = "--tlscert {encrypted_client.cert} --tlskey {encrypted_client.key}"


class Case(NamedTuple):
    """A server's certificate and settings, what is typed, and how it ends."""

    certificate: str  # a pair of Pki; "plain" for a server without TLS
    typed: str
    words: str  # a pattern found in what is said
    code: int = ExitCode.DONE
    scheme: str = "tls"
    host: str = "localhost"
    settings: Mapping[str, object] = MappingProxyType({})
    env: Mapping[str, str] = MappingProxyType({})


DONE = "Published 2 bytes"
GOOD = {
    "tls scheme": Case("server", "--tlsca {ca}", DONE),
    "nats scheme": Case("server", "--tlsca {ca}", DONE, scheme="nats"),
    "an address": Case("server", "--tlsca {ca}", DONE, host="127.0.0.1"),
    "rsa": Case("rsa", "--tlsca {ca}", DONE),
    "an authority in between": Case("chained", "--tlsca {ca}", DONE),
    "signed by itself and trusted": Case("alone", "--tlsca {alone.cert}", DONE),
    "another name": Case("elsewhere", "--tlsca {ca} --tlsname nats.example.com", DONE),
    "a wildcard": Case("wild", "--tlsca {ca} --tlsname a.example.com", DONE),
    "ours": Case("server", "--tlsca {ca} " + CLIENT, DONE, settings={"verify": True}),
    "ours by variables": Case(
        "server",
        "",
        DONE,
        settings={"verify": True},
        env={"NATS_CA": "{ca}", "NATS_CERT": "{client.cert}", "NATS_KEY": "{client.key}"},
    ),
    "a locked key and a file": Case(
        "server",
        "--tlsca {ca} --tlskey-password-file {folder}/password " + LOCKED,
        DONE,
        settings={"verify": True},
    ),
    "a locked key and a variable": Case(
        "server",
        "--tlsca {ca} " + LOCKED,
        DONE,
        settings={"verify": True},
        env={"NATS_KEY_PASSWORD": "a password"},
    ),
    "a locked key and a variable naming the file": Case(
        "server",
        "--tlsca {ca} " + LOCKED,
        DONE,
        settings={"verify": True},
        env={"NATS_KEY_PASSWORD_FILE": "{folder}/password"},
    ),
    "handshake first": Case("server", "--tlsca {ca} --tlsfirst", DONE, settings={"handshake_first": True}),
    "insecure, a stranger": Case("server", "--tls-insecure", "warning: --tls-insecure: no certificate is checked"),
    "insecure, another host": Case("elsewhere", "--tls-insecure --quiet", "warning: --tls-insecure"),
    "insecure, expired": Case("expired", "--tls-insecure", "warning: --tls-insecure"),
    "wss": Case("server", "--tlsca {ca}", DONE, scheme="wss"),
    "wss, ours": Case("server", "--tlsca {ca} " + CLIENT, DONE, scheme="wss", settings={"verify": True}),
    "wss, another name": Case("elsewhere", "--tlsca {ca} --tlsname nats.example.com", DONE, scheme="wss"),
    "wss, insecure": Case("expired", "--tls-insecure", "warning: --tls-insecure", scheme="wss"),
}

REFUSED = r"the server's certificate is refused: "
TRUSTED_CA = r"hint: --tlsca names the CA to trust"
BAD = {
    "no authority": Case(
        "server", "", REFUSED + rf"'server', issued by 'authority', which is not trusted\n{TRUSTED_CA}", 3
    ),
    "another authority": Case("server", "--tlsca {strange_ca}", "'authority', which is not trusted", 3),
    "an authority in between that is not sent": Case(
        "unchained", "--tlsca {ca}", "'unchained', issued by 'middle', which is not trusted", 3
    ),
    "a chain of strangers": Case(
        "chained", "--tlsca {strange_ca}", "'chained', issued by 'middle': 'authority' is not trusted", 3
    ),
    "signed by itself": Case("alone", "--tlsca {ca}", rf"signed by itself, is not trusted\n{TRUSTED_CA}", 3),
    "another host": Case(
        "elsewhere",
        "--tlsca {ca}",
        r"is for nats.example.com, and 'localhost' was asked for\nhint: --tlsname nats.example.com",
        3,
    ),
    "another host, by address": Case(
        "elsewhere", "--tlsca {ca}", "is for nats.example.com, and '127.0.0.1' was asked for", 3, host="127.0.0.1"
    ),
    "another name than asked": Case(
        "server", "--tlsca {ca} --tlsname other.example.com", "and 'other.example.com' was asked for", 3
    ),
    "too many names": Case("many", "--tlsca {ca}", "host5.example.com and 14 more, and 'localhost' was asked", 3),
    "a wildcard two levels up": Case(
        "wild", "--tlsca {ca} --tlsname a.b.example.com", r"is for \*.example.com, and 'a.b.example.com' was asked", 3
    ),
    "a name that would clear the screen": Case("hostile", "--tlsca {ca}", r"'hostile\\x1b\[2J', issued by", 3),
    "expired": Case("expired", "--tlsca {ca}", rf"'expired', issued by 'authority', expired on {EXPIRED_ON}\d\d\n$", 3),
    "not valid yet": Case("coming", "--tlsca {ca}", r"is not valid before 20\d\d-\d\d-\d\d\n$", 3),
    "expired above": Case("stale_above", "--tlsca {ca}", rf"'stale' above it expired on {EXPIRED_ON}", 3),
    "none of ours": Case(
        "server",
        "--tlsca {ca}",
        "the server wants a client certificate\nhint: --tlscert and --tlskey",
        4,
        settings={"verify": True},
    ),
    "ours expired": Case(
        "server",
        "--tlsca {ca} --tlscert {expired_client.cert} --tlskey {expired_client.key}",
        rf"warning: our certificate '.*late.pem', 'late', issued by 'authority', expired on {EXPIRED_ON}(.|\n)*"
        "(refuses our certificate: certificate expired|after CONNECT)",
        ExitCode.REFUSED,
        settings={"verify": True},
    ),
    "ours of a stranger": Case(
        "server",
        "--tlsca {ca} --tlscert {strange_client.cert} --tlskey {strange_client.key}",
        "(refuses our certificate: unknown ca|after CONNECT)",
        ExitCode.REFUSED,
        settings={"verify": True},
    ),
    "handshake first, not asked for": Case(
        "server",
        "--tlsca {ca} --timeout 0.5s",
        "stays silent\nhint: what expects TLS first is reached with --tlsfirst",
        3,
        settings={"handshake_first": True},
    ),
    "handshake first, not expected": Case("plain", "--tlsfirst", "the server does not speak TLS there", 3),
    "none, tls scheme": Case("plain", "", NO_TLS, 3),
    "none, an authority given": Case("plain", "--tlsca {ca}", NO_TLS, 3, scheme="nats"),
    "none, insecure": Case("plain", "--tls-insecure", NO_TLS, 3, scheme="nats"),
    "none, a name given": Case("plain", "--tlsname localhost", NO_TLS, 3, scheme="nats"),
    "none, ws and an authority": Case("plain", "--tlsca {ca}", NO_TLS + "\nhint: wss://", 3, scheme="ws"),
    "none, ws and insecure": Case("plain", "--tls-insecure --ws-header Authorization:open-sesame-9", NO_TLS, 3, "ws"),
    "wss, but it is ws": Case("plain", "--tlsca {ca}", "the server does not speak TLS there", 3, scheme="wss"),
    "wss, no authority": Case("server", "", REFUSED + "'server', issued by 'authority', which is not", 3, "wss"),
    "wss, another host": Case("elsewhere", "--tlsca {ca}", "is for nats.example.com, and 'localhost'", 3, "wss"),
    "wss, expired": Case("expired", "--tlsca {ca}", f"expired on {EXPIRED_ON}", 3, scheme="wss"),
    "wss, none of ours": Case(
        "server", "--tlsca {ca}", "the server wants a client certificate", 4, "wss", settings={"verify": True}
    ),
    "a variable says insecure": Case("expired", "--tlsca {ca}", "expired on", 3, env={"NATS_TLS_INSECURE": "1"}),
}

KEY = "cannot be used: "
WRONG = {
    "a locked key": Case(
        "server", LOCKED, KEY + "the key is encrypted\nhint: --tlskey-password-file or NATS_KEY_PASSWORD", 2
    ),
    "a wrong password": Case(
        "server",
        LOCKED,
        KEY + "the password does not open the key",
        2,
        env={"NATS_KEY_PASSWORD": PASSWORD},
    ),
    "a password file that is not there": Case(
        "server", LOCKED + " --tlskey-password-file {folder}/none", "none' cannot be read: no such file", 2
    ),
    "an empty password file": Case(
        "server", LOCKED + " --tlskey-password-file {folder}/empty", "TLS key password file .* is empty", 2
    ),
    "a password file for no key": Case(
        "server", "--tlskey-password-file {folder}/password", "was given without a key", 2
    ),
    "another's key": Case(
        "server", "--tlscert {client.cert} --tlskey {strange_client.key}", KEY + "key values mismatch", 2
    ),
    "no key": Case("server", "--tlscert {client.cert}", "a TLS certificate was given without its key", 2),
    "no certificate": Case("server", "--tlskey {client.key}", "a TLS key was given without its certificate", 2),
    "no such authority": Case("server", "--tlsca {folder}/none", "cannot be read: no such file", 2),
    "insecure and an authority": Case("server", "--tls-insecure --tlsca {ca}", "does not go with --tlsca", 2),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "password").write_text("a password\n")
    (tmp_path / "empty").write_text("\n")
    return tmp_path


@pytest.fixture
def try_out(make_server, cli: Cli, pki: Pki, folder: Path, monkeypatch) -> Callable[[Case], Result]:
    """Start the server of a case, publish to it, and return the result, which came in time."""

    def attempt(case: Case) -> Result:
        pair = None if case.certificate == "plain" else getattr(pki, case.certificate)
        server = make_server(extra=config(case, pair, pki), user=USER, password=PASSWORD)
        known = {**vars(pki), "folder": folder}
        for name, value in {"NATS_USER": USER, "NATS_PASSWORD": PASSWORD, **case.env}.items():
            monkeypatch.setenv(name, value.format(**known))
        typed = [word.format(**known) for word in case.typed.split()]
        url = f"{case.scheme}://{case.host}:{port_of(server, case.scheme)}"
        limit = [] if "--timeout" in typed else ["--timeout", f"{TIMEOUT_S}s"]
        with waiting_loops(monkeypatch) as seconds_waited:
            result = cli("pub", "foo", "hi", "--server", url, "--trace", "--debug", *limit, *typed)
        assert seconds_waited() < PROMPT_S + SLACK_S
        return result

    return attempt


def config(case: Case, pair: Pair | None, pki: Pki) -> str:
    """The server's TLS, for its own port or for its WebSockets."""
    if pair is None:
        return 'websocket { listen: "127.0.0.1:-1", no_tls: true }'
    words = {"cert_file": quote(pair.cert), "key_file": quote(pair.key), "ca_file": quote(pki.ca)}
    words |= {name: str(value).lower() for name, value in case.settings.items()}
    block = "tls { " + ", ".join(f"{name}: {value}" for name, value in words.items()) + " }"
    return f'websocket {{ listen: "127.0.0.1:-1", {block} }}' if case.scheme == "wss" else block


def port_of(server: LocalServer, scheme: str) -> str:
    if scheme in ("nats", "tls"):
        return str(server.port)
    assert server.websocket_url is not None
    return server.websocket_url.rpartition(":")[2]


def said(result: Result) -> str:
    """What was said, without traces and tracebacks; no secret is in any of it."""
    assert PASSWORD not in result.err + result.text
    assert "a password" not in result.err
    assert "\x1b" not in result.err
    lines = result.err.splitlines(keepends=True)
    return "".join(line for line in lines if line.startswith(("natscli:", "hint:", "warning:", "Published")))


@pytest.mark.parametrize("name", GOOD)
def test_what_holds_is_connected_to(name: str, try_out):
    case = GOOD[name]

    result = try_out(case)

    assert result.code == ExitCode.DONE, result.err
    assert re.search(case.words, said(result)), result.err
    assert re.search(
        r"certificate 1: CN=.*; issued by CN=.*; for .*; 20.* to 20.*; .*; SHA-256 [0-9a-f]{64}", result.err
    )


@pytest.mark.parametrize("name", BAD)
def test_what_does_not_hold_is_refused_in_facts(name: str, try_out):
    case = BAD[name]

    result = try_out(case)

    assert re.search(case.words, said(result)), result.err
    if "after CONNECT" in said(result):  # the server's RST overtook its reason
        assert result.code == ExitCode.CONNECTION
    else:
        assert result.code == case.code
    if REFUSED in said(result):
        assert "certificate 1: CN=" in result.err


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_used_is_a_usage_error(name: str, try_out):
    case = WRONG[name]

    result = try_out(case)

    assert result.code == ExitCode.USAGE
    assert re.search(case.words, said(result)), result.err


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such bits there")
def test_a_key_that_others_may_read_is_warned_of(try_out, pki: Pki, folder: Path):
    key = folder / "open.key"
    key.write_bytes(Path(pki.client.key).read_bytes())
    key.chmod(0o644)

    result = try_out(Case("server", f"--tlsca {{ca}} --tlscert {{client.cert}} --tlskey {key}", ""))

    assert result.code == ExitCode.DONE
    assert f"warning: '{key}' can be read by others: chmod 600 it" in result.err


def test_a_password_is_asked_for_at_a_terminal(make_tls_server, pki: Pki):
    from tests.cli.terminal import Terminal

    server = make_tls_server(verify=True)
    options = [f"--tlsca={pki.ca}", f"--tlscert={pki.encrypted_client.cert}", f"--tlskey={pki.encrypted_client.key}"]
    options += ["--timeout", "30s"]
    for typed, code, words in (
        (b"a password\n", ExitCode.DONE, b"Published"),
        (b"open-sesame-9\n", ExitCode.USAGE, b"the password does not open the key"),
        (b"\n", ExitCode.USAGE, b"the password does not open the key"),
        (b"\x03", 130, b"password of "),
    ):
        with Terminal("pub", "foo", "hi", "--debug", *options, url=f"tls://localhost:{server.port}") as terminal:
            terminal.shows(b"password of " + pki.encrypted_client.key.encode() + b": ", 30)
            terminal.types(typed)
            assert terminal.end(30) == code, terminal.shown
            assert words in terminal.shown
            assert typed == b"\n" or typed.strip() not in terminal.shown


def test_a_server_is_described_by_a_certificate_that_was_not_checked(make_tls_server, cli: Cli, pki: Pki):
    server = make_tls_server(pki.expired)

    result = cli("server-info", "--server", f"tls://localhost:{server.port}", "--tls-insecure")

    assert result.code == ExitCode.DONE
    assert re.search(r"Certificate: expired \(not checked\), until \w{3} +\d+ [\d:]+ 20\d\d GMT", result.text)


def test_every_connection_that_checks_nothing_says_so(make_server, start, pki: Pki, subject):
    pair = pki.expired
    extra = f"tls {{ cert_file: {quote(pair.cert)}, key_file: {quote(pair.key)} }}"
    server = make_server(extra=extra, port=closed_port())

    sub = start("sub", subject, "--tls-insecure", url=server.url)
    sub.says("Subscribing", 30)
    assert "warning: --tls-insecure: no certificate is checked" in sub.err
    server.stop()
    sub.says("disconnected", 30)
    make_server(extra=extra, port=server.port)

    sub.says("no certificate was checked", 30)


def test_a_context_cannot_turn_the_checks_off(try_out, folder: Path, pki: Pki):
    path = folder / "careless.json"
    path.write_text(json.dumps({"tls_insecure": True, "insecure": True, "ca": pki.strange_ca}))

    result = try_out(Case("server", f"--context {path}", ""))

    assert result.code == ExitCode.CONNECTION
    assert "which is not trusted" in said(result)
