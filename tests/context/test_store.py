"""The files of saved contexts: where they are, whose they are, and what happens to them when something goes wrong."""

import os
from pathlib import Path

import pytest

from natscli.context.store import Store, check_new_name, write_context
from natscli.errors import NatsCliError, UsageError
from tests.context.trees import modes, tree

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such bits")


@pytest.fixture
def base(tmp_path: Path) -> Path:
    folder = tmp_path / "base"
    folder.mkdir()
    return folder


@pytest.fixture
def store(base: Path) -> Store:
    return Store(str(base / "config" / "nats"))


@pytest.fixture
def folder(base: Path) -> Path:
    return base / "config" / "nats"


@posix
@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_every_folder_and_file_is_for_its_owner_alone(store: Store, base: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        store.save("dev", {"url": "nats://h"})
        store.save("prod", {})
        store.select("dev")
        store.select("prod")
    finally:
        os.umask(before)
    assert modes(base) == {  # as `nats context add` and `select` (0.4.0) leave them
        "config": 0o700,
        "config/nats": 0o700,
        "config/nats/context": 0o700,
        "config/nats/context/dev.json": 0o600,
        "config/nats/context/prod.json": 0o600,
        "config/nats/context.txt": 0o600,
        "config/nats/previous-context.txt": 0o600,
    }
    assert (base / "config/nats/context.txt").read_bytes() == b"prod"
    assert (base / "config/nats/previous-context.txt").read_bytes() == b"dev"


@posix
def test_a_file_that_others_could_read_is_private_once_it_is_written(store: Store, folder: Path) -> None:
    store.save("dev", {})
    (folder / "context" / "dev.json").chmod(0o644)
    store.save("dev", {"password": "x"})
    assert modes(folder / "context") == {"dev.json": 0o600}


def test_folders_that_are_there_are_left_as_they_are(base: Path) -> None:
    (base / "config").mkdir(mode=0o755)
    before = modes(base)["config"]
    Store(str(base / "config" / "nats")).save("dev", {})
    assert modes(base)["config"] == before


@pytest.mark.parametrize(
    "name", ["foo", "my-context", "ngs.js", "foo bar", "foo*bar", "Ünï", "a:b", "x" * 250, "console"]
)
def test_names_that_work_everywhere(store: Store, name: str) -> None:
    check_new_name(name)
    store.save(name, {"url": "nats://h"})
    assert store.names() == [name]
    assert store.load(name) == {"url": "nats://h"}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        *[(name, "cannot be the name") for name in ("", "..", "a..b", "../x", "a/b", "/etc/passwd", "a\\b")],
        *[
            (name, "characters that do not show")
            for name in ("a\nb", "a\x00b", "a\x1b[31m", "a\x7f", "a\u202eb", "\u3000a")
        ],
        *[(name, "it begins with") for name in (".", ".hidden", "-", "-f", "--force")],
        *[(name, "blanks around it") for name in (" a", "a ")],
        *[(name, "Windows reserves it") for name in ("con", "NUL", "com1", "LPT9", "aux.txt", "PRN")],
        *[(name, "too long") for name in ("x" * 251, "ü" * 126)],
    ],
)
def test_names_that_do_not(name: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        check_new_name(name)


def test_what_is_no_context_is_not_listed(store: Store, folder: Path) -> None:
    contexts = folder / "context"
    contexts.mkdir(parents=True)
    for name in ("b.json", "a.json", "ngs.js.json"):
        (contexts / name).write_text("{}")
    for name in ("empty.json", "notes.txt", ".json", "a..b.json"):
        (contexts / name).write_text("" if name == "empty.json" else "{}")
    (contexts / "folder.json").mkdir()
    assert store.names() == ["a", "b", "ngs.js"]


def test_without_a_folder_there_is_nothing_and_nothing_is_made(store: Store, base: Path) -> None:
    assert store.names() == []
    assert store.selected() is None
    assert store.previous() is None
    assert store.unselect() is None
    assert tree(base) == {}


def test_selecting_remembers_what_was_selected_before(store: Store) -> None:
    store.save("a", {})
    store.save("b", {})
    store.select("a")
    assert (store.selected(), store.previous()) == ("a", None)
    store.select("b")
    assert (store.selected(), store.previous()) == ("b", "a")
    store.select("b")
    assert (store.selected(), store.previous()) == ("b", "a")
    assert store.unselect() == "b"
    assert (store.selected(), store.previous()) == (None, "b")


def test_a_slip_unselects_nothing(store: Store, base: Path) -> None:
    store.save("dev", {})
    store.save("other", {})
    store.select("other")
    store.select("dev")
    (base / "config/nats/context/broken.json").write_text("{")
    before = tree(base)
    for name in ("dve", "broken", "", "../dev", "a\x00b"):
        with pytest.raises(UsageError):
            store.select(name)
    assert tree(base) == before


@pytest.mark.parametrize("content", [b"\xff\xfe", b"../../etc/passwd", b"a/b.json", b"x" * 2_000_000])
def test_a_selection_that_is_no_name_is_named_and_can_be_replaced(store: Store, folder: Path, content: bytes) -> None:
    store.save("dev", {})
    (folder / "context.txt").write_bytes(content)
    if len(content) < 100:
        with pytest.raises(UsageError, match="selected context cannot be read"):
            store.selected()
    store.select("dev")
    assert (store.selected(), store.previous()) == ("dev", None)


def test_a_selection_of_what_is_gone_is_not_remembered(store: Store, folder: Path) -> None:
    store.save("dev", {})
    (folder / "context.txt").write_text("gone")
    store.select("dev")
    assert store.previous() is None


def test_removing_takes_every_selection_with_it(store: Store, base: Path) -> None:
    for name in ("a", "b"):
        store.save(name, {})
        store.select(name)
    store.remove("a")
    assert (store.names(), store.selected(), store.previous()) == (["b"], "b", None)
    store.remove("b")
    assert set(tree(base)) == {"config", "config/nats", "config/nats/context"}


def test_removing_what_is_not_there_says_so(store: Store) -> None:
    with pytest.raises(UsageError, match="there is no context 'x'"):
        store.remove("x")


def test_a_slip_is_answered_with_what_was_meant(store: Store) -> None:
    store.save("production", {})
    for act in (store.load, store.read, store.select, store.remove):
        with pytest.raises(UsageError, match="there is no context 'prodution'") as caught:
            act("prodution")
        assert caught.value.hint == "did you mean 'production'?"
    with pytest.raises(UsageError) as caught:
        store.load("x")
    assert caught.value.hint == f"it would be the file {store.path('x')}"


def test_a_broken_context_can_be_removed(store: Store, folder: Path) -> None:
    store.save("dev", {})
    (folder / "context" / "dev.json").write_text("{")
    store.remove("dev")
    assert store.names() == []


@posix
@pytest.mark.parametrize("file", ["context/dev.json", "context.txt"])
def test_a_link_out_of_the_folder_is_not_written_through(store: Store, folder: Path, base: Path, file: str) -> None:
    store.save("dev", {})
    store.save("other", {})
    store.select("other")
    victim = base / "victim"
    victim.write_bytes((folder / file).read_bytes())
    (folder / file).unlink()
    (folder / file).symlink_to(victim)
    before = tree(base)
    with pytest.raises(UsageError, match="a link that leads out of its folder"):
        store.save("dev", {"password": "x"}) if file == "context/dev.json" else store.select("dev")
    assert tree(base) == before


@posix
def test_a_link_within_the_folder_is_another_name(store: Store, folder: Path) -> None:
    store.save("real", {})
    (folder / "context" / "alias.json").symlink_to("real.json")
    store.save("alias", {"url": "nats://h"})
    assert store.load("real") == {"url": "nats://h"}
    assert (folder / "context" / "alias.json").is_symlink()
    store.remove("alias")
    assert store.names() == ["real"]


@posix
def test_a_folder_that_is_a_link_is_the_user_s_own_affair(base: Path) -> None:
    (base / "dotfiles").mkdir()
    (base / "nats").symlink_to("dotfiles")
    Store(str(base / "nats")).save("dev", {})
    assert (base / "dotfiles" / "context" / "dev.json").is_file()


@posix
def test_what_waits_for_a_writer_is_not_waited_for(store: Store, folder: Path) -> None:
    store.save("dev", {})
    os.mkfifo(folder / "context" / "pipe.json")
    os.mkfifo(folder / "context.txt")
    with pytest.raises(UsageError, match="context 'pipe' is broken: not a plain file"):
        store.load("pipe")
    with pytest.raises(UsageError, match=r"selected context cannot be read from .*: not a plain file"):
        store.selected()


@posix
def test_a_link_in_a_circle_is_listed_and_broken(store: Store, folder: Path) -> None:
    store.save("dev", {})
    (folder / "context" / "loop.json").symlink_to("loop.json")
    assert store.names() == ["dev", "loop"]
    with pytest.raises(UsageError, match="context 'loop' is broken: too many levels"):
        store.load("loop")


def test_what_cannot_be_written_leaves_everything_as_it_was(store: Store, folder: Path, base: Path) -> None:
    store.save("dev", {})
    (folder / "context" / "there.json").mkdir()
    (folder / "context.txt").mkdir()
    before = tree(base)
    with pytest.raises(NatsCliError, match="context 'there' cannot be written"):
        store.save("there", {"password": "x"})
    with pytest.raises(NatsCliError, match=r"file 'context.txt' cannot be written"):
        store.select("dev")
    with pytest.raises(NatsCliError, match="cannot be removed"):
        store.remove("there")
    assert tree(base) == before


def test_a_file_in_a_folder_s_place_is_said(base: Path) -> None:
    (base / "nats").write_text("")
    with pytest.raises(NatsCliError, match=r"cannot be (made|written)"):
        Store(str(base / "nats")).save("dev", {})


def test_a_context_file_elsewhere_is_as_private(base: Path) -> None:
    write_context(str(base / "context.json"), {"url": "nats://h"})
    assert tree(base)["context.json"][1] == b'{\n  "url": "nats://h"\n}'
