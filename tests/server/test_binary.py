import os
import sysconfig
from pathlib import Path

import pytest

from natscli.errors import ExitCode, NatsCliError, UsageError
from natscli.server.binary import binary_version, find_binary


def program(path: Path, text: str = "exit 0", mode: int = 0o700) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(mode)
    return str(path)


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A scripts folder in place of the interpreter's, where there is no nats-server."""
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path / "scripts"))
    return tmp_path / "scripts"


def test_given_path_comes_first(scripts: Path, tmp_path: Path) -> None:
    given = program(tmp_path / "given")
    named = program(tmp_path / "named")
    program(scripts / "nats-server")
    assert find_binary(given, {"NATS_SERVER": named}) == given


def test_variable_comes_before_the_scripts_folder(scripts: Path, tmp_path: Path) -> None:
    named = program(tmp_path / "named")
    program(scripts / "nats-server")
    assert find_binary(None, {"NATS_SERVER": named}) == named


def test_scripts_folder_comes_before_path(scripts: Path, tmp_path: Path) -> None:
    beside = program(scripts / "nats-server")
    program(tmp_path / "bin" / "nats-server")
    assert find_binary(None, {"PATH": str(tmp_path / "bin")}) == beside


def test_path_comes_last_and_an_empty_variable_is_none(scripts: Path, tmp_path: Path) -> None:
    on_path = program(tmp_path / "bin" / "nats-server")
    assert find_binary(None, {"PATH": str(tmp_path / "bin"), "NATS_SERVER": ""}) == on_path


def test_bare_name_is_a_file_of_this_folder_and_not_of_path(isolated: Path, tmp_path: Path) -> None:
    here = program(isolated / "mine")
    program(tmp_path / "bin" / "mine")
    assert find_binary("mine", {"PATH": str(tmp_path / "bin")}) == here


def test_nothing_found_says_how_to_install(scripts: Path) -> None:
    with pytest.raises(NatsCliError, match="no nats-server was found") as caught:
        find_binary(None, {})
    assert caught.value.exit_code == ExitCode.FAILED
    assert caught.value.hint == "pip install 'natscli[server]'"


@pytest.mark.parametrize("kind", ["absent", "folder", "not executable"])
@pytest.mark.parametrize("by_variable", [False, True])
def test_named_path_that_cannot_be_run_is_a_usage_error(tmp_path: Path, kind: str, by_variable: bool) -> None:
    path = tmp_path / "here"
    if kind == "folder":
        path.mkdir()
    elif kind == "not executable":
        program(path, mode=0o600)
    given, environment = (None, {"NATS_SERVER": str(path)}) if by_variable else (str(path), {})
    with pytest.raises(UsageError) as caught:
        find_binary(given, environment)
    assert f"'{path}'" in str(caught.value)
    assert str(caught.value).startswith("$NATS_SERVER") == by_variable
    assert ("does not exist" in str(caught.value)) == (kind == "absent")


def test_version_of_the_real_one(nats_server_binary: str) -> None:
    assert binary_version(nats_server_binary).startswith("2.")


def test_version_of_something_else(tmp_path: Path) -> None:
    other = program(tmp_path / "other", "echo GNU bash 5.2")
    with pytest.raises(NatsCliError, match=r"'.*other' is not a nats-server"):
        binary_version(other)


def test_version_of_what_is_no_program(tmp_path: Path) -> None:
    path = tmp_path / "noise"
    path.write_bytes(b"\x7fELF nonsense")
    os.chmod(path, 0o700)
    with pytest.raises(NatsCliError, match=r"'.*noise' cannot be run: exec format error"):
        binary_version(str(path))


def test_version_of_what_never_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("natscli.server.binary._VERSION_TIMEOUT_S", 0.05)
    silent = program(tmp_path / "silent", "exec cat /dev/zero > /dev/null")
    with pytest.raises(NatsCliError, match="did not tell its version"):
        binary_version(silent)


def test_version_is_safe_to_show(tmp_path: Path) -> None:
    hostile = program(tmp_path / "hostile", r"printf 'nats-server: v2.0\033[2J'")
    assert binary_version(hostile) == "2.0\\x1b[2J"
