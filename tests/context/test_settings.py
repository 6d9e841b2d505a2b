"""The environment and a project file say what they say, and nothing else."""

import os
from pathlib import Path

import pytest

from natscli.context.settings import PROJECT_FILE, Settings, find_project_file, from_environment, from_project_file
from natscli.errors import UsageError

VARIABLES = {
    "server": "NATS_URL",
    "user": "NATS_USER",
    "password": "NATS_PASSWORD",
    "token": "NATS_TOKEN",
    "creds": "NATS_CREDS",
    "nkey": "NATS_NKEY",
    "tlsca": "NATS_CA",
    "tlscert": "NATS_CERT",
    "tlskey": "NATS_KEY",
    "context": "NATS_CONTEXT",
}
by_variable = pytest.mark.parametrize(("field", "variable"), VARIABLES.items())


def project(folder: Path, content: str | bytes) -> str:
    path = folder / PROJECT_FILE
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


@by_variable
def test_a_variable_sets_its_field_and_no_other(field: str, variable: str) -> None:
    assert from_environment({variable: "value", "OTHER": "x"}) == Settings("environment", **{field: "value"})


@by_variable
def test_an_empty_variable_counts_as_absent(field: str, variable: str) -> None:
    assert getattr(from_environment({variable: ""}), field) is None


def test_an_empty_environment_says_nothing() -> None:
    assert from_environment({}) == Settings("environment")
    assert from_environment({"NATS_TIMEOUT": ""}) == Settings("environment")


def test_the_time_out_variable_is_a_duration() -> None:
    assert from_environment({"NATS_TIMEOUT": "1m30s"}).timeout == 90.0


@pytest.mark.parametrize("text", ["5", "soon", "-1s", " ", "1 s", "\udcff"])
def test_a_bad_time_out_variable_is_named(text: str) -> None:
    with pytest.raises(UsageError, match=r"NATS_TIMEOUT: .* is not a duration"):
        from_environment({"NATS_TIMEOUT": text})


def test_the_nearest_project_file_upwards_is_found(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b" / "c"
    deep.mkdir(parents=True)
    outer = project(tmp_path, "")
    assert find_project_file(str(deep)) == outer
    inner = project(tmp_path / "a", "")
    assert find_project_file(str(deep)) == inner
    assert find_project_file(str(tmp_path)) == outer


def test_a_folder_by_the_name_of_the_project_file_is_passed_over(tmp_path: Path) -> None:
    outer = project(tmp_path, "")
    (tmp_path / "a" / PROJECT_FILE).mkdir(parents=True)
    assert find_project_file(str(tmp_path / "a")) == outer


@pytest.mark.parametrize("folder", [os.sep, "", "no/such/folder"])
def test_looking_for_a_project_file_ends(folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_project_file(folder) is None


def test_a_project_file_names_a_context_and_defaults(tmp_path: Path) -> None:
    path = project(tmp_path, 'context = "dev"\ntimeout = "2s"\ninbox_prefix = "_MY"\n')
    source = f"project file '{path}'"
    assert from_project_file(path) == Settings(source, context="dev", timeout=2.0, inbox_prefix="_MY")


@pytest.mark.parametrize("content", ["", "# nothing\n", 'context = ""\ntimeout = ""\ninbox_prefix = ""\n'])
def test_an_empty_project_file_says_nothing(tmp_path: Path, content: str) -> None:
    path = project(tmp_path, content)
    assert from_project_file(path) == Settings(f"project file '{path}'")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('server = "nats://evil"', "unknown key 'server'"),
        ('context = "a"\npassword = "hush"', "unknown key 'password'"),
        ("[context]\nname = 1", "'context' is not a string"),
        ("[server]\nurl = 1", "unknown key 'server'"),
        ("timeout = 5", "'timeout' is not a string"),
        ('timeout = "5"', "timeout: '5' is not a duration"),
        ("context = dev", "cannot be read"),
        ('context = "dev', "cannot be read"),
        ('context = "a"\ncontext = "b"', "cannot be read"),
        (b"\xff\xfe", "cannot be read"),
        ("context = " + "[" * 100_000, "cannot be read"),
        ('context = "./theirs.json"', "not a path"),
        ('context = "/tmp/theirs.json"', "not a path"),
    ],
)
def test_a_bad_project_file_is_named_with_the_reason(tmp_path: Path, content: str | bytes, reason: str) -> None:
    path = project(tmp_path, content)
    with pytest.raises(UsageError, match=reason) as caught:
        from_project_file(path)
    assert path in str(caught.value)
    assert "hush" not in str(caught.value)


def test_a_context_file_beside_the_project_file_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "theirs.json").write_text('{"url": "nats://evil"}')
    with pytest.raises(UsageError, match="not a path"):
        from_project_file(project(tmp_path, 'context = "theirs.json"'))


def test_a_project_file_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        from_project_file(str(tmp_path / PROJECT_FILE))
