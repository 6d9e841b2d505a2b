"""Saved contexts on disk, in the Go CLI's layout.

``$XDG_CONFIG_HOME/nats`` (or ``~/.config/nats``) holds ``context/NAME.json``, the selected name in
``context.txt`` and the one before in ``previous-context.txt``.  A file is replaced whole or not at all,
is readable by nobody else, and is never written outside its folder.
"""

import os
import re
import stat
from collections.abc import Mapping
from typing import NamedTuple

from natscli.context.document import Document, parse, serialise
from natscli.errors import NatsCliError, UsageError

_SELECTED, _PREVIOUS = "context.txt", "previous-context.txt"
_SUFFIX = ".json"
_LONGEST_FILE_NAME = 255  # bytes; what most file systems allow
_LARGEST_FILE = 1024 * 1024 + 1  # bytes read at most
_RESERVED = r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?"  # Windows has no such files


def config_folder(environment: Mapping[str, str]) -> str:
    """Return the folder the Go CLI keeps its contexts in."""
    base = environment.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    return os.path.join(base, "nats")


def check_name(name: str) -> None:
    """Raise for what the Go CLI takes for no name; what it takes may be read, selected and removed."""
    if not name or ".." in name or "/" in name or "\\" in name:
        raise UsageError(f"'{name}' cannot be the name of a context")


def check_new_name(name: str) -> None:
    """Raise for what should not be the name of a new context: it would not work everywhere."""
    check_name(name)
    if not name.isprintable():
        raise UsageError(f"'{name}' cannot be the name of a context: it has characters that do not show")
    if name[0] in "-.":
        raise UsageError(f"'{name}' cannot be the name of a context: it begins with {name[0]}")
    if name != name.strip():
        raise UsageError(f"'{name}' cannot be the name of a context: there are blanks around it")
    if re.fullmatch(_RESERVED, name):
        raise UsageError(f"'{name}' cannot be the name of a context: Windows reserves it")
    if len(os.fsencode(name + _SUFFIX)) > _LONGEST_FILE_NAME:
        raise UsageError(f"'{name}' cannot be the name of a context: it is too long for a file")


def is_path(name: str) -> bool:
    """Whether a context is given as a file and not as a name."""
    return name.endswith(_SUFFIX) and ("/" in name or os.sep in name or os.path.isfile(name))


def load(name: str, path: str) -> Document:
    """Read the file of the context that the user knows as ``name``; UsageError says what is wrong with it."""
    raw = _read_context(name, path)
    try:
        return parse(raw)
    except ValueError as error:
        raise UsageError(f"context '{name}' is broken: {error}", f"it is the file {path}") from error


def write_context(path: str, values: Mapping[str, object]) -> None:
    """Write a context file, mode 0600; what stood there before stays until all is written."""
    _replace(path, serialise(values), f"context file '{path}'")


