"""``python -m natscli``."""

from natscli.cli import entry

entry()
