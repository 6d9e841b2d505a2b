"""The page of a benchmark: whole, harmless, and drawn as told."""

import html.parser
import os
import shutil
import struct
import subprocess
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.bench.plan import Mode, Spec
from natscli.bench.report import AgentResult, FoundRate, Step
from natscli.render.bench_page import page
from tests.bench.reports import lossy, report_of, result_of

BROWSER = next((found for name in ("chromium", "google-chrome", "chrome") if (found := shutil.which(name))), None)
VOID = {"meta"}
EVIL = "\"'><script>alert(1)</script><img src=http://127.0.0.1:1/x onerror=alert(1)>&\x1b[2J\udcff\u202e"


class Reader(html.parser.HTMLParser):
    """Checks that elements nest, and keeps what a browser would act on."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.words = [], [], [], ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words += data


def harmless(text):
    reader = Reader(text)
    assert not {"script", "img", "link", "iframe", "object", "embed", "a", "use", "image"} & set(reader.tags)
    names = {name for name, _ in reader.attributes}
    assert not {name for name in names if name.startswith("on")} | names & {"src", "href", "xlink:href", "style"}
    assert "url(" not in text
    assert "@import" not in text
    assert not set(text) & set("\x1b\u202e")
    return reader


def everything(words):
    """A report with foreign text wherever it can be."""
    agent = AgentResult(name=words, version=words, excluded=words)
    spec = Spec(mode=Mode.PUBSUB, subject=words, others=1)
    result = result_of(
        spec=spec, disconnects=[lossy(words)], agents=(agent, replace(agent, excluded="")), warnings=(words,),
        ended="disconnected", lost=5,
    )  # fmt: skip
    found = FoundRate(slo_s=0.005, rate=10.0, steps=(Step(rate=10.0, reached=9.9, p99_ns=4, kept=True),))
    report = report_of(result, result, label=words, server=words, server_version=words, system=words)
    return replace(report, found=found)


@given(st.text(min_size=1))
def test_foreign_text_is_text(words):
    harmless(page(everything(words)))


def test_hostile_text_is_shown_and_does_nothing():
    reader = harmless(page(everything(EVIL)))

    assert "<script>alert(1)</script>" in reader.words
    assert "default-src 'none'; style-src 'unsafe-inline'" in [value for name, value in reader.attributes]


@given(st.lists(st.integers(-5, 10**13), max_size=50), st.lists(st.integers(0, 10**9), max_size=700))
def test_whatever_was_measured_can_be_drawn(values, timeline):
    text = page(report_of(result_of(values, timeline=tuple(timeline))))

    reader = harmless(text)
    assert not [value for _, value in reader.attributes if value and "nan" in value.lower()]
    assert ("How many took how long" in reader.words) == bool(values)


def test_what_was_measured_is_there():
    words = Reader(page(everything("some name"))).words

    for part in ("some name", "nats-server", "msgs/s", "p99.9", "Latency by percentile", "Throughput over time",
                 "lost 5", "Results", "Environment", "Agents", "Disconnects", "ended early: disconnected"):  # fmt: skip
        assert part in words


def test_a_run_leaves_a_page(cli):
    result = cli("bench", "pubsub", "a", "--embedded", "--msgs", "500", "--html", "p.html", "--label", EVIL[:60])

    assert result.code == 0
    harmless(Path("p.html").read_text(encoding="utf-8"))


def test_a_page_that_cannot_be_written_is_said(cli):
    result = cli("bench", "pub", "a", "--embedded", "--msgs", "5", "--html", "/nowhere/p.html")

    assert (result.code, "'/nowhere/p.html' cannot be written: no such file" in result.err) == (1, True)


@pytest.mark.skipif(BROWSER is None, reason="no browser on PATH")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_draws_it(tmp_path, scheme):
    values = [100_000 * (1 + n % 97) for n in range(5000)] + [10**9]
    spec = Spec(mode=Mode.PUBSUB, subject=EVIL, others=1)
    result = result_of(values, spec, [lossy(EVIL)], timeline=tuple(100 + n % 7 for n in range(50)))
    (tmp_path / "p.html").write_text(page(report_of(result, label=EVIL)), encoding="utf-8", errors="backslashreplace")

    pixels = screenshot(tmp_path, scheme)

    ground, blue = ((255, 255, 255), (9, 105, 218)) if scheme == "light" else ((13, 17, 23), (88, 166, 255))
    assert pixels[0] == ground
    assert pixels.count(blue) > 2000
    assert pixels.count(ground) > len(pixels) / 4


def screenshot(folder, scheme):
    """Return the pixels of the page, without network and without what belongs to whoever runs the tests."""
    picture = folder / f"{scheme}.png"
    dark = ["--blink-settings=preferredColorScheme=0"] if scheme == "dark" else []
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1000,1400",
               f"--user-data-dir={folder / 'profile'}", *dark, f"--screenshot={picture}",
               (folder / "p.html").as_uri()]  # fmt: skip
    environment = {**os.environ, "HOME": str(folder)}
    done = subprocess.run(command, capture_output=True, timeout=50, env=environment)
    assert picture.exists(), done.stderr.decode()
    return read_png(picture.read_bytes())


def read_png(data):
    """Return the pixels, left to right and top to bottom; of the kind that browsers write, eight bits a colour."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    place, packed, size = 8, b"", (0, 0, 0)
    while place < len(data):
        length, kind = struct.unpack_from("!I4s", data, place)
        body = data[place + 8 : place + 8 + length]
        if kind == b"IHDR":
            width, height, _, colours = struct.unpack_from("!IIBB", body)
            size = (width, height, {2: 3, 6: 4}[colours])
        packed += body if kind == b"IDAT" else b""
        place += 12 + length
    width, height, step = size
    raw, line = zlib.decompress(packed), bytearray(width * step)
    pixels = []
    for row in range(height):
        start = row * (width * step + 1)
        line = unfiltered(raw[start], raw[start + 1 : start + 1 + width * step], line, step)
        pixels += [(line[x], line[x + 1], line[x + 2]) for x in range(0, width * step, step)]
    return pixels


def unfiltered(kind, line, above, step):
    """Undo a PNG filter (RFC 2083, section 6)."""
    out = bytearray(line)
    for place in range(len(out)):
        left = out[place - step] if place >= step else 0
        corner = above[place - step] if place >= step else 0
        up = above[place]
        if kind == 1:
            out[place] = (out[place] + left) & 255
        elif kind == 2:
            out[place] = (out[place] + up) & 255
        elif kind == 3:
            out[place] = (out[place] + (left + up) // 2) & 255
        elif kind == 4:
            guess = left + up - corner
            near = min((left, up, corner), key=lambda value: abs(guess - value))
            out[place] = (out[place] + near) & 255
    return out


@pytest.mark.parametrize("load", [None, 0.1, 9.0])
def test_a_machine_with_other_work_is_said(load):
    assert ("the machine had other work" in page(report_of(result_of(), load=load))) == (load == 9.0)
