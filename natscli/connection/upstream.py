"""nats-py, imported without what a connection does not need.

* aiohttp: nats-py imports it whenever it is installed, which doubles the time to start, for a WebSocket
  transport that is not used here.  It is hidden during the import.
* ``importlib.metadata``: 11 ms for a version that nats-py would send in its CONNECT; ours is sent instead.
* ``nats.js``: 25 of nats-py's 60 ms.  It is executed when it is first used.
"""

import sys
from typing import Any

from natscli.loading import postpone

_HIDDEN: dict[str, Any] = {name: None for name in ("aiohttp", "importlib.metadata") if name not in sys.modules}
sys.modules.update(_HIDDEN)
postpone("nats.js")
try:
    from nats import errors as errors
    from nats.aio.client import Client as Client
    from nats.aio.client import Server as Server
    from nats.aio.client import Srv as Srv
    from nats.aio.subscription import Subscription as Subscription
    from nats.aio.transport import Transport as Transport
finally:
    for _name in _HIDDEN:
        del sys.modules[_name]
