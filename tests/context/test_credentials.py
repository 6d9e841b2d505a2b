"""Credentials files are read in any decoration, refused in words, and never quoted."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.context.credentials import (
    CredsFile,
    SeedFile,
    Token,
    UserKey,
    UserPassword,
    _block,
    exposed,
    read_creds,
    read_seed,
)
from natscli.context.resolve import resolve
from natscli.context.settings import Settings
from natscli.context.sources import local
from natscli.errors import UsageError

JWT = "eyJ0eXAiOiJKV1QifQ.eyJzdWIiOiJVQSJ9.c2lnbmF0dXJl"
SEED = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY"
JWT_BLOCK = f"-----BEGIN NATS USER JWT-----\n{JWT}\n------END NATS USER JWT------\n"
SEED_BLOCK = f"-----BEGIN USER NKEY SEED-----\n{SEED}\n------END USER NKEY SEED------\n"
NOTE = (
    "\n************************* IMPORTANT *************************\nNKEY Seed printed below can be used to sign.\n\n"
)
CREDS = JWT_BLOCK + NOTE + SEED_BLOCK

Reader = Callable[[str], UserKey]
readers = pytest.mark.parametrize("read", [read_creds, read_seed])


def write(folder: Path, content: str | bytes) -> str:
    path = folder / "secret.file"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def refused(read: Reader, path: str) -> str:
    with pytest.raises(UsageError) as caught:
        read(path)
    text = f"{caught.value} {caught.value.hint}"
    assert SEED not in text
    assert JWT not in text
    return text


@pytest.mark.parametrize(
    "content",
    [
        CREDS,
        CREDS.rstrip("\n"),
        CREDS.replace("\n", "\r\n"),
        CREDS.replace("\n", "\n\n"),
        "".join(f"    {line}  \n" for line in CREDS.splitlines()),
        "".join(f"\t{line}\r\n" for line in CREDS.splitlines()),
        SEED_BLOCK + JWT_BLOCK,
        CREDS.partition("------END USER")[0],
        CREDS.partition("------END USER")[0].rstrip("\n"),
        "\ufeff" + CREDS,
        "# made by hand\n" + CREDS + "\nmore words\n",
        CREDS.replace("-----", "---"),
    ],
    ids=[
        "plain",
        "no last newline",
        "CRLF",
        "blank lines",
        "indented",
        "tabs and CRLF",
        "seed first",
        "no END",
        "ends with the seed",
        "byte order mark",
        "words around",
        "short dashes",
    ],
)
def test_a_credentials_file_is_read_in_any_decoration(tmp_path: Path, content: str) -> None:
    assert read_creds(write(tmp_path, content)) == UserKey(SEED, JWT)


@pytest.mark.parametrize(
    "content",
    [SEED, SEED + "\n", f"  {SEED}\r\n\r\n", f"# my key\n\n{SEED}\n# end", SEED_BLOCK, CREDS, "\ufeff" + SEED],
    ids=["bare", "newline", "spaces and CRLF", "comments", "block", "credentials", "byte order mark"],
)
def test_a_seed_file_is_read_bare_or_decorated(tmp_path: Path, content: str) -> None:
    assert read_seed(write(tmp_path, content)) == UserKey(SEED, None)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "no user JWT"),
        ("\n\n", "no user JWT"),
        (SEED, "no user JWT"),
        (JWT, "no user JWT"),
        (SEED_BLOCK, "no user JWT"),
        (JWT_BLOCK, "no NKey seed"),
        ("-----BEGIN NATS USER JWT-----\n", "no user JWT"),
        ("-----BEGIN NATS USER JWT-----\n------END NATS USER JWT------\n" + SEED_BLOCK, "no user JWT"),
        ("-----BEGIN NATS USER JWT-----\n\n" + SEED_BLOCK, "no user JWT"),
        (JWT_BLOCK + "-----BEGIN USER NKEY SEED-----\n------END USER NKEY SEED------\n", "no NKey seed"),
        (JWT_BLOCK + "-----BEGIN USER NKEY SEED-----", "no NKey seed"),
        ("------END NATS USER JWT------\n" + CREDS, "no user JWT"),
        (bytes(range(256)) * 50, "no user JWT"),
        (CREDS.encode("utf-16"), "no user JWT"),
        (b"\x00" * 1000, "no user JWT"),
        (b"x" * (1024 * 1024 + 1), "too large to be one"),
    ],
)
def test_a_credentials_file_that_lacks_a_part_says_which(tmp_path: Path, content: str | bytes, reason: str) -> None:
    path = write(tmp_path, content)
    text = refused(read_creds, path)
    assert reason in text
    assert path in text


@pytest.mark.parametrize(
    "content",
    ["", "\n", "# only a comment", JWT, "SAACSSL3", "UDXU4RCSJN", SEED.lower(), "# " + SEED, bytes(range(256))],
)
def test_a_seed_file_without_a_user_seed_says_so(tmp_path: Path, content: str | bytes) -> None:
    path = write(tmp_path, content)
    assert f"NKey file '{path}' has no user seed" in refused(read_seed, path)


@readers
def test_a_missing_file_is_named(tmp_path: Path, read: Reader) -> None:
    path = str(tmp_path / "none")
    assert f"'{path}' cannot be read: no such file or directory" in refused(read, path)


@readers
def test_a_folder_is_no_file(tmp_path: Path, read: Reader) -> None:
    assert "is a directory" in refused(read, str(tmp_path))


@readers
@pytest.mark.skipif(os.name == "nt", reason="needs symbolic links")
def test_a_link_to_itself_cannot_be_read(tmp_path: Path, read: Reader) -> None:
    path = tmp_path / "loop"
    path.symlink_to(path)
    assert "cannot be read" in refused(read, str(path))


@readers
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_a_file_of_somebody_else_cannot_be_read(tmp_path: Path, read: Reader) -> None:
    path = write(tmp_path, CREDS)
    os.chmod(path, 0)
    assert "permission denied" in refused(read, path)


@readers
def test_a_file_without_end_is_too_large(read: Reader) -> None:
    if not os.path.exists("/dev/zero"):
        pytest.skip("needs /dev/zero")
    assert "too large" in refused(read, "/dev/zero")


@readers
@pytest.mark.parametrize("name", ["a\x00b", "half\ud800pair"])
def test_a_name_no_file_can_have_is_refused(read: Reader, name: str) -> None:
    assert "no file has such a name" in refused(read, name)


@readers
@pytest.mark.parametrize("content", [SEED, f" {SEED}\n", CREDS, SEED_BLOCK])
def test_a_secret_given_for_a_path_is_refused_unquoted(read: Reader, content: str) -> None:
    assert "a path is needed" in refused(read, content)


_SPACE = st.text(alphabet=" \t", max_size=6)
_NOISE = st.lists(st.text(alphabet="abc# *-=\té", max_size=20).filter(lambda line: "---" not in line), max_size=3)


@given(
    _SPACE,
    _SPACE,
    st.sampled_from(["\n", "\r\n", "\n\n", " \r\n\t\r\n"]),
    _NOISE,
    _NOISE,
    st.integers(3, 8),
    st.booleans(),
)
def test_no_decoration_hides_the_parts(
    before: str, behind: str, end: str, above: list[str], below: list[str], dashes: int, marked: bool
) -> None:
    lines = [*above, *CREDS.replace("-----", "-" * dashes).splitlines(), *below]
    text = ("\ufeff" if marked else "") + end.join(f"{before}{line}{behind}" for line in lines)
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), text)
        assert read_creds(path) == UserKey(SEED, JWT)
        assert read_seed(path) == UserKey(SEED, None)


@given(st.integers(0, len(CREDS)))
def test_cut_anywhere_it_is_whole_or_refused(length: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), CREDS[:length])
        try:
            key = read_creds(path)
        except UsageError as error:
            assert SEED not in str(error)  # noqa: PT017 - either may be
        else:
            assert key.jwt == JWT
            assert SEED.startswith(str(key.seed))


@given(st.text(alphabet="-BEGINDNATSUSERJWT \n\rx", max_size=200), st.sampled_from(["NATS USER JWT", "USER NKEY SEED"]))
def test_any_text_has_a_block_or_none(noise: str, title: str) -> None:
    for text in (noise, f"-----BEGIN {title}-----{noise}", f"{noise}-----BEGIN {title}-----\n{noise}"):
        found = _block(text, title)
        assert found is None or (found in text and found == found.strip() and "\n" not in found)


def test_no_value_shows_its_secret() -> None:
    values = [
        UserPassword("bob", "hush"),
        Token("hush"),
        UserKey("hush", "hush"),
        Settings("typed", server="nats://hush@h", user="bob", password="hush", token="hush"),
        resolve([Settings("typed", server="nats://bob:hush@h")]),
        resolve([Settings("typed", server="nats://hush@h")]),
        resolve([Settings("typed", token="hush")]),
        resolve([Settings("typed", creds="c", token="hush")]),
    ]
    for value in values:
        assert "hush" not in f"{value!r} {value} {[value]}"


def test_a_users_name_and_a_files_path_are_shown() -> None:
    assert repr(UserPassword("bob", "hush")) == "UserPassword('bob')"
    assert "my.creds" in repr(CredsFile("my.creds"))
    assert "my.nk" in repr(SeedFile("my.nk"))


def test_home_and_variables_in_a_path_are_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    monkeypatch.setenv("USERPROFILE", "/home/someone")
    monkeypatch.setenv("WHERE", "keys")
    assert local("~/$WHERE/a.creds") == "/home/someone/keys/a.creds"
    assert local("file://~/$WHERE/a.creds") == "/home/someone/keys/a.creds"
    assert local("plain/a.creds") == "plain/a.creds"
    assert local("env://$WHERE") == "env://$WHERE"


@pytest.mark.skipif(os.name == "nt", reason="no permission bits")
@pytest.mark.parametrize(
    ("mode", "open_to_others"),
    [(0o600, False), (0o400, False), (0o700, False), (0o640, True), (0o604, True), (0o602, True), (0o610, True)],
)
def test_a_file_others_can_open_is_exposed(tmp_path: Path, mode: int, open_to_others: bool) -> None:
    path = write(tmp_path, CREDS)
    os.chmod(path, mode)
    assert exposed(path) is open_to_others
    assert not exposed(path + ".none")
