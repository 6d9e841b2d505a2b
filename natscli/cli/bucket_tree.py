"""The commands of buckets and counters, in the order help lists them."""

from natscli.cli.lazy import Branch, Leaf


def _leaf(name: str, text: str, *aliases: str) -> Leaf:
    return Leaf(f"natscli.commands.{name}", text, aliases=aliases)


KEY_VALUE: dict[str, Leaf | Branch] = {
    "add": _leaf("kv_add:add", "Make a key-value bucket.", "new"),
    "put": _leaf("kv_put:put", "Store a value under a key."),
    "get": _leaf("kv_get:get", "Print the value of a key."),
    "create": _leaf("kv_put:create", "Store a value under a key that has none."),
    "update": _leaf("kv_put:update", "Store a value under a key, if that is still at a revision."),
    "del": _leaf("kv_del:delete", "Delete a key, or the whole bucket.", "rm"),
    "purge": _leaf("kv_del:purge", "Delete a key and its history."),
    "history": _leaf("kv_get:history", "Print what is kept of a key, oldest first."),
    "revert": _leaf("kv_edit:revert", "Store the value that a key had at a revision again."),
    "edit": _leaf("kv_edit:edit", "Change a bucket, or edit the value of a key in $VISUAL or $EDITOR."),
    "info": _leaf("kv_ls:info", "Show how a bucket is configured.", "view", "status"),
    "watch": _leaf("kv_watch:watch", "Print values as they change."),
    "ls": _leaf("kv_ls:ls", "List the buckets, or the keys in one.", "list"),
    "compact": _leaf("kv_del:compact", "Reclaim the space of deleted keys."),
}

OBJECT: dict[str, Leaf | Branch] = {
    "add": _leaf("object_add:add", "Make an object bucket."),
    "put": _leaf("object_put:put", "Store a file, or standard input, as an object."),
    "get": _leaf("object_get:get", "Write an object to a file."),
    "del": _leaf("object_del:delete", "Delete an object, or the whole bucket.", "rm"),
    "info": _leaf("object_ls:info", "Show a bucket, or an object in it.", "show", "i"),
    "ls": _leaf("object_ls:ls", "List the buckets, or the objects in one.", "list"),
    "watch": _leaf("object_ls:watch", "Print what is put and deleted, as it happens."),
    "edit": _leaf("object_add:edit", "Change an object bucket."),
    "seal": _leaf("object_add:seal", "Let nothing in a bucket be changed any more."),
}

COUNTER: dict[str, Leaf | Branch] = {
    "get": _leaf("counter:get", "Print the value of a counter.", "g"),
    "view": _leaf("counter:view", "Show a counter, and where its value comes from.", "v"),
    "increment": _leaf("counter:increment", "Add to a counter, and print its value.", "incr", "inc", "i"),
    "decrement": _leaf("counter:decrement", "Take from a counter, and print its value.", "decr", "dec", "d"),
    "list": _leaf("counter:ls", "List the counters of a stream.", "l", "ls"),
}
