"""Everything below a folder as values, to see that nothing has changed."""

import os
import stat
from pathlib import Path


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return the mode and content of all below a folder; of a link, where it leads."""
    found = {}
    for path in sorted(folder.rglob("*")):
        mode = path.lstat().st_mode
        if path.is_symlink():
            content = os.fsencode(os.readlink(path))
        else:
            content = path.read_bytes() if stat.S_ISREG(mode) else b""
        found[str(path.relative_to(folder))] = (mode, content)
    return found


def modes(folder: Path) -> dict[str, int]:
    """Return the permissions of all below a folder."""
    return {path: stat.S_IMODE(mode) for path, (mode, _) in tree(folder).items()}
