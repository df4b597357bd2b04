"""A certificate authority for one test: server and client certificates that live an hour, or as the test says."""

import datetime as dt
import ipaddress
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LOCAL = ("localhost", "127.0.0.1")
HOUR = dt.timedelta(hours=1)


class Authority:
    """Issues certificates into a folder.

    Args:
        folder: Where the files go; readable by the broker.
        name: Its common name, and the stem of its file.
    """

    def __init__(self, folder: Path, name: str = "ca") -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(f"test authority {name}")
        self._certificate = self._build(self._name, self._key, is_authority=True)
        self.path = folder / f"{name}.pem"
        self.path.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))

    def issue(
        self,
        common_name: str,
        *,
        hosts: tuple[str, ...] = LOCAL,
        begins: dt.timedelta = -dt.timedelta(minutes=5),
        lives: dt.timedelta = HOUR,
        stem: str | None = None,
    ) -> tuple[Path, Path]:
        """Return the paths of a new certificate and its key.

        Args:
            common_name: The party, or the host.
            hosts: Names and addresses it is for.
            begins: From now; negative is past.
            lives: From when it begins.
            stem: Of the files; the common name when None.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._build(_name(common_name), key, hosts=hosts, begins=begins, lives=lives)
        stem = stem or common_name
        paths = self._folder / f"{stem}.pem", self._folder / f"{stem}.key"
        paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        paths[1].write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        paths[1].chmod(0o600)
        return paths

    def context(self, common_name: str | None = None) -> ssl.SSLContext:
        """Return a client's context that trusts this authority and shows a certificate of it, when named."""
        context = ssl.create_default_context(cafile=self.path)
        if common_name:
            context.load_cert_chain(*self.issue(common_name))
        return context

    def _build(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        *,
        is_authority: bool = False,
        hosts: tuple[str, ...] = LOCAL,
        begins: dt.timedelta = -dt.timedelta(minutes=5),
        lives: dt.timedelta = HOUR,
    ) -> x509.Certificate:
        start = dt.datetime.now(dt.UTC) + begins
        names = [_host(host) for host in hosts]
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        usage = x509.KeyUsage(
            digital_signature=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=is_authority,
            crl_sign=is_authority,
            encipher_only=False,
            decipher_only=False,
        )
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + lives)
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(identifier, critical=False)
            .sign(self._key, hashes.SHA256())
        )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _host(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
