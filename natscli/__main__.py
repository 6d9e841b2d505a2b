"""``python -m natscli``, and what the console script calls."""

import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C while modules are imported; then natscli.cli answers it

from natscli.cli import entry  # noqa: E402 - behind the line above


def run() -> None:
    """Run the command line; ends the process."""
    entry()


if __name__ == "__main__":
    run()
