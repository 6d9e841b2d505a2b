"""What holds for every file: sizes that fit a reader's head, and nothing of the machine it was made on."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "natscli").rglob("*.py"))
WRITTEN = [*MODULES, *sorted((ROOT / "tests").rglob("*.py")), *sorted((ROOT / "tools").rglob("*.py"))]
LONGEST_MODULE = 400
LONGEST_FUNCTION = 40


def named(path):
    return str(path.relative_to(ROOT))


def functions(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.end_lineno - node.body[0].lineno + 1


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_is_no_longer_than_one_can_hold(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE


@pytest.mark.parametrize("path", WRITTEN, ids=named)
def test_a_function_does_one_thing(path):
    assert {name: lines for name, lines in functions(path) if lines > LONGEST_FUNCTION} == {}


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_no_failure_is_swallowed(path):
    silent = [
        handler.lineno
        for handler in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(handler, ast.ExceptHandler)
        and (handler.type is None or ast.unparse(handler.type) in ("Exception", "BaseException"))
        and all(isinstance(line, ast.Pass) for line in handler.body)
    ]
    assert silent == []


def test_no_lock_file_or_folder_of_a_machine_is_named():
    texts = [*MODULES, ROOT / "README.md", ROOT / "pyproject.toml", ROOT / "Makefile", *(ROOT / "docs").rglob("*.md")]
    home = re.compile(r"/(?:home|root|Users|work)/")
    assert [str(path) for path in texts if home.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_nothing_is_imported_that_only_some_systems_have(path):
    """Windows and macOS: what is of one system is imported where it is used, or not at all."""
    of_one_system = {
        "curses",
        "fcntl",
        "grp",
        "msvcrt",
        "pty",
        "pwd",
        "readline",
        "resource",
        "syslog",
        "termios",
        "tty",
    }
    at_the_top = [node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.Import)]
    from_the_top = [
        node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.ImportFrom)
    ]
    names = {alias.name for node in at_the_top for alias in node.names} | {node.module for node in from_the_top}

    assert names & of_one_system == set()
