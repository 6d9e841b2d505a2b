"""Protocol Buffers, by a compiled descriptor set: ``protoc --include_imports -o FILE …``.  protoc is never run."""

import os
from importlib import import_module
from typing import Any

from natscli.errors import UsageError
from natscli.messaging.decoding import MOST_VALUES, DecodeError, missing, too_many_values
from natscli.messaging.decoding.structures import Read
from natscli.text.sizes import format_bytes

_HINT = "make it with: protoc --include_imports -o FILE …"
_WELL_KNOWN = "google/protobuf/"  # these come with the library, and many leave them out of a set
_MOST_NAMED = 5
_LARGEST = 8 * 1024 * 1024  # the largest message that NATS recommends
_LARGEST_SET = 64 * 1024 * 1024


def proto_reader(place: str) -> Read:
    """Return what reads a message of ``FILE#package.Type`` as ProtoJSON; UsageError where it cannot be had."""
    path, hash_, name = place.rpartition("#")
    if not hash_ or not path or not name:
        raise UsageError(f"'proto:{place}' does not say which message", "it has the form proto:FILE#package.Type")
    try:
        from google.protobuf import json_format, message, message_factory  # 30 ms
    except ImportError:
        raise missing("proto") from None
    pool = _pool(path)
    kind = message_factory.GetMessageClass(_descriptor(pool, path, name.removeprefix(".")))
    broken = (message.DecodeError, json_format.Error, ValueError, TypeError, OverflowError, RecursionError)

    def read(data: bytes) -> object:
        if len(data) > _LARGEST:
            raise DecodeError(f"it is longer than {format_bytes(_LARGEST)}")
        try:
            found = kind.FromString(data)
            if len(data) > MOST_VALUES:  # each takes a byte
                _count(found)
            value: object = json_format.MessageToDict(found, descriptor_pool=pool)
        except broken as error:
            raise DecodeError(f"it is no {name}: {_reason(error)}") from None
        return value

    return read


def _count(found: Any) -> None:
    """Refuse a message with too many values, before they are shown, which takes ten times as long."""
    values, waiting = 0, [found]
    while waiting:
        for field, value in waiting.pop().ListFields():
            many = field.is_repeated if hasattr(field, "is_repeated") else field.label == field.LABEL_REPEATED
            values += len(value) if many else 1
            if values > MOST_VALUES:
                raise too_many_values()
            if field.message_type is not None:
                waiting += _messages(value, many=many)


def _messages(value: Any, *, many: bool) -> list[Any]:
    """Return the messages that are a field's value; those of a map are its values."""
    found = value.values() if hasattr(value, "values") and many else value if many else (value,)
    return [entry for entry in found if hasattr(entry, "ListFields")]


def _pool(path: str) -> Any:
    """Return a pool with every file of the set."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message

    try:
        files = descriptor_pb2.FileDescriptorSet.FromString(_contents(path)).file
    except message.DecodeError:
        raise UsageError(f"'{path}' is no descriptor set", _HINT) from None
    pool = descriptor_pool.DescriptorPool()
    given = {file.name for file in files}
    try:
        for needed in sorted({name for file in files for name in file.dependency} - given):
            _add_well_known(pool, needed)
        for file in files:
            pool.AddSerializedFile(file.SerializeToString())
    except (TypeError, ValueError, KeyError) as error:
        raise UsageError(f"descriptor set '{path}' cannot be used: {_reason(error)}", _HINT) from None
    return pool


def _add_well_known(pool: Any, name: str) -> None:
    """Add a file that the library has, and what it needs."""
    short = name.removeprefix(_WELL_KNOWN).removesuffix(".proto")
    if not name.startswith(_WELL_KNOWN) or not short.isidentifier():
        raise ValueError(f"'{name}' is not in it")
    try:
        file = import_module(f"google.protobuf.{short}_pb2").DESCRIPTOR
    except ImportError:
        raise ValueError(f"'{name}' is not in it") from None
    for needed in file.dependencies:
        _add_well_known(pool, needed.name)
    pool.AddSerializedFile(file.serialized_pb)


def _descriptor(pool: Any, path: str, name: str) -> Any:
    try:
        return pool.FindMessageTypeByName(name)
    except KeyError:
        raise UsageError(f"descriptor set '{path}' has no message '{name}'", _known(path)) from None


def _known(path: str) -> str:
    from google.protobuf import descriptor_pb2

    files = descriptor_pb2.FileDescriptorSet.FromString(_contents(path)).file
    names = [".".join(filter(None, (file.package, kind.name))) for file in files for kind in file.message_type]
    more = ", …" if len(names) > _MOST_NAMED else ""
    return f"there are {', '.join(names[:_MOST_NAMED])}{more}" if names else "it has none"


def _contents(path: str) -> bytes:
    try:
        with open(os.path.expanduser(path), "rb") as file:
            data = file.read(_LARGEST_SET + 1)
    except OSError as error:
        raise UsageError(f"descriptor set '{path}' cannot be read: {(error.strerror or '').lower()}") from error
    if len(data) > _LARGEST_SET:
        raise UsageError(f"descriptor set '{path}' is larger than {format_bytes(_LARGEST_SET)}")
    return data


def _reason(error: BaseException) -> str:
    return (str(error) or type(error).__name__).partition("\n")[0].lower().rstrip(".")
