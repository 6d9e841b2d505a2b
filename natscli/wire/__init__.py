"""The NATS client protocol as values: bytes in, runs of messages out, and back.

Sans-I/O: nothing here imports asyncio, a socket, TLS or a clock.
Source: the NATS client protocol, https://docs.nats.io/reference/reference-protocols/nats-protocol,
and ADR-4 (headers).
"""
