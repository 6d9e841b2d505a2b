"""nats-py, imported without what a connection does not need.

* aiohttp: nats-py imports it whenever it is installed, which doubles the time to start, for a WebSocket
  transport that is not used here.  It is hidden during the import.
* ``importlib.metadata``: 11 ms for a version that nats-py would send in its CONNECT; ours is sent instead.
* ``nats.js``: 25 of nats-py's 60 ms.  It is loaded when first used (``importlib.util.LazyLoader``).
"""

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType
from typing import Any


class _Postponed(MetaPathFinder):
    """Finds ``nats.js``, to be loaded when an attribute of it is first asked for."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(fullname, path) if fullname == "nats.js" else None
        if spec is not None and isinstance(spec.loader, Loader):
            spec.loader = LazyLoader(spec.loader)
        return spec


_HIDDEN: dict[str, Any] = {name: None for name in ("aiohttp", "importlib.metadata") if name not in sys.modules}
_postponed = _Postponed()
sys.modules.update(_HIDDEN)
sys.meta_path.insert(0, _postponed)
try:
    from nats import errors as errors
    from nats.aio.client import Client as Client
    from nats.aio.client import Server as Server
    from nats.aio.client import Srv as Srv
    from nats.aio.subscription import Subscription as Subscription
    from nats.aio.transport import Transport as Transport
finally:
    sys.meta_path.remove(_postponed)
    for _name in _HIDDEN:
        del sys.modules[_name]
