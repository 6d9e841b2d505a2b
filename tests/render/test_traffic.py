"""The table of subjects."""

from natscli.messaging.tally import Tally
from natscli.render.traffic import traffic_table
from natscli.wire.message import Run

HOSTILE = b"\x1b]0;x\x07\xff\xc2\x9b"


def _picture(**subjects: int):
    tally = Tally(0.0)
    for subject, messages in subjects.items():
        tally.take(Run(1, [subject.encode()] * messages, [b"x" * 1024] * messages))
    return tally.look(2.0)


def test_a_table_is_aligned_and_ends_in_the_sum_of_all():
    assert traffic_table(_picture(long_subject=2000, b=1)).splitlines() == [
        "subject       messages    bytes  msg/s     bytes/s",
        "──────────────────────────────────────────────────",
        "long_subject     2,000  2.0 MiB  1,000  1000.0 KiB",
        "b                    1  1.0 KiB      0       512 B",
        "──────────────────────────────────────────────────",
        "all              2,001  2.0 MiB  1,000  1000.5 KiB",
    ]


def test_rows_left_out_still_count():
    lines = traffic_table(_picture(a=3, b=2, c=1), 1).splitlines()

    assert [line.split()[0] for line in lines] == ["subject", lines[1], "a", lines[1], "all"]
    assert lines[-1].split()[:3] == ["all", "3", "6"]


def test_no_traffic_is_a_table_too():
    assert traffic_table(_picture()).splitlines()[-1].split() == ["all", "0", "0", "B", "0", "0", "B"]


def test_a_hostile_subject_is_made_visible():
    tally = Tally(0.0)
    tally.take(Run(1, [HOSTILE], [b""]))

    line = traffic_table(tally.look(1.0)).splitlines()[2]
    assert line.startswith(r"\x1b]0;x\x07\xff\x9b")
