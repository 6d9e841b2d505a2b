"""One connection to NATS that fails fast, tells the truth, and moves messages in runs.

nats-py (2.16) does the handshake, the server pool, reconnecting, pings and re-subscribing.
Everything here that touches a private name of it is in this package:

* ``Client``: ``_build_message``, ``_close``, ``_connect_command``, ``_connect_to_server``,
  ``_current_server``, ``_flusher_task``, ``_max_payload``, ``_parse_server_uri``, ``_pending``,
  ``_pending_data_size``, ``_ping_interval_task``, ``_pings_outstanding``, ``_pongs``,
  ``_process_connect_init``, ``_process_err``, ``_process_headers``, ``_process_info``,
  ``_process_msg``, ``_process_op_err``, ``_process_ping``, ``_process_pong``, ``_ps``,
  ``_reading_task``, ``_remove_sub``, ``_send_ping``, ``_server_info``, ``_server_pool``, ``_sid``,
  ``_subs``, ``_transport``;
* ``Subscription``: ``_id``, ``_max_msgs``, ``_received``.

Of its modules, ``upstream`` imports ``nats.errors``, ``nats.aio.client``, ``nats.aio.subscription`` and
``nats.aio.transport``.  ``tests/connection/test_upstream.py`` fails when one of all these moves.
"""
