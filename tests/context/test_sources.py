"""A secret is read from wherever it is said to be, once where that has to be, and never quoted."""

import base64
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.context import programs, sources
from natscli.context.credentials import SeedFile, UserJwt, UserKey, embed, read_creds, read_key, read_seed, secret_files
from natscli.context.resolve import resolve
from natscli.context.settings import Settings
from natscli.context.sources import named, read_secret, read_source, takes_time
from natscli.context.waiting import LARGEST, Wait
from natscli.errors import DeadlineError, NatsCliError, UsageError
from tests.context.test_credentials import CREDS, JWT, SEED
from tests.waiting import SLACK_S

SECRET = "hush-hush-hush"
SOON = Wait(0.3)
posix = pytest.mark.skipif(os.name == "nt", reason="scripts and named pipes")


@pytest.fixture(autouse=True)
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """What programs and pipes gave other tests is not known here."""
    monkeypatch.setattr(sources, "_kept", {})
    monkeypatch.setattr(programs, "_profiles", {})


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Put a program on PATH that is the given Python; return a file with the arguments of its every run."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    runs = tmp_path / "runs"

    def install(name: str, code: str) -> Path:
        program = folder / name
        record = f"import os, sys, time\nopen({str(runs)!r}, 'a').write(repr(sys.argv[1:]) + '\\n')\n"
        program.write_text(f"#!{sys.executable} -S\n{record}{code}\n")
        program.chmod(0o700)
        return runs

    return install


def refused(text: str, what: str = "password", kind: type[NatsCliError] = UsageError, wait: Wait = SOON) -> str:
    with pytest.raises(kind) as caught:
        read_secret(text, what, wait)
    told = f"{caught.value} {caught.value.hint}"
    assert SECRET not in told
    return told


# -- files, variables, data -------------------------------------------------------------------------


def test_a_secret_is_itself_unless_it_is_a_reference() -> None:
    for secret in ("plain", "http://x", "opal://x", "~/x", "$X", "a env://B", "database:x", ""):
        assert read_secret(secret, "password") == secret


@pytest.mark.parametrize("scheme", ["file://", "FILE://"])
def test_a_file_is_read_without_its_line_end(tmp_path: Path, scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "password").write_bytes(b"\xef\xbb\xbf" + SECRET.encode() + b"\r\n")
    monkeypatch.setenv("WHERE", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    for place in (str(tmp_path), "$WHERE", "~"):
        assert read_secret(f"{scheme}{place}/password", "password") == SECRET


def test_a_variable_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIDDEN", SECRET)
    monkeypatch.setenv("MY_CREDS", CREDS)
    assert read_secret("env://HIDDEN", "token") == SECRET
    assert read_creds("env://MY_CREDS") == UserKey(SEED, JWT)
    monkeypatch.setenv("HIDDEN", "")
    assert "token of 'env://HIDDEN': the variable is not set" in refused("env://HIDDEN", "token")


def test_data_is_read_in_both_its_forms() -> None:
    written = base64.b64encode(SECRET.encode()).decode()
    for text in (f"data:;base64,{written}", f"data:text/plain;base64,{written.rstrip('=')}", f"DATA:,{SECRET}"):
        assert read_secret(text, "password") == SECRET
    assert read_secret("data:,a%20b", "password") == "a b"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("data:" + SECRET, "password in a data: value has no comma"),
        ("data:;base64,?" + SECRET, "password in a data: value is not base64"),
        ("data:,", "password in a data: value is empty"),
        ("data:," + SECRET + "%0a" + SECRET, "is not one line of text"),
        ("data:,%00" + SECRET, "is not one line of text"),
        ("nsc://o/a/u", "nsc has credentials files alone"),
        ("file://nowhere", "password file 'nowhere' cannot be read: no such file"),
        ("file://.", "is a directory"),
    ],
)
def test_what_gives_no_secret_is_refused_in_words(text: str, words: str) -> None:
    assert words in refused(text).replace("file 'file://nowhere'", "file 'nowhere'")


