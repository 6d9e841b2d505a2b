"""One connection to NATS that fails fast, tells the truth, and moves messages in runs.

nats-py (2.16) does the handshake, the server pool, reconnecting, pings and re-subscribing.
Everything here that touches a private name of it is in this package:

* ``Client``: ``_connect_command``, ``_connect_to_server``, ``_process_info``, ``_process_err``,
  ``_process_pong``, ``_process_msg``, ``_process_headers``, ``_build_message``, ``_process_op_err``,
  ``_send_ping``, ``_ps``, ``_transport``, ``_current_server``, ``_server_info``, ``_server_pool``,
  ``_max_payload``, ``_pongs``, ``_pending``, ``_pending_data_size``, ``_err``, ``_error_cb``;
* ``Subscription``: ``_id``, ``_received``, ``_max_msgs``;
* ``nats.aio.client.Srv``; ``nats.aio.transport.aiohttp`` and ``.multidict`` (for WebSocket).

``tests/connection/test_upstream.py`` fails when one of them moves.
"""
