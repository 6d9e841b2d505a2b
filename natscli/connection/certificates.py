"""What a certificate says: names, dates, key.  A small reader of DER (X.690) for X.509 (RFC 5280).

Python tells these of a certificate that it has verified only, and they are wanted most of one that it
refuses.  asn1crypto has had no release since 2022; cryptography is 4 MB compiled, for a few strings.
Nothing is decided by what is read here: it is shown.
"""

import hashlib
import ipaddress
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

_SEQUENCE, _SET, _OID, _BITS, _INTEGER = 0x30, 0x31, 0x06, 0x03, 0x02
_UTC_TIME, _GENERALIZED_TIME = 0x17, 0x18
_VERSION, _EXTENSIONS = 0xA0, 0xA3
_WIDE_STRINGS = {0x1E: "utf-16-be", 0x1C: "utf-32-be"}
_ATTRIBUTES = {
    b"\x55\x04\x03": "CN",
    b"\x55\x04\x06": "C",
    b"\x55\x04\x07": "L",
    b"\x55\x04\x08": "ST",
    b"\x55\x04\x0a": "O",
    b"\x55\x04\x0b": "OU",
}
_SUBJECT_ALTERNATIVE_NAMES = b"\x55\x1d\x11"
_RSA = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
_EC = b"\x2a\x86\x48\xce\x3d\x02\x01"
_KEYS = {b"\x2b\x65\x70": "Ed25519", b"\x2b\x65\x71": "Ed448"}
_CURVES = {
    b"\x2a\x86\x48\xce\x3d\x03\x01\x07": "P-256",
    b"\x2b\x81\x04\x00\x22": "P-384",
    b"\x2b\x81\x04\x00\x23": "P-521",
}
_LONGEST = 64 * 1024


class Certificate(NamedTuple):
    """What one certificate says of itself."""

    subject: str  # as "CN=server, O=Example"
    issuer: str
    names: tuple[str, ...]  # host names and addresses that it is for
    not_before: datetime
    not_after: datetime
    key: str
    fingerprint: str  # SHA-256 of the whole, in hexadecimal

    @property
    def short_subject(self) -> str:
        """The common name, or all there is."""
        return _common_name(self.subject)

    @property
    def short_issuer(self) -> str:
        """The common name of the issuer, or all there is."""
        return _common_name(self.issuer)

    @property
    def self_signed(self) -> bool:
        """Whether it names itself as its issuer."""
        return self.subject == self.issuer

    def wrong_time(self, now: datetime) -> str | None:
        """Return how the certificate is out of its time; None when it is in it."""
        if now > self.not_after:
            return f"expired on {self.not_after:%Y-%m-%d}"
        if now < self.not_before:
            return f"is not valid before {self.not_before:%Y-%m-%d}"
        return None


def read_certificate(der: bytes) -> Certificate:
    """Read a certificate; ValueError when it is none."""
    if len(der) > _LONGEST:
        raise ValueError("too long to be a certificate")
    try:
        return _read(der)
    except (IndexError, StopIteration, OverflowError, UnicodeError) as error:
        raise ValueError("not a certificate") from error


def read_pem(path: str) -> Certificate:
    """Read the first certificate of a file; ValueError when there is none, OSError when there is no file."""
    with open(path, encoding="ascii", errors="replace") as file:
        text = file.read(_LONGEST * 16)
    begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
    _, found, rest = text.partition(begin)
    body, ended, _ = rest.partition(end)
    if not found or not ended:
        raise ValueError("no certificate in PEM form")
    return read_certificate(ssl.PEM_cert_to_DER_cert(f"{begin}{body}{end}"))


def _common_name(name: str) -> str:
    return next((part[3:] for part in name.split(", ") if part.startswith("CN=")), name)


def _read(der: bytes) -> Certificate:
    _, certificate, _ = _element(der)
    fields = list(_elements(_element(certificate)[1]))
    if fields[0][0] == _VERSION:
        fields.pop(0)
    _serial, _algorithm, issuer, validity, subject, key, *others = fields
    (first_kind, first), (last_kind, last) = _elements(validity[1])
    extensions = next((value for tag, value in others if tag == _EXTENSIONS), b"")
    return Certificate(
        subject=_name(subject[1]),
        issuer=_name(issuer[1]),
        names=tuple(_alternative_names(extensions)),
        not_before=_time(first_kind, first),
        not_after=_time(last_kind, last),
        key=_key(key[1]),
        fingerprint=hashlib.sha256(der).hexdigest(),
    )


def _element(data: bytes) -> tuple[int, bytes, bytes]:
    """Return the tag and the content of the first element, and what follows it."""
    tag, length, start = data[0], data[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(data[2:start])
    if start + length > len(data):
        raise ValueError("cut off")
    return tag, data[start : start + length], data[start + length :]


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    while data:
        tag, content, data = _element(data)
        yield tag, content


def _name(data: bytes) -> str:
    parts = []
    for _, group in _elements(data):
        for _, attribute in _elements(group):
            (_, oid), (kind, value) = _elements(attribute)
            text = value.decode(_WIDE_STRINGS.get(kind, "utf-8"), "replace")
            if oid in _ATTRIBUTES:
                parts.append(f"{_ATTRIBUTES[oid]}={text}")
    return ", ".join(parts) or "(no name)"


def _time(kind: int, value: bytes) -> datetime:
    text = value.decode("ascii").removesuffix("Z")
    if kind == _UTC_TIME:  # RFC 5280, 4.1.2.5.1: 50 to 99 are of the last century
        text = ("19" if text[:2] >= "50" else "20") + text
    return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def _alternative_names(extensions: bytes) -> Iterator[str]:
    if not extensions:
        return
    for _, extension in _elements(_element(extensions)[1]):
        (_, oid), *_, (_, value) = _elements(extension)
        if oid == _SUBJECT_ALTERNATIVE_NAMES:
            for tag, name in _elements(_element(value)[1]):
                if tag == 0x82:
                    yield name.decode("utf-8", "replace")
                elif tag == 0x87:
                    yield str(ipaddress.ip_address(name))


def _key(data: bytes) -> str:
    algorithm, (_, bits) = _elements(data)
    (_, oid), *parameters = _elements(algorithm[1])
    if oid == _RSA:
        modulus = _element(_element(bits[1:])[1])[1]
        return f"RSA {int.from_bytes(modulus).bit_length()}"
    if oid == _EC:
        return f"EC {_CURVES.get(parameters[0][1], 'of another curve')}"
    return _KEYS.get(oid, "of another kind")
