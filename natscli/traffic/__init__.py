"""Live traffic as values: every subject's figures, without I/O and without a clock.

A consumer feeds a registry, ticks it a few times a second, and looks at as many rows as it shows::

    registry = Registry(time.monotonic())
    look = Look(registry)
    await connection.subscribe_bulk(">", lambda run: registry.take(run, time.monotonic()))
    # where ">" does not cover inboxes, replies are seen by a subscription of their own, which is not counted:
    await connection.subscribe_bulk("_INBOX.>", lambda run: registry.take_replies(run, time.monotonic()))
    registry.pairing = False   # if the server refuses that

    every 250 ms:
        registry.tick(time.monotonic())
        totals = registry.totals()
        view = View(order=Order.RATE, match=None)           # keep one View while it is the same
        table = look.table(view, offset=0, height=50)       # rows and how many there are
        tree = look.tree(view, expanded={"orders", "orders.*"}, offset=0, height=50)
        frozen = look.rows(["orders.new", "orders.*.paid"]) # an order of your own
        detail = look.detail("orders.*.paid")               # histograms, last messages, header names
        snapshot = look.snapshot(view, top=20)              # totals and table at once

    registry.fold(on=False); registry.fold_node("orders", on=True); registry.set_baseline()

Everything a query returns is frozen (``natscli.traffic.values``).  Queries answer for the time of the last
tick.  Subjects are text in which bytes that are not UTF-8 are surrogates: show them through ``text.sanitise.safe``.
Alerts are in ``natscli.traffic.alerts``.
"""
