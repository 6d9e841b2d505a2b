"""Who types from the habit of the Go CLI is told what to type instead."""

import re

import pytest

from natscli.cli.elsewhere import _COMMANDS, _OPTIONS
from natscli.cli.lazy import Branch
from natscli.cli.tree import TREE


def _is_known(path):
    nodes = TREE
    for word in path.split():
        node = nodes.get(word)
        if node is None:
            return False
        nodes = node.children if isinstance(node, Branch) else {}
    return True


@pytest.mark.parametrize("path", sorted(_COMMANDS))
def test_a_command_that_is_not_here_names_one_that_is(path, cli):
    assert not _is_known(path), "a command of this name hides its hint"

    ended = cli(*path.split(), "x")

    assert (ended.code, ended.out) == (2, b"")
    assert ended.err == f"natscli: there is no command '{path}' here\nhint: {_COMMANDS[path]}\n"
    for command in re.findall(r"natscli ([a-z][a-z -]*)", _COMMANDS[path]):
        assert command.split()[0] in TREE


@pytest.mark.parametrize(("typed", "named"), [("srv ping", "server ping"), ("a backup", "account backup")])
def test_an_alias_leads_there_too(typed, named, cli):
    assert cli(*typed.split()).err.endswith(f"hint: {_COMMANDS[named]}\n")


@pytest.mark.parametrize("name", sorted(_OPTIONS))
def test_an_option_that_is_not_here_names_what_is(name, cli):
    ended = cli("sub", name, "x")

    assert (ended.code, ended.out) == (2, b"")
    assert ended.err.splitlines()[1] == f"hint: {_OPTIONS[name]}"


def test_an_option_without_its_value_names_the_command_that_explains_it(cli):
    assert cli("replay", "a.ndjson", "--map", "a").err.splitlines()[1] == "hint: natscli replay --help"
    assert cli("reply", "a", "-q").err.splitlines()[1] == "hint: natscli reply --help"
    assert cli("server", "run", "--port").err.splitlines()[1] == "hint: natscli server run --help"


@pytest.mark.parametrize("path", ["", " pub", " stream add"])
def test_help_comes_before_a_command_too(path, cli):
    ended = cli("help", *path.split())

    assert (ended.code, ended.err) == (0, "")
    assert f"Usage: natscli{path} [OPTIONS]" in ended.text
    assert cli("help", "nobody").code == 2
