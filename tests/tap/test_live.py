"""What a tap subscribes to."""

import pytest

from natscli.tap.live import uncovered


@pytest.mark.parametrize(
    ("asked", "subscribed"),
    [
        ([">"], [">"]),
        (["a", "a"], ["a"]),
        (["a.b", ">", "_INBOX.>"], [">"]),
        (["a.*", "a.b", "a.b.c"], ["a.*", "a.b.c"]),
        (["a.*", "*.b"], ["a.*", "*.b"]),
        (["a.>", "a.*.>", "a"], ["a.>", "a"]),
    ],
)
def test_what_another_subject_covers_is_not_asked_for_again(asked, subscribed):
    assert uncovered(asked) == subscribed