class Store(NamedTuple):
    """The contexts saved in one folder."""

    folder: str

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Store":
        """Return the store of this user."""
        return cls(config_folder(environment))

    def path(self, name: str) -> str:
        """Return the file of a context, whether there is one or not."""
        check_name(name)
        return os.path.join(self.folder, "context", name + _SUFFIX)

    def exists(self, name: str) -> bool:
        """Whether there is such a context, be it broken."""
        return os.path.lexists(self.path(name))

    def names(self) -> list[str]:
        """Return the names of all contexts, sorted; empty files count as none, as in the Go CLI."""
        try:
            with os.scandir(os.path.join(self.folder, "context")) as entries:
                found = [entry.name.removesuffix(_SUFFIX) for entry in entries if _is_context(entry)]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise UsageError(f"the contexts in {self.folder} cannot be listed: {error.strerror}") from error
        return sorted(found)

    def check_exists(self, name: str) -> None:
        """Raise unless there is such a context, be it broken."""
        if self.exists(name):
            return
        import difflib  # 3 ms, and only for a slip

        alike = difflib.get_close_matches(name, self.names(), 1)
        hint = f"did you mean '{alike[0]}'?" if alike else f"it would be the file {self.path(name)}"
        raise UsageError(f"there is no context '{name}'", hint)

    def load(self, name: str) -> Document:
        """Read a context by name."""
        self.check_exists(name)
        return load(name, self.path(name))

    def read(self, name: str) -> bytes:
        """Return a context's file as it is, be it broken."""
        self.check_exists(name)
        return _read_context(name, self.path(name))

    def save(self, name: str, document: Mapping[str, object]) -> None:
        """Write a context, new or not."""
        _make_folders(os.path.join(self.folder, "context"))
        _replace(self.path(name), serialise(document), f"context '{name}'")

    def selected(self) -> str | None:
        """Return the name of the selected context, if one is selected; UsageError where that cannot be told."""
        return self._name_in(_SELECTED)

    def previous(self) -> str | None:
        """Return the name of the context that was selected before."""
        return self._name_in(_PREVIOUS)

    def select(self, name: str) -> None:
        """Select a context that can be read; the one selected until now becomes the previous one."""
        self.load(name)
        before = self._selected_and_there()
        self._write_name(_SELECTED, name)
        if before not in (None, name):
            self._write_name(_PREVIOUS, str(before))

    def unselect(self) -> str | None:
        """Let no context be selected; return the one that was, which becomes the previous one."""
        before = self._selected_and_there()
        self._remove(os.path.join(self.folder, _SELECTED))
        if before is not None:
            self._write_name(_PREVIOUS, before)
        return before

    def remove(self, name: str) -> None:
        """Remove a context, broken or not, and every selection of it."""
        self.check_exists(name)
        self._remove(self.path(name))
        for file in (_SELECTED, _PREVIOUS):
            if self._name_or_none(file) == name:
                self._remove(os.path.join(self.folder, file))

    def _selected_and_there(self) -> str | None:
        """Return the selected context unless its name or file is no good any more."""
        name = self._name_or_none(_SELECTED)
        return name if name is not None and self.exists(name) else None

    def _name_or_none(self, file: str) -> str | None:
        try:
            return self._name_in(file)
        except UsageError:
            return None

    def _name_in(self, file: str) -> str | None:
        path = os.path.join(self.folder, file)
        try:
            name = _read(path).decode().strip()
            if name:
                check_name(name)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, UsageError) as error:
            what = "selected" if file == _SELECTED else "previous"
            raise UsageError(
                f"the {what} context cannot be read from {path}: {_reason(error)}",
                "natscli context select NAME writes it anew; --no-context goes without",
            ) from error
        return name or None

    def _write_name(self, file: str, name: str) -> None:
        _replace(os.path.join(self.folder, file), name.encode("utf-8", "surrogateescape"), f"file '{file}'")

    def _remove(self, path: str) -> None:
        try:
            os.unlink(path)
        except FileNotFoundError:
            return
        except OSError as error:
            raise NatsCliError(f"'{path}' cannot be removed: {(error.strerror or '').lower()}") from error


def _read_context(name: str, path: str) -> bytes:
    try:
        return _read(path)
    except FileNotFoundError:
        raise UsageError(f"there is no context '{name}'", f"there is no file {path}") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"context '{name}' is broken: {_reason(error)}", f"it is the file {path}") from error


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8 text"
    return (error.strerror or "").lower() if isinstance(error, OSError) else str(error)


def _is_context(entry: "os.DirEntry[str]") -> bool:
    """Whether a file is listed: one with a name and something in it; a link that leads nowhere is."""
    name = entry.name.removesuffix(_SUFFIX)
    if not entry.name.endswith(_SUFFIX) or not name or ".." in name or "\\" in name:
        return False
    try:
        status = entry.stat()
    except OSError:
        return True  # it is there, and broken
    return not stat.S_ISDIR(status.st_mode) and status.st_size > 0


def _read(path: str) -> bytes:
    """Return what a plain file holds, up to a bound; anything else could keep us waiting for ever."""
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise OSError(0, "not a plain file")
    with open(path, "rb") as file:
        return file.read(_LARGEST_FILE)


def _make_folders(folder: str) -> None:
    """Make a folder and those above it, each for its owner alone."""
    above = os.path.dirname(folder)
    if above and above != folder and not os.path.isdir(above):
        _make_folders(above)
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:
        return  # if that is no folder, writing into it says so
    except OSError as error:
        raise NatsCliError(f"the folder '{folder}' cannot be made: {(error.strerror or '').lower()}") from error


def _replace(path: str, content: bytes, what: str) -> None:
    """Write a file whole: mode 0600, and on the disk when this returns.

    A link within its folder is followed; one that leads out of it is not, since whoever made it would
    choose which file is overwritten, or where a password is kept.
    """
    import tempfile  # 3 ms, and only for who writes

    folder = os.path.realpath(os.path.dirname(os.path.abspath(path)))
    real = os.path.realpath(os.path.join(folder, os.path.basename(path)))
    if os.path.dirname(real) != folder:
        raise UsageError(f"{what} is not written: it is a link that leads out of its folder, to {real}")
    try:
        descriptor, draft = tempfile.mkstemp(dir=folder, prefix=".context-")  # mode 0600
        try:
            with open(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, real)
        except BaseException:  # an interruption too
            os.unlink(draft)
            raise
        _sync_folder(folder)
    except OSError as error:
        raise NatsCliError(f"{what} cannot be written: {(error.strerror or '').lower()}") from error


def _sync_folder(folder: str) -> None:
    """Put the new name on the disk too; Windows cannot open a folder for that."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
