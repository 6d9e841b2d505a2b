"""docs/top-compared.md names tests and pictures that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
ROWS = [
    line for line in (ROOT / "docs" / "top-compared.md").read_text(encoding="utf-8").splitlines() if line[:2] == "| "
][1:]


def test_every_row_names_what_demonstrates_it():
    assert len(ROWS) > 40
    assert [row for row in ROWS if "::test_" not in row and "](pictures/" not in row] == []


def test_what_is_named_exists():
    tests = [name for row in ROWS for name in re.findall(r"`(tests/[^`]+)`", row)]
    assert [name for name in tests if not is_there(*name.split("::"))] == []
    links = [link for row in ROWS for link in re.findall(r"\]\(([^)]+)\)", row)]
    assert [link for link in links if not (ROOT / "docs" / link).is_file()] == []


def is_there(path, name):
    file = ROOT / path
    return file.is_file() and re.search(rf"^(async )?def {name}\(", file.read_text(encoding="utf-8"), re.MULTILINE)
