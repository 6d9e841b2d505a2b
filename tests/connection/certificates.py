"""A small public-key infrastructure for tests: authorities, and the certificates they sign."""

import datetime as dt
import ipaddress
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
HERE = ("127.0.0.1", "::1", "localhost")


class Pair(NamedTuple):
    """The files of a certificate and its key."""

    cert: str
    key: str


class Authority:
    """Signs certificates; ``path`` is the file to trust it by."""

    def __init__(
        self, folder: Path, name: str, above: "Authority | None" = None, days: tuple[int, int] = (-1, 30)
    ) -> None:
        """Signed by itself, or by the one ``above``, with which its own certificates then go together."""
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        key_id = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        signing = x509.KeyUsage(
            digital_signature=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        issuer, issuer_key = (above._name, above._key) if above is not None else (self._name, self._key)
        certificate = (
            _builder(self._name, issuer, self._key, days)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(signing, critical=True)
            .add_extension(key_id, critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
            .sign(issuer_key, hashes.SHA256())
        )
        self._chain = certificate.public_bytes(serialization.Encoding.PEM) if above is not None else b""
        self.path = _write(folder / f"{name}.pem", certificate.public_bytes(serialization.Encoding.PEM))

    def server(
        self,
        name: str = "server",
        hosts: tuple[str, ...] = HERE,
        days: tuple[int, int] = (-1, 30),
        *,
        rsa_key: bool = False,
    ) -> Pair:
        """A certificate for a server; ``days`` says from when to when, counted from today."""
        names = x509.SubjectAlternativeName([_general(host) for host in hosts])
        return self._issue(name, names, days, client=False, rsa_key=rsa_key)

    def alone(self, name: str) -> Pair:
        """A certificate for a server that signs itself, whose own key it is."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        names = x509.SubjectAlternativeName([_general(host) for host in HERE])
        certificate = _builder(subject, subject, key, (-1, 30)).add_extension(names, critical=False)
        return self._save(name, certificate.sign(key, hashes.SHA256()), key)

    def client(self, name: str = "client", days: tuple[int, int] = (-1, 30), password: bytes = b"") -> Pair:
        """A certificate for a client, its key encrypted where there is a password."""
        names = x509.SubjectAlternativeName([x509.RFC822Name(f"{name}@example.com")])
        return self._issue(name, names, days, client=True, password=password)

    def _issue(
        self,
        name: str,
        names: x509.SubjectAlternativeName,
        days: tuple[int, int],
        *,
        client: bool,
        password: bytes = b"",
        rsa_key: bool = False,
    ) -> Pair:
        key: PrivateKey = rsa.generate_private_key(65537, 2048) if rsa_key else ec.generate_private_key(ec.SECP256R1())
        usage = ExtendedKeyUsageOID.CLIENT_AUTH if client else ExtendedKeyUsageOID.SERVER_AUTH
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        issuer_key_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        certificate = (
            _builder(subject, self._name, key, days)
            .add_extension(names, critical=False)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(issuer_key_id, critical=False)
            .sign(self._key, hashes.SHA256())
        )
        return self._save(name, certificate, key, password)

    def _save(self, name: str, certificate: x509.Certificate, key: PrivateKey, password: bytes = b"") -> Pair:
        protection = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
        pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection)
        return Pair(
            _write(self._folder / f"{name}.pem", certificate.public_bytes(serialization.Encoding.PEM) + self._chain),
            _write(self._folder / f"{name}.key", pem),
        )


def _builder(subject: x509.Name, issuer: x509.Name, key: PrivateKey, days: tuple[int, int]) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    first, last = (now + dt.timedelta(days=count) for count in days)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(first)
        .not_valid_after(last)
    )


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _write(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    path.chmod(0o600)
    return str(path)