@given(st.binary(max_size=200), st.text(max_size=10))
def test_any_content_of_data_comes_back(content: bytes, kind: str) -> None:
    kind = kind.replace(",", "")
    text = f"data:{kind};base64,{base64.b64encode(content).decode()}"
    assert read_source(text, "credentials") == content.decode("utf-8-sig", "replace")
    assert text not in named(text, "credentials")


def test_what_is_embedded_is_read_back(tmp_path: Path) -> None:
    for what, content in (("creds", CREDS), ("nkey", SEED + "\n")):
        (tmp_path / what).write_text(content)
    inside = embed(str(tmp_path / "creds"), "creds")
    assert inside.startswith("data:;base64,")
    assert read_creds(inside) == UserKey(SEED, JWT)
    assert read_seed(embed(str(tmp_path / "nkey"), "nkey")) == UserKey(SEED, None)
    with pytest.raises(UsageError, match="has no user JWT"):
        embed(str(tmp_path / "nkey"), "creds")


def test_a_jwt_and_its_seed_may_be_in_files_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "jwt").write_text(JWT + "\n")
    (tmp_path / "seed").write_text(CREDS)
    jwt, seed = f"file://{tmp_path}/jwt", f"file://{tmp_path}/seed"

    assert read_key(UserJwt(jwt, seed)) == UserKey(SEED, JWT)
    assert read_key(UserJwt(JWT, SEED)) == UserKey(SEED, JWT)
    assert read_key(UserJwt(JWT)) == UserKey(None, JWT)
    assert secret_files(UserJwt(jwt, seed), None) == [str(tmp_path / "jwt"), str(tmp_path / "seed")]
    assert secret_files(SeedFile("a"), "file://t") == ["a", "t"]
    assert secret_files(SeedFile("env://A"), "t") == []


# -- pipes ------------------------------------------------------------------------------------------


@posix
def test_a_pipe_is_read_once_and_kept(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert takes_time(str(pipe))
    threading.Thread(target=pipe.write_text, args=[CREDS]).start()

    assert read_creds(str(pipe), Wait(30)) == UserKey(SEED, JWT)
    assert read_creds(str(pipe), SOON) == UserKey(SEED, JWT)


@posix
def test_a_pipe_that_nobody_writes_to_is_given_up_in_time(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    started = time.monotonic()
    assert "its writer did not end in time" in refused(f"file://{tmp_path}/pipe", kind=DeadlineError)
    assert time.monotonic() - started < 1.3 + SLACK_S


@posix
def test_a_file_is_read_anew_each_time(tmp_path: Path) -> None:
    path = tmp_path / "password"
    for secret in ("first", "second"):
        path.write_text(secret)
        assert read_secret(f"file://{path}", "password") == secret


# -- 1Password --------------------------------------------------------------------------------------


@posix
def test_1password_is_asked_once_and_told_nothing_but_the_reference(install, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NATS_TOKEN", SECRET)
    runs = install("op", f"assert 'NATS_TOKEN' not in os.environ and not sys.stdin.read(); print({SECRET!r})")

    assert read_secret("op://vault/a $(b) c/field", "password", Wait(10)) == SECRET
    assert read_secret("op://vault/a $(b) c/field", "password", Wait(10)) == SECRET
    assert runs.read_text() == "['read', 'op://vault/a $(b) c/field']\n"


@posix
@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            "print('no session\\x1b[2J', file=sys.stderr); sys.exit(1)",
            "could not give 'op://v/i/f': no session\\x1b[2J",
        ),
        (f"print({SECRET!r}); sys.exit(3)", "could not give 'op://v/i/f': it ended with exit code 3"),
        ("os.kill(os.getpid(), 9)", "it ended with exit code -9"),
        ("", "printed nothing for 'op://v/i/f'"),
        (f"print({SECRET!r} * {LARGEST // 8})", "printed too much for 'op://v/i/f'"),
        (f"sys.stderr.write({SECRET!r} * {LARGEST // 8})", "printed too much for 'op://v/i/f'"),
        (f"os.write(1, b'\\x00\\xff' + {SECRET.encode()!r})", "is not one line of text"),
        (f"print({SECRET!r}); print({SECRET!r})", "is not one line of text"),
    ],
)
def test_what_1password_fails_with_is_told(code: str, words: str, install) -> None:
    install("op", code)
    assert words in refused("op://v/i/f", wait=Wait(20))


