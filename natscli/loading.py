"""Modules that are executed when something of them is first asked for, and not when they are imported.

The libraries below us import at their head what only few of their calls use.  ``postpone`` has such an import
give an empty module, which fills itself at the first look inside.  It is for modules that are imported whole
(``import ssl``); ``from ssl import …`` looks inside at once.
"""

import sys
import threading
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

# What Typer, asyncio and nats-py import and a plain command has no use for: 4 ms in all.
UNUSED_BY_MOST = (
    "asyncio.sslproto",
    "tokenize",
    "ipaddress",
    "locale",
    "ntpath",
    "bz2",
    "lzma",
)
_loading = threading.RLock()  # one thread fills a module, and any other that looks inside waits


def postpone(*names: str) -> None:
    """Have these modules, unless they are there, executed when they are first used."""
    absent = {name for name in names if name not in sys.modules}
    if absent:
        sys.meta_path.insert(0, _Finder(absent))


class _Finder:
    """Finds the modules it is made for, each once, and is gone with the last."""

    def __init__(self, names: set[str]) -> None:
        self._names = names

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self._names:
            return None
        spec = PathFinder.find_spec(fullname, path)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)  # type: ignore[assignment]
            self._names.discard(fullname)
            if not self._names:
                sys.meta_path.remove(self)
        return spec


class _Loader:
    """Makes an empty module, which its own loader fills later."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        made: ModuleType | None = self._loader.create_module(spec)
        return made

    def exec_module(self, module: ModuleType) -> None:
        assert module.__spec__ is not None
        module.__spec__.loader = module.__loader__ = self._loader
        module.__class__ = _Postponed


class _Postponed(ModuleType):
    def __getattribute__(self, name: str) -> Any:
        look = super().__getattribute__
        if name not in ("__spec__", "__name__", "__loader__"):  # at which every further import of it looks
            _fill(self, look("__dict__"))
        return look(name)


def _fill(module: ModuleType, namespace: dict[str, Any]) -> None:
    with _loading:
        if "__filling__" not in namespace and type(module) is _Postponed:
            namespace["__filling__"] = True
            try:
                namespace["__spec__"].loader.exec_module(module)
            except BaseException:
                del namespace["__filling__"]  # whoever asks again is told again
                raise
            module.__class__ = ModuleType  # type: ignore[assignment]
            del namespace["__filling__"]
