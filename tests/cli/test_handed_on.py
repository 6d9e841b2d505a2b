import pytest

from natscli.cli.lazy import handed_behind

OPTIONS = ("--stream=", "--progress")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("pub sync a", "pub sync a"),
        ("--stream X pub sync a", "pub --stream X sync a"),
        ("--stream=X --progress pub", "pub --stream=X --progress"),
        ("--other pub", "--other pub"),
        ("--stream X", "--stream X"),
        ("--stream", "--stream"),
        ("--progress=1 pub", "--progress=1 pub"),
        ("", ""),
    ],
)
def test_options_of_a_group_go_to_its_child(typed, meant):
    assert handed_behind(typed.split(), OPTIONS) == meant.split()
