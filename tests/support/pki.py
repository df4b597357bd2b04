"""An authority as UZI has them, for one test: a root, an issuing authority, certificates with a URA, revocation lists."""

import datetime as dt
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID, ObjectIdentifier

DAY = dt.timedelta(days=1)
IA5_STRING = 0x16
DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(c.public_bytes(serialization.Encoding.PEM) for c in certificates)


def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    none = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, none)


def usages(*wanted: str) -> x509.KeyUsage:
    every = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{name: name in wanted for name in every})


@dataclass
class Issuer:
    """A certificate authority that says what the test wants it to."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def root(cls, name: str, now: dt.datetime) -> "Issuer":
        key = ec.generate_private_key(ec.SECP384R1())
        return cls(_build(_name(name), key, _name(name), key, now - DAY, now + 3650 * DAY, *_of_authority()), key)

    def authority(self, name: str, now: dt.datetime) -> "Issuer":
        key = ec.generate_private_key(ec.SECP256R1())
        made = self._sign(_name(name), key, now - DAY, now + 1000 * DAY, *_of_authority())
        return Issuer(made, key)

    def organisation(
        self,
        ura: str | None,
        now: dt.datetime,
        *,
        begins: dt.timedelta = -DAY,
        ends: dt.timedelta = 365 * DAY,
        usage: tuple[str, ...] = ("digital_signature", "content_commitment"),
        extended: tuple[ObjectIdentifier, ...] = (),
    ) -> "Issuer":
        """A certificate that may vouch, unless the test says otherwise."""
        key = ec.generate_private_key(ec.SECP256R1())
        text = f"2.16.528.1.1007.99.2110-1-900000001-S-{ura}-00.000-00000000".encode()
        names: list[x509.GeneralName] = [x509.DNSName("gateway.example")]
        if ura is not None:
            names.append(x509.OtherName(ObjectIdentifier("2.5.5.5"), bytes([IA5_STRING, len(text)]) + text))
        extensions = [
            (usages(*usage), True),
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (x509.SubjectAlternativeName(names), False),
        ]
        if extended:
            extensions.append((x509.ExtendedKeyUsage(list(extended)), False))
        return Issuer(self._sign(_name("organisation"), key, now + begins, now + ends, *extensions), key)

    def revocations(
        self, now: dt.datetime, *revoked: x509.Certificate, lives: dt.timedelta = DAY
    ) -> x509.CertificateRevocationList:
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(now - dt.timedelta(hours=1))
            .next_update(now - dt.timedelta(hours=1) + lives)
        )
        for certificate in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number).revocation_date(now)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(self.key, hashes.SHA256())

    def _sign(self, subject, key, begins, ends, *extensions) -> x509.Certificate:
        return _build(subject, key, self.certificate.subject, self.key, begins, ends, *extensions)


def _of_authority():
    return (
        (x509.BasicConstraints(ca=True, path_length=None), True),
        (usages("key_cert_sign", "crl_sign"), True),
    )


def _build(subject, key, issuer, issuer_key, begins, ends, *extensions) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(issuer_key, hashes.SHA256())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
