import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.errors import UsageError
from natscli.server.config import ServerConfig, quote, render


def rendered(**settings: object) -> str:
    return render(ServerConfig(**settings), ports_folder="/p", store="/s")  # type: ignore[arg-type]


def unquote(text: str) -> str:
    """Read a double-quoted string as conf/lex.go does, escapes other than \\x aside."""
    body = re.fullmatch(rb'"([^"\\]|\\x[0-9a-f]{2})*"', text.encode())
    assert body is not None
    raw = re.sub(rb"\\x(..)", lambda found: bytes.fromhex(found[1].decode()), text[1:-1].encode())
    return raw.decode("utf-8", "surrogateescape")


def test_default_is_loopback_any_port_and_nothing_else() -> None:
    assert rendered() == 'host: "127.0.0.1"\nport: -1\nports_file_dir: "/p"\n\n'


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"host": "::1"}, 'host: "::1"'),
        ({"port": 4333}, "port: 4333"),
        ({"monitor_port": 0}, "http_port: -1"),
        ({"monitor_port": 8333}, "http_port: 8333"),
        ({"server_name": "yes"}, 'server_name: "yes"'),
        ({"max_payload": 1024}, "max_payload: 1024"),
        ({"jetstream": True}, 'jetstream { store_dir: "/s" }'),
        ({"user": "a", "password": "5k"}, 'authorization { user: "a", password: "5k", timeout: 30 }'),
        ({"token": "$HOME"}, 'authorization { token: "$HOME", timeout: 30 }'),
        ({"extra": "debug: true"}, "debug: true"),
    ],
)
def test_each_setting_has_its_line(settings: dict[str, object], line: str) -> None:
    assert line in rendered(**settings).splitlines()
    assert line not in rendered().splitlines()


@given(st.text() | st.binary().map(lambda raw: raw.decode("utf-8", "surrogateescape")))
def test_quoting_loses_nothing_and_is_one_ascii_line(text: str) -> None:
    quoted = quote(text)
    assert unquote(quoted) == text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
    assert quoted.isascii()
    assert quoted.isprintable()


@pytest.mark.parametrize("folder", ["with space", 'with "quotes"', "back\\slash", "dollar $HOME", "ünï {x} #y", "it's"])
def test_server_accepts_any_folder_name(folder: str, tmp_path: Path, nats_server_binary: str) -> None:
    place = tmp_path / folder
    place.mkdir()
    path = place / "server.conf"
    path.write_text(render(ServerConfig(jetstream=True), ports_folder=str(place), store=str(place)))
    done = subprocess.run([nats_server_binary, "-t", "-c", path], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_secrets_are_not_in_the_repr() -> None:
    with_password = ServerConfig(user="alice", password="swordfish", extra="accounts {password: swordfish}")
    assert "swordfish" not in repr(with_password)
    assert "alice" in repr(with_password)
    assert "swordfish" not in repr(ServerConfig(token="swordfish"))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"host": ""}, "the host is empty"),
        ({"port": -1}, "port -1 is not a number from 0 to 65535"),
        ({"port": 65536}, "port 65536 is not"),
        ({"monitor_port": 70000}, "monitor port 70000 is not"),
        ({"user": "a"}, "a user and a password, or neither"),
        ({"user": "a", "password": ""}, "a user and a password, or neither"),
        ({"password": "p"}, "a user and a password, or neither"),
        ({"token": ""}, "the token is empty"),
        ({"user": "a", "password": "p", "token": "t"}, "not both"),
    ],
)
def test_what_would_be_misread_is_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        ServerConfig(**settings)  # type: ignore[arg-type]
