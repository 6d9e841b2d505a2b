"""``natscli top`` on a terminal: the only room that knows Textual.

What is shown is made by pure functions (``panes``, ``columns``, ``watch``) as lines of pieces; a few widgets paint
them, a few times a second, and only what is in sight.  No message of NATS becomes one of Textual.
"""
