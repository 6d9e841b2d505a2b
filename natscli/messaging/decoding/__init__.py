"""What payloads hold, as text: compressed, structured, or both.

Every way of decoding is bounded, as anybody may send anything: ``LARGEST_TEXT`` bytes out of each step, structures
of ``DEEPEST`` levels and ``MOST_VALUES`` values, and never an object that the data could choose.  No body keeps
the event loop for much longer than a quarter of a second.
"""

from natscli.errors import NatsCliError, UsageError

LARGEST_TEXT = 16 * 1024 * 1024
DEEPEST = 200
MOST_VALUES = 128 * 1024  # 1 to 2 µs to read and show each, and 200 bytes as Python objects
MOST_DIGITS = 309  # of an integer: 1024 bits, with which expressions calculate; they cost their square


class DecodeError(NatsCliError):
    """The payload is not what it was taken for, or is more than a decoder takes."""


def too_many_values() -> DecodeError:
    """Return the failure of a structure with more than ``MOST_VALUES``."""
    return DecodeError(f"it has more than {MOST_VALUES:,} values")


def missing(what: str) -> UsageError:
    """Return the failure of a decoder whose library is not there."""
    return UsageError(f"{what} needs a library that is not installed", "pip install 'natscli[decode]'")
