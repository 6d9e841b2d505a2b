"""--stats: what was counted, in what time, and so how fast."""

import re

from natscli.render.throughput import throughput_line

LINE = re.compile(r"(\d+) messages, (\d+) B in \S+: [\d,]+ msg/s, \S+ \w+/s\n")


def test_publishing_says_how_fast_it_was(cli, subject):
    _, _, err = cli("pub", subject, "abc", "--count", "30", "--stats", "-q")

    assert LINE.fullmatch(err).groups() == ("30", "90")


def test_receiving_says_how_fast_it_was(cli, start, subject):
    sub = start("sub", subject, "--count", "50", "-o", "none", "--stats", "--trace")
    sub.says("Subscribing")

    cli("pub", subject, "abcd")
    sub.says(f"MSG {subject}")  # all at once would take no time
    cli("pub", subject, "abcd", "--count", "49")

    assert sub.end() == 0
    assert sub.out == b""
    assert LINE.search(sub.err).groups() == ("50", "200")


def test_no_time_gives_no_rate():
    assert throughput_line(1, 5, 0.0) == "1 message, 5 B in 0µs"
    assert throughput_line(2_000_000, 2048, 2.0) == "2,000,000 messages, 2.0 KiB in 2s: 1,000,000 msg/s, 1.0 KiB/s"
