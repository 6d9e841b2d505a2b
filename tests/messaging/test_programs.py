"""Programs that work on messages: what they are given, what they are kept from, and what ends them."""

import asyncio
import os
import sys
import time

import pytest

from natscli.errors import UsageError
from natscli.messaging.programs import Program, ProgramError
from natscli.wire.message import Message
from tests.waiting import SLACK_S, eventually

ARGUMENTS = f"{sys.executable} -c 'import sys; print(sys.argv[1:], end=\"\")'"


def _translate(command: str, payload: bytes = b"", subject: bytes = b"a.b", **options) -> bytes:
    return asyncio.run(Program(command, **options).translate(Message(subject, payload)))


def _failure(command: str, **options) -> str:
    with pytest.raises(ProgramError) as failure:
        _translate(command, **options)
    assert failure.value.exit_code == 1
    return str(failure.value)


@pytest.mark.parametrize(
    "payload", [b"", b"abc", b"\x00\r\n\xff", b"x" * 3_000_000], ids=["none", "text", "bytes", "large"]
)
def test_the_payload_is_the_input_and_what_is_written_the_result(payload):
    assert (_translate("cat", payload) == payload) is True  # a difference of megabytes explains nothing


def test_a_program_need_not_read_its_input():
    assert _translate("echo done", b"x" * 3_000_000) == b"done\n"


def test_standard_error_is_no_part_of_the_result():
    assert _translate("sh -c 'echo out; echo err >&2'") == b"out\n"


def test_a_command_is_split_as_a_shell_would_and_run_without_one():
    assert _translate("printf '%s|' 'a b' \"c d\" e\\ f '$HOME' '*' ';' '`id`'") == b"a b|c d|e f|$HOME|*|;|`id`|"


@pytest.mark.parametrize(
    ("argument", "filled"),
    [
        ("{{Subject}}", "a.b"),
        ("{{ Subject }}", "a.b"),
        ("{{.Subject}}", "a.b"),
        ("{{0}}", "a"),
        ("{{ 1 }}", "b"),
        ("{{1}}-{{0}}", "b-a"),
        ("{{2}}", "{{2}}"),
        ("{{Other}}", "{{Other}}"),
    ],
)
def test_places_of_the_subject_are_filled_in(argument, filled):
    assert _translate(f"printf %s '{argument}'") == filled.encode()


@pytest.mark.parametrize("argument", ["{{1}}", "{{1}}x", "{{ .1 }}"])
def test_a_token_never_becomes_an_option(argument):
    said = _failure(f"touch '{argument}'", subject=b"a.-K/etc/x")

    assert said.startswith("'-K/etc/x")
    assert said.endswith("of the subject could be taken for an option: put it behind OPTION=")
    assert _translate("printf %s --name={{1}}", subject=b"a.-5") == b"--name=-5"


@pytest.mark.parametrize(
    "token",
    [b"$(id)", b"`id`", b";id", b"'", b'"', b"\\", b"|id", b"&&id", b"*", b"-rf", b"\xff", b"{{Subject}}", b"{{0}}"],
)
def test_a_hostile_token_stays_inside_its_argument_and_is_not_filled_in_again(token):
    subject = b"a." + token

    said = _translate(f"{ARGUMENTS} x{{{{1}}}} '{{{{Subject}}}}'", subject=subject)

    assert said == repr(["x" + os.fsdecode(token), os.fsdecode(subject)]).encode("utf-8", "surrogateescape")


def test_a_subject_cannot_make_an_argument_longer_than_itself():
    bomb = ".".join(f"{{{{{place}}}}}{{{{{place}}}}}" for place in range(1, 25))

    assert len(_translate("printf %s {{0}}", subject=bomb.encode())) < 20


@pytest.mark.parametrize(
    ("command", "reason"), [("'open", "no closing quotation"), ("", "is empty"), ("  ", "is empty")]
)
def test_a_command_that_cannot_be_split_is_a_usage_error(command, reason):
    with pytest.raises(UsageError, match=reason):
        Program(command)


def test_a_program_that_is_missing_or_may_not_run_is_named(tmp_path):
    (tmp_path / "text").write_text("not a program")

    assert _failure("no-such-program -x") == "'no-such-program' cannot be run: no such file or directory"
    assert _failure(f"{tmp_path}/text") == f"'{tmp_path}/text' cannot be run: permission denied"


def test_a_failing_program_is_quoted_in_part_and_made_safe():
    said = _failure(f'{sys.executable} -c \'import sys; sys.exit("\\x1b[2Jno\\n" + 500 * "x")\'')

    assert said.startswith(f"'{sys.executable}' ended with exit code 1: \\x1b[2Jno\\x0a")
    assert len(said) < 400


def test_a_program_that_takes_too_long_is_ended_with_all_it_started(tmp_path):
    started = time.monotonic()

    said = _failure(f"sh -c 'sleep 60 & echo $! >{tmp_path}/pid; wait'", timeout_s=5.0)

    assert said == "'sh' took longer than 5s"
    assert time.monotonic() - started < 6 + SLACK_S
    _ends(tmp_path / "pid")


def test_what_a_program_left_behind_that_holds_its_output_is_ended_too(tmp_path):
    assert "took longer" in _failure(f"sh -c 'sleep 60 & echo $! >{tmp_path}/pid'", timeout_s=5.0)

    _ends(tmp_path / "pid")


def _ends(pid_file) -> None:
    pid = int(pid_file.read_text())

    def gone() -> bool:
        try:
            with open(f"/proc/{pid}/stat") as stat:
                return stat.read().split()[2] == "Z"
        except (FileNotFoundError, ProcessLookupError):  # gone, or going while it is read
            return True

    eventually(gone)


@pytest.mark.parametrize("stream", [1, 2], ids=["output", "errors"])
def test_a_program_that_writes_without_end_is_ended(stream):
    started = time.monotonic()

    said = _failure(f"sh -c 'exec cat /dev/zero >&{stream}'", output_limit=16 * 1024 * 1024, timeout_s=60.0)

    assert said == "'sh' wrote more than 16,777,216 bytes"
    assert time.monotonic() - started < 3 + SLACK_S


def test_large_output_takes_time_proportional_to_its_size():
    started = time.monotonic()

    assert len(_translate("head -c 50000000 /dev/zero", timeout_s=20.0)) == 50_000_000

    assert time.monotonic() - started < 4 + SLACK_S


def test_the_environment_is_handed_down_without_what_may_be_secret(monkeypatch):
    monkeypatch.setenv("NATS_PASSWORD", "secret")
    monkeypatch.setenv("NATS_URL", "nats://user:secret@host")
    monkeypatch.setenv("OTHER", "kept")

    said = asyncio.run(Program("env").run(Message(b"a", b""), {"NATS_REQUEST_SUBJECT": "a"}))

    names = dict(line.split(b"=", 1) for line in said.splitlines())
    assert names[b"OTHER"] == b"kept"
    assert [name for name in names if name.startswith(b"NATS")] == [b"NATS_REQUEST_SUBJECT"]
