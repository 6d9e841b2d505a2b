"""``natscli rtt``."""

from collections.abc import Sequence
from typing import Annotated

import typer

from natscli.cli.options import SharedOptions, shared_options
from natscli.cli.run import run
from natscli.commands.session import caution
from natscli.connection.trace import trace_to_stderr
from natscli.messaging.ndjson import format_time
from natscli.messaging.rtt import RoundTrips, measure
from natscli.render.output import print_text
from natscli.render.reports import print_json
from natscli.text.durations import format_duration
from natscli.text.sanitise import safe


@shared_options
def rtt(
    shared: SharedOptions,
    iterations: Annotated[int, typer.Argument(min=1, help="Round trips for each address.")] = 5,
    json: Annotated[bool, typer.Option("--json", "-j", help="One JSON document.")] = False,
) -> None:
    """Measure the round-trip time to the servers.

    Every URL, and every address behind its host name, is measured with PING and PONG.
    """
    target = shared.target
    caution(target, shared)
    results = run(lambda _stop: measure(target, iterations, trace_to_stderr if shared.trace else None))
    if json:
        print_json(_documents(results))
    else:
        print_text(_lines(results))
    for result in results:
        if result.error is not None:
            raise result.error


def _documents(results: Sequence[RoundTrips]) -> list[dict[str, object]]:
    """Return a list of URLs with their addresses, in the Go CLI's shape and more (docs/json.md)."""
    return [
        {"url": url.display, "results": [_document(result) for result in results if result.url == url]}
        for url in dict.fromkeys(result.url for result in results)
    ]


def _document(result: RoundTrips) -> dict[str, object]:
    """Return one address; ``rtt`` is the mean.  Times in nanoseconds, None where it failed."""
    times = [round(seconds * 1e9) for seconds in result.seconds]
    return {
        "time": format_time(result.started_ns),
        "address": result.address.display,
        "rtt": round(result.mean_s * 1e9) if times else None,
        "rtts": times,
        "url": result.url.display,
        "error": str(result.error) if result.error else None,
    }


def _lines(results: Sequence[RoundTrips]) -> str:
    blocks: list[str] = []
    for url in dict.fromkeys(result.url for result in results):
        lines = [f"{safe(url.display)}:", ""]
        lines += [f"  {_line(result)}" for result in results if result.url == url]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _line(result: RoundTrips) -> str:
    if result.error is not None:
        return f"{safe(result.address.display)}: failed"
    low, high = min(result.seconds), max(result.seconds)
    spread = f"(min {format_duration(low)}, max {format_duration(high)})"
    return f"{safe(result.address.display)}: {format_duration(result.mean_s)} {spread}"
