"""Certificates as natscli reads them: as OpenSSL does, and nothing at all of what is none."""

import datetime as dt
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from natscli.connection.certificates import read_certificate, read_pem
from tests.connection.conftest import Pki

TODAY = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_KEY = ec.generate_private_key(ec.SECP256R1())
_NAMES = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=16)
_HOSTS = st.lists(st.from_regex(r"[a-z]{1,20}(\.[a-z]{1,20}){0,3}", fullmatch=True), max_size=30)
_DATES = st.integers(-599_616_000, 221_845_000_000).map(lambda each: dt.datetime.fromtimestamp(each, dt.UTC))


def der_of(name: str, hosts: list[str], first: dt.datetime, last: dt.datetime, key=_KEY) -> bytes:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(first)
        .not_valid_after(last)
    )
    if hosts:
        names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
        builder = builder.add_extension(names, critical=False)
    made = builder.sign(key, None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256())
    return made.public_bytes(Encoding.DER)


@settings(max_examples=30)
@given(_NAMES, _HOSTS, _DATES, _DATES)
def test_any_certificate_is_read_as_it_was_written(name, hosts, one, other):
    first, last = sorted((one, other))

    read = read_certificate(der_of(name, hosts, first, last))

    assert read.subject == read.issuer == f"CN={name}"
    assert read.self_signed
    assert read.names == tuple(hosts)
    assert (read.not_before, read.not_after) == (first, last)
    assert read.key == "EC P-256"


@settings(max_examples=200)
@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=4))
def test_a_broken_certificate_is_a_value_error_or_read(place: int, other: bytes):
    whole = der_of("server", ["localhost"], TODAY, TODAY)
    place %= len(whole)

    for broken in (whole[:place], whole[:place] + other + whole[place + len(other) :], other * (place + 1)):
        try:
            read_certificate(broken)
        except ValueError:
            continue


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_what_is_no_certificate_is_a_value_error(data: bytes):
    with pytest.raises(ValueError):
        read_certificate(data)


def test_keys_are_told_apart(pki: Pki):

    ed = read_certificate(der_of("ed", [], TODAY, TODAY, ed25519.Ed25519PrivateKey.generate()))
    wide = read_certificate(der_of("wide", [], TODAY, TODAY, ec.generate_private_key(ec.SECP384R1())))

    assert [ed.key, wide.key, read_pem(pki.rsa.cert).key] == ["Ed25519", "EC P-384", "RSA 2048"]


def test_a_file_is_read_as_openssl_reads_it(pki: Pki):
    theirs = ssl.PEM_cert_to_DER_cert(Path(pki.server.cert).read_text())

    read = read_pem(pki.server.cert)

    assert read == read_certificate(theirs)
    assert read.names == ("127.0.0.1", "::1", "localhost")
    assert read.issuer == "CN=authority"
    assert read.fingerprint == x509.load_der_x509_certificate(theirs).fingerprint(hashes.SHA256()).hex()


def test_a_file_without_a_certificate_is_a_value_error(pki: Pki):
    with pytest.raises(ValueError):
        read_pem(pki.server.key)
