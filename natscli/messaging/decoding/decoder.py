"""The decoder of ``--decode``, chosen once, and what it makes of messages."""

from collections.abc import Callable

from natscli.errors import UsageError
from natscli.messaging import zstd
from natscli.messaging.decoding import DecodeError
from natscli.messaging.decoding.compression import Decompress, gunzip, sniffed, undo, unzstd
from natscli.messaging.decoding.proto import proto_reader
from natscli.messaging.decoding.structures import Read, cbor_reader, msgpack_reader, read_json, write
from natscli.text.sizes import plural
from natscli.wire.headers import Headers, parse_headers
from natscli.wire.message import Message

_PROTO = "proto:"
_KNOWN = "there are auto, json, msgpack, cbor, gzip, zstd and proto:FILE#Type"
_NO_HEADERS = parse_headers(b"")
_MEDIA_TYPES = {
    "application/json": "json",
    "application/msgpack": "msgpack",
    "application/x-msgpack": "msgpack",
    "application/vnd.msgpack": "msgpack",
    "application/cbor": "cbor",
}
_SUFFIXES = {"json": "json", "msgpack": "msgpack", "cbor": "cbor"}  # application/cloudevents+json (RFC 6839)
_READERS: dict[str, Callable[[], Read]] = {
    "json": lambda: read_json,
    "msgpack": msgpack_reader,
    "cbor": cbor_reader,
}


class Decoder:
    """Makes text of payloads, as ``auto``, ``json``, ``msgpack``, ``cbor``, ``gzip``, ``zstd`` or ``proto:FILE#Type``.

    Structures become JSON: on one line in ASCII, or with ``pretty`` on many.  Raises UsageError for any other
    name, a library that is missing, and a descriptor set that cannot be used.
    """

    def __init__(self, name: str, *, pretty: bool = False) -> None:
        self._pretty = pretty
        self._decode = self._chosen(name)
        self._takes_nothing = name.startswith(_PROTO)  # no bytes at all are a Protocol Buffers message too
        self._readers: dict[str, Read] = {}  # made when the first message needs them

    def decode(self, message: Message) -> bytes:
        """Return the text of a message's payload; DecodeError when there is none to be had."""
        if not message.payload and not self._takes_nothing:
            return b""
        headers = parse_headers(message.headers) if message.headers else _NO_HEADERS
        try:
            return self._decode(message.payload, headers)
        except UsageError as error:  # a library that only this message needs is missing
            raise DecodeError(f"{error} ({error.hint})") from None

    def _chosen(self, name: str) -> Callable[[bytes, Headers], bytes]:
        if name == "auto":
            return self._auto
        if name == "gzip":
            return lambda payload, _headers: gunzip(payload)
        if name == "zstd":
            zstd.require()
            return lambda payload, _headers: unzstd(payload)
        if name in _READERS:
            return self._as(_READERS[name]())
        if name.startswith(_PROTO):
            return self._as(proto_reader(name.removeprefix(_PROTO)))
        raise UsageError(f"decoder '{name}' is unknown", _KNOWN)

    def _as(self, read: Read) -> Callable[[bytes, Headers], bytes]:
        def decode(payload: bytes, headers: Headers) -> bytes:
            return write(read(_uncompressed(payload, headers)), pretty=self._pretty)

        return decode

    def _auto(self, payload: bytes, headers: Headers) -> bytes:
        """Follow Content-Encoding, Content-Type, then how the payload begins."""
        media = (headers.get("Content-Type") or "").partition(";")[0].strip().lower()
        data = _uncompressed(payload, headers)
        if data is payload and not media.startswith("text/"):
            data = _sniff(payload)(payload)
        name = _MEDIA_TYPES.get(media) or _SUFFIXES.get(media.partition("+")[2])
        return write(self._reader(name)(data), pretty=self._pretty) if name and data else data

    def _reader(self, name: str) -> Read:
        if name not in self._readers:
            self._readers[name] = _READERS[name]()
        return self._readers[name]


class Converter:
    """Gives messages their payloads decoded, and counts those that stay as they came because they cannot be."""

    def __init__(self, decoder: Decoder) -> None:
        self.failed = 0
        self.last_error: DecodeError | None = None
        self._decoder = decoder

    @property
    def complaint(self) -> str:
        """How many could not be decoded, and why the last could not."""
        shown = "is shown as it came" if self.failed == 1 else "are shown as they came"
        count = plural(self.failed, "message")
        return f"{count} could not be decoded and {shown}, the last because {self.last_error}"

    def convert(self, message: Message) -> Message:
        """Return a message with its payload decoded, or as it is."""
        try:
            return message._replace(payload=self._decoder.decode(message))
        except DecodeError as error:
            self.failed += 1
            self.last_error = error
            return message


def _uncompressed(payload: bytes, headers: Headers) -> bytes:
    codings = [value for name, value in headers.pairs if name.lower() == "content-encoding"]
    return undo(",".join(codings), payload) if codings else payload


def _sniff(payload: bytes) -> Decompress:
    return sniffed(payload) or (lambda data: data)
