"""One program at a time: an advisory lock on an open file, where the system has one."""

import errno
import os
import sys

_FAR = 0x7FFF_FFFF  # Windows keeps others from reading a byte that is locked; so it is one that no block reaches first
_TAKEN = (errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK)


def lock(file: int) -> bool:
    """Lock a file until it is closed; return False when another program has it.

    True too where there are no locks: on some network file systems, and on systems that know none.
    """
    try:
        _lock(file)
    except ImportError:
        return True
    except OSError as error:
        return error.errno not in _TAKEN
    return True


def _lock(file: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        place = os.lseek(file, 0, os.SEEK_CUR)
        os.lseek(file, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(file, place, os.SEEK_SET)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
