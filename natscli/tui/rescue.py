"""The terminal as it was, for an end that waits for nobody."""

from __future__ import annotations

import contextlib
import os
import select
import sys
from collections.abc import Callable

# What Textual turns on (textual.drivers.linux_driver) is turned off: pasting in brackets, sizes in band, the mouse,
# keys in kitty's way, the second screen, the hidden cursor, focus; and lines wrap again.
_OFF = (2004, 2048, 1000, 1003, 1015, 1006, 1004)
_AS_IT_WAS = "".join(f"\x1b[?{mode}l" for mode in _OFF) + "\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?7h"


def rescue() -> Callable[[], None]:
    """Return what gives the terminal back as it is now, if an app has it by then.

    It goes past Textual, which may be what hangs, and does not wait for a terminal that takes nothing.
    """
    if sys.platform == "win32" or sys.__stdin__ is None or not sys.__stdin__.isatty():
        return lambda: None
    import termios

    typed, shown = sys.__stdin__.fileno(), 2
    before = termios.tcgetattr(typed)

    def give_back() -> None:
        with contextlib.suppress(termios.error, OSError):  # of a terminal that has been closed
            if termios.tcgetattr(typed) == before:
                return
            if select.select([], [shown], [], 0)[1]:
                os.write(shown, _AS_IT_WAS.encode())
            termios.tcsetattr(typed, termios.TCSANOW, before)

    return give_back
