"""The files that a benchmark leaves: CSV, HdrHistogram's text, a page."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from natscli.bench.histogram import Histogram
from natscli.bench.plan import Mode, Spec
from natscli.bench.report import Report
from natscli.commands.bench_options import ReportOptions
from natscli.errors import NatsCliError, UsageError

_UNTIMED = (Mode.SUB, Mode.SERVE, Mode.JS_ORDERED, Mode.JS_CONSUME)


def check_files(options: ReportOptions, specs: Sequence[Spec]) -> None:
    """Raise UsageError where a file is asked for that the runs cannot fill."""
    if options.hgrm is not None and all(spec.mode in _UNTIMED for spec in specs):
        raise UsageError(f"bench {specs[0].mode} times nothing: --hgrm must go")


def write_files(report: Report, options: ReportOptions) -> None:
    """Write what the options ask for."""
    if options.csv is not None:
        from natscli.render.benchmarks import csv_report

        _write(options.csv, csv_report(report))
    if options.hgrm is not None:
        from natscli.bench.hgrm import write_distribution

        for path, histogram in _distributions(options.hgrm, report):
            _write(path, write_distribution(histogram))
    if options.html is not None:
        from natscli.render.bench_page import page

        _write(options.html, page(report))


def _distributions(path: str, report: Report) -> Iterator[tuple[str, Histogram]]:
    """Yield where each run's latencies go; runs that timed nothing keep their number."""
    stem, end = os.path.splitext(path)
    for number, result in enumerate(report.results, 1):
        if result.latency is not None and result.latency.histogram.buckets:
            yield path if len(report.results) == 1 else f"{stem}.{number}{end}", result.latency.histogram


def _write(path: str, text: str) -> None:
    try:
        with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            file.write(text)
    except OSError as error:
        raise NatsCliError(f"'{path}' cannot be written: {(error.strerror or 'unknown reason').lower()}") from error
