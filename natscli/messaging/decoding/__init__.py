"""What payloads hold, as text: compressed, structured, or both.

Every way of decoding is bounded, as anybody may send anything: ``LARGEST_TEXT`` bytes out of each step, structures
of ``DEEPEST`` levels and ``MOST_VALUES`` values, and never an object that the data could choose.
"""

from natscli.errors import NatsCliError, UsageError

LARGEST_TEXT = 64 * 1024 * 1024
DEEPEST = 200
MOST_VALUES = 1024 * 1024  # a second to show, and 200 MB as Python objects, at the worst


class DecodeError(NatsCliError):
    """The payload is not what it was taken for, or is more than a decoder takes."""


def too_many_values() -> DecodeError:
    """Return the failure of a structure with more than ``MOST_VALUES``."""
    return DecodeError(f"it has more than {MOST_VALUES:,} values")


def missing(what: str) -> UsageError:
    """Return the failure of a decoder whose library is not there."""
    return UsageError(f"{what} needs a library that is not installed", "pip install 'natscli[decode]'")
