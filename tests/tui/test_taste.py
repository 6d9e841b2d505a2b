"""The user's own keys and theme."""

import pytest

from natscli.errors import UsageError
from natscli.tui.keys import KEYS, Taste, read_taste, taste_path


def written(tmp_path, text):
    path = tmp_path / "top.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_there_need_be_no_file(tmp_path):
    assert read_taste(str(tmp_path / "none")) == Taste()


def test_keys_and_theme(tmp_path):
    path = written(tmp_path, 'theme = "nord"\n[keys]\nfilter = "ctrl+f"\n')
    assert read_taste(path) == Taste("nord", {"filter": "ctrl+f"})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("theme = ", "cannot be read"),
        ("colour = 1", "unknown setting 'colour'"),
        ("[keys]\nfly = 'f'", "no key 'fly'"),
        ("[keys]\nfilter = 1", "have to be texts"),
        ("theme = 1", "have to be texts"),
        ("keys = 1", "have to be texts"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, text, words):
    with pytest.raises(UsageError, match=words):
        read_taste(written(tmp_path, text))


def test_it_lies_in_the_folder_for_settings():
    assert taste_path({"XDG_CONFIG_HOME": "/c"}) == "/c/natscli/top.toml"


def test_no_key_is_bound_twice():
    keys = [key for binding in KEYS for key in binding.keys.split(",")]
    assert len(keys) == len(set(keys))
    assert len({binding.id for binding in KEYS}) == len(KEYS)
