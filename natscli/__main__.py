"""``python -m natscli``, and what the console script calls."""

import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C while modules are imported; then natscli.cli answers it

import gc  # noqa: E402 - behind the line above

from natscli.loading import UNUSED_BY_MOST, postpone  # noqa: E402 - likewise

gc.disable()  # what is imported stays, and is looked through for nothing, 4 ms: natscli.cli.run lets it begin
postpone(*UNUSED_BY_MOST)

from natscli.cli import entry  # noqa: E402 - likewise


def run() -> None:
    """Run the command line; ends the process."""
    entry()


if __name__ == "__main__":
    run()