@posix
@pytest.mark.parametrize(
    "code", ["time.sleep(60)", "os.close(1); os.close(2); time.sleep(60)", "os.fork() or time.sleep(60)\nprint('x')"]
)
def test_a_program_that_hangs_is_ended_in_time(code: str, install) -> None:
    install("op", code)
    started = time.monotonic()
    assert "op did not give 'op://v/i/f' in time" in refused("op://v/i/f", kind=DeadlineError, wait=Wait(0.5))
    assert time.monotonic() - started < 1.5 + 2 * SLACK_S


def test_a_program_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "'op://v/i/f' needs 1Password's program 'op', which is not installed" in refused("op://v/i/f")
    with pytest.raises(UsageError, match="'nsc://o/a/u' needs the program 'nsc', which is not installed"):
        read_creds("nsc://o/a/u")


@posix
def test_a_program_that_cannot_be_run_is_named(install, tmp_path: Path) -> None:
    install("op", "")
    (tmp_path / "programs" / "op").write_text("#!/no/such/interpreter\n")
    assert "needs 1Password's program 'op'" in refused("op://v/i/f")


# -- nsc --------------------------------------------------------------------------------------------


@posix
def test_nsc_says_where_the_credentials_are_and_which_servers(install, tmp_path: Path) -> None:
    path = tmp_path / "me.creds"
    path.write_text(CREDS)
    profile = json.dumps({"user_creds": str(path), "operator": {"service": ["nats://a:1", "nats://b:2"]}})
    runs = install("nsc", f"print({profile!r})")

    target = resolve([Settings("typed", creds="nsc://op/acc/me", timeout=10.0)])
    assert read_creds("nsc://op/acc/me", Wait(10)) == UserKey(SEED, JWT)
    assert [url.display for url in target.urls] == ["nats://a:1", "nats://b:2"]
    assert runs.read_text() == "['generate', 'profile', 'nsc://op/acc/me']\n"

    path.write_text(CREDS.replace(JWT, JWT + "x"))
    assert read_creds("nsc://op/acc/me", Wait(10)) == UserKey(SEED, JWT + "x")


def test_nsc_is_not_asked_for_servers_that_were_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert resolve([Settings("typed", creds="nsc://o/a/u", server="nats://h")]).urls[0].host == "h"


@posix
@pytest.mark.parametrize(
    ("printed", "words"),
    [
        ("", "what is not a profile"),
        (SECRET, "what is not a profile"),
        ("[" * 100_000, "what is not a profile"),
        ("[]", "what is not a profile"),
        ('{"operator": []}', "knows no credentials file"),
        ('{"operator": {"service": "x"}}', "what is not a profile"),
        ('{"user_creds": 1}', "what is not a profile"),
        ("{}", "knows no credentials file"),
    ],
)
def test_what_nsc_prints_in_error_is_refused(printed: str, words: str, install) -> None:
    install("nsc", f"print({printed!r})")
    with pytest.raises(UsageError, match=words) as caught:
        read_creds("nsc://o/a/u", Wait(20))
    assert SECRET not in str(caught.value)


# -- as a process -----------------------------------------------------------------------------------


@posix
def test_a_process_substitution_serves_as_a_credentials_file(tmp_path: Path) -> None:
    read, write = os.pipe()
    with os.fdopen(write, "w") as writer:
        writer.write(CREDS)
    code = "import sys; from natscli.context.credentials import read_creds; print(len(read_creds(sys.argv[1]).seed))"
    command = [sys.executable, "-c", code, f"/dev/fd/{read}"]
    done = subprocess.run(command, pass_fds=[read], capture_output=True, text=True, timeout=30)
    os.close(read)
    assert (done.stdout, done.stderr) == (f"{len(SEED)}\n", "")
