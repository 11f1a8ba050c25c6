"""A Sigstore of one's own: signs attestations as GitHub's does, so that the real gh can judge them offline."""

import base64
import json
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from tests.programs import needs

_FULCIO = "1.3.6.1.4.1.57264.1."
_PAYLOAD = "application/vnd.in-toto+json"
_TSA = """\
[tsa]
default_tsa=t
[t]
serial=serial
signer_digest=sha256
default_policy=1.2.3.4
digests=sha256
ess_cert_id_alg=sha256
"""

Extensions = list[tuple[x509.ExtensionType, bool]]


def attest(
    folder: Path,
    listed: Mapping[str, str],
    made: Mapping[str, str],
    *,
    runner: str = "github-hosted",
    forged: bool = False,
) -> tuple[Path, Path]:
    """Return an attestation and the roots that it is held to, as files that gh reads.

    Args:
        folder: A new folder for them.
        listed: The hashes that are attested, by name.
        made: The ``repository``, ``workflow`` and ``ref`` that attest.
        runner: Where the run was: ``github-hosted`` or ``self-hosted``.
        forged: Whether what is attested was exchanged after it was signed.
    """
    folder.mkdir()
    fulcio, fulcio_key = _root("Fulcio")
    stamps, stamps_key = _root("Timestamps")
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = _certificate(x509.Name([]), fulcio, key, fulcio_key, _identity(made, runner))
    signed = b"{}" if forged else _statement(listed)
    head = f"DSSEv1 {len(_PAYLOAD)} {_PAYLOAD} {len(signed)} ".encode()
    signature = key.sign(head + signed, ec.ECDSA(SHA256()))
    stamper, stamp = _stamped(folder, signature, stamps, stamps_key)
    material = {
        "certificate": _der(leaf),
        "timestampVerificationData": {"rfc3161Timestamps": [{"signedTimestamp": _base64(stamp)}]},
    }
    bundle = {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": material,
        "dsseEnvelope": {
            "payload": _base64(_statement(listed)),
            "payloadType": _PAYLOAD,
            "signatures": [{"sig": _base64(signature)}],
        },
    }
    root = {
        "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
        "tlogs": [],
        "ctlogs": [],
        "certificateAuthorities": [_authority(fulcio)],
        "timestampAuthorities": [_authority(stamper, stamps)],
    }
    return _written(folder / "bundle.jsonl", bundle), _written(folder / "root.jsonl", root)


def _statement(listed: Mapping[str, str]) -> bytes:
    subject = [{"name": name, "digest": {"sha256": sha256}} for name, sha256 in listed.items()]
    kinds = {"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://slsa.dev/provenance/v1"}
    return json.dumps(kinds | {"subject": subject, "predicate": {}}).encode()


def _identity(made: Mapping[str, str], runner: str) -> Extensions:
    """Return what a certificate of Fulcio says of a run of GitHub Actions, by the numbers of its extensions."""
    page = f"https://github.com/{made['repository']}"
    signer, commit = f"{page}/{made['workflow']}@{made['ref']}", "a" * 40
    said = {
        8: "https://token.actions.githubusercontent.com", 9: signer, 10: commit, 11: runner, 12: page, 13: commit,
        14: made["ref"], 15: "1", 16: page.rpartition("/")[0], 17: "2", 18: signer, 19: commit, 20: "push",
        21: f"{page}/actions/runs/1/attempts/1", 22: "private",
    }  # fmt: skip
    extensions: Extensions = [
        (x509.SubjectAlternativeName([x509.UniformResourceIdentifier(signer)]), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), False),
        (_usage(signs=True), True),
    ]
    for number, text in said.items():
        length = bytes([len(text)]) if len(text) < 128 else bytes([0x81, len(text)])  # DER's own limit
        value = b"\x0c" + length + text.encode()
        extensions.append((x509.UnrecognizedExtension(ObjectIdentifier(f"{_FULCIO}{number}"), value), False))
    return extensions


def _stamped(
    folder: Path, data: bytes, root: x509.Certificate, root_key: ec.EllipticCurvePrivateKey
) -> tuple[x509.Certificate, bytes]:
    """Return who says when ``data`` was there (RFC 3161), and the saying."""
    key = ec.generate_private_key(ec.SECP256R1())
    extensions: Extensions = [
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True),
        (_usage(signs=True), True),
    ]
    certificate = _certificate(_name("Stamper"), root, key, root_key, extensions)
    files = {
        "data": data, "serial": b"01\n", "cnf": _TSA.encode(), "pem": certificate.public_bytes(Encoding.PEM),
        "key": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    }  # fmt: skip
    for name, content in files.items():
        (folder / name).write_bytes(content)
    for words in ("-query -data data -sha256 -cert -out query",
                  "-reply -queryfile query -config cnf -signer pem -inkey key -out reply"):  # fmt: skip
        program = [needs("openssl", package="openssl"), "ts", *words.split()]
        subprocess.run(program, cwd=folder, check=True, capture_output=True)  # noqa: S603  # words of ours
    return certificate, (folder / "reply").read_bytes()


def _root(name: str) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    extensions: Extensions = [
        (x509.BasicConstraints(ca=True, path_length=None), True),
        (_usage(signs=False), True),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
    ]
    return _certificate(_name(name), None, key, key, extensions), key


def _certificate(
    subject: x509.Name,
    issuer: x509.Certificate | None,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    extensions: Extensions,
) -> x509.Certificate:
    now = datetime.now(UTC)  # gh holds it to the real clock
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(minutes=5))
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    by = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    return builder.add_extension(by, critical=False).sign(signer, SHA256())


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs, key_cert_sign=not signs, crl_sign=not signs, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _name(common: str) -> x509.Name:
    organization = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "GitHub, Inc.")  # by which gh chooses the roots
    return x509.Name([organization, x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _authority(*chain: x509.Certificate) -> dict[str, Any]:
    return {
        "subject": {"organization": "GitHub, Inc.", "commonName": "Test"},
        "uri": "example.org",
        "certChain": {"certificates": [_der(certificate) for certificate in chain]},
        "validFor": {"start": "2020-01-01T00:00:00Z"},
    }


def _der(certificate: x509.Certificate) -> dict[str, str]:
    return {"rawBytes": _base64(certificate.public_bytes(Encoding.DER))}


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _written(path: Path, value: object) -> Path:
    path.write_text(f"{json.dumps(value)}\n")
    return path
