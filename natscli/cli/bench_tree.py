"""The benchmarks of JetStream, in the order help lists them."""

from natscli.cli.lazy import Branch, Leaf

SHARED_BENCH = ("--clients=", "--msgs=", "--progress", "--no-progress", "--csv=", "--size=")  # of the Go CLI's groups
_JS = (*SHARED_BENCH, "--stream=", "--sleep=")
_BUCKET = (*SHARED_BENCH, "--bucket=", "--sleep=")


def _js(name: str, text: str, *aliases: str) -> Leaf:
    return Leaf(f"natscli.commands.bench_js:{name}", text, aliases=aliases)


def _bucket(name: str, text: str) -> Leaf:
    return Leaf(f"natscli.commands.bench_buckets:{name}", text)


BENCH_STORES: dict[str, Leaf | Branch] = {
    "js": Branch(
        "Store messages in streams, and read them.",
        {
            "pub": Branch(
                "Store messages, and count what the stream acknowledges.",
                {
                    "sync": _js("pub_sync", "Store messages one at a time, and time each to its acknowledgement."),
                    "async": _js("pub_async", "Store messages with a sliding window of acknowledgements."),
                    "atomic": _js(
                        "pub_atomic",
                        "Store batches of which all messages are stored, or none (nats-server 2.12).",
                        "batch",
                    ),
                    "fast": _js(
                        "pub_fast", "Store messages in one fast batch, acknowledged as it goes (nats-server 2.14)."
                    ),
                },
                handed_on=_JS,
            ),
            "ordered": _js(
                "ordered", "Read a stream in order, each client all of it, with an ordered consumer of its own."
            ),
            "consume": _js("consume", "Receive a durable consumer's messages as they come, shared by the clients."),
            "fetch": _js("fetch", "Fetch a durable consumer's messages batch by batch, shared by the clients."),
            "get": Branch(
                "Get messages without a consumer, each client from the first on.",
                {
                    "sync": _js("get_sync", "Get messages by sequence, one at a time, each client from the first on."),
                    "batch": _js("get_batch", "Get messages in batches, each client from the first on."),
                },
                handed_on=_JS,
            ),
        },
        handed_on=_JS,
    ),
    "kv": Branch(
        "Put values into key-value buckets, and get them.",
        {
            "put": _bucket("kv_put", "Put values under the keys 0, 1, …, and time each to its acknowledgement."),
            "get": _bucket("kv_get", "Get the values of the keys 0, 1, …, and time each."),
        },
        handed_on=_BUCKET,
    ),
    "object": Branch(
        "Put objects into object buckets, and get them.",
        {
            "put": _bucket("object_put", "Store the objects 0, 1, … whole, and time each."),
            "get": _bucket("object_get", "Get the objects 0, 1, … whole, digests checked, and time each."),
        },
        handed_on=_BUCKET,
    ),
}
