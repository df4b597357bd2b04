#!/usr/bin/env python3
"""Make everything the containers need, once: homes, introductions, certificates, the broker's topology.

Outside containers people do this at their own desks: each party makes its own folder, they exchange introductions and
compare fingerprints by telephone, and the operator of the broker issues certificates. Here one script plays them all.

The private key of the authority is never written: what it signed is all there will be. To start anew, remove the
volumes.
"""

import datetime as dt
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

OWNER = 10001
BROKER = Path("/broker")
PARTIES = Path("/parties")
SCRATCH = Path("/tmp")  # noqa: S108  (a tmpfs of this container; nothing secret goes there)
POLICIES = "/usr/share/sogw/samples/arbodienst-export/policies.json"
DAYS = 365

CONFIGURATION = """\
# TLS 1.3 only; a client without a certificate of our authority does not get in, and its name is its party id.
listeners.tcp = none
listeners.ssl.default = 5671
ssl_options.versions.1 = tlsv1.3
ssl_options.cacertfile = /broker/ca.pem
ssl_options.certfile = /broker/server.pem
ssl_options.keyfile = /broker/server.key
ssl_options.verify = verify_peer
ssl_options.fail_if_no_peer_cert = true
ssl_cert_login_from = common_name
auth_mechanisms.1 = EXTERNAL
# The screen is for the gateways.
log.console = true
log.console.level = warning
# The topology; with it no default user is made.
load_definitions = /broker/definitions.json
# A message is at most 8 MiB; the broker's own default differs per version.
max_message_size = 16777216
"""


@dataclass(frozen=True)
class Member:
    """One party and how it introduces itself to ``sogw init``."""

    party_id: str
    options: tuple[str, ...]

    @property
    def home(self) -> Path:
        """Its folder, a volume of its own."""
        return PARTIES / self.party_id


MEMBERS = (
    Member(
        "arbo-waterlinie",
        (
            *("--role", "ohs", "--name", "Arbozorg Waterlinie Coöperatief U.A.", "--kvk", "00000102"),
            *("--policy-file", POLICIES, "--policy", "beleid-stappenplan"),
        ),
    ),
    Member("lpbso", ("--role", "pool", "--name", "Landelijke Pool Bedrijfsartsen (test)", "--kvk", "00000901")),
    Member("lso-poli", ("--role", "pool", "--name", "Landelijke Second Opinion Poli (test)", "--kvk", "00000902")),
)


class Authority:
    """Issues certificates that live a year, and forgets its key when the script ends."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("compose authority")
        self.certificate = self._signed(self._name, self._key, is_authority=True)

    def issue(self, common_name: str, folder: Path, stem: str, *, hosts: tuple[str, ...] = ()) -> None:
        """Write ``stem.pem``, ``stem.key`` and ``ca.pem`` into a folder."""
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        _write(folder / "ca.pem", _pem(self.certificate), 0o644)
        _write(folder / f"{stem}.pem", _pem(self._signed(_name(common_name), key, hosts=hosts)), 0o644)
        _write(folder / f"{stem}.key", private, 0o600)

    def _signed(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        *,
        is_authority: bool = False,
        hosts: tuple[str, ...] = (),
    ) -> x509.Certificate:
        now = dt.datetime.now(dt.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(minutes=5))
            .not_valid_after(now + dt.timedelta(days=DAYS))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(_usage(is_authority=is_authority), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        if not is_authority:
            purpose = ExtendedKeyUsageOID.SERVER_AUTH if hosts else ExtendedKeyUsageOID.CLIENT_AUTH
            builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        if hosts:
            names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self._key, hashes.SHA256())


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
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


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _write(file: Path, content: bytes, mode: int) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(content)
    file.chmod(mode)


def _sogw(*arguments: str) -> str:
    """Run one command and return what it prints as data; what it says to people is shown when it fails."""
    done = subprocess.run(["sogw", *arguments], capture_output=True, text=True, timeout=120, check=False)  # noqa: S603, S607
    if done.returncode:
        sys.exit(f"provision: 'sogw {' '.join(arguments)}' ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def _make_homes() -> None:
    for member in MEMBERS:
        _say(f"making the home of {member.party_id}")
        broker = ("--broker-url", "amqps://rabbitmq:5671")
        _sogw("init", "--home", str(member.home), "--party", member.party_id, *member.options, *broker)


def _introduce() -> None:
    """Everybody exports; each arbodienst and pool takes the other over, comparing the fingerprint."""
    for member in MEMBERS:
        _sogw("--home", str(member.home), "party", "export", "--out", str(SCRATCH / f"{member.party_id}.json"))
    arbodienst, *pools = MEMBERS
    for pool in pools:
        for ours, theirs in ((arbodienst, pool), (pool, arbodienst)):
            fingerprint = _fingerprint(theirs)
            _say(f"{ours.party_id} takes {theirs.party_id} over as a partner (fingerprint {fingerprint[:16]}...)")
            file = str(SCRATCH / f"{theirs.party_id}.json")
            _sogw("--home", str(ours.home), "partner", "add", file, "--fingerprint", fingerprint)


def _fingerprint(member: Member) -> str:
    """As the partner would read it out: from its own home, not from the file that travelled."""
    shown = json.loads(_sogw("--home", str(member.home), "party", "show", "--output", "json"))
    return str(shown["fingerprint"])


def _prepare_broker(authority: Authority) -> None:
    _say("making the broker's configuration, topology and certificates")
    names = [word for member in MEMBERS for word in ("--party", member.party_id)]
    _write(BROKER / "definitions.json", _sogw("broker", "export", *names).encode(), 0o644)
    _write(BROKER / "enabled_plugins", b"[rabbitmq_auth_mechanism_ssl].\n", 0o644)
    _write(BROKER / "rabbitmq.conf", CONFIGURATION.encode(), 0o644)
    authority.issue("rabbitmq", BROKER, "server", hosts=("rabbitmq",))
    # The broker's user differs per image; only the broker mounts this volume, read-only.
    (BROKER / "server.key").chmod(0o644)


def _hand_over() -> None:
    for member in MEMBERS:
        for path in (member.home, *member.home.rglob("*")):
            os.chown(path, OWNER, OWNER)
        member.home.chmod(0o700)


def _say(text: str) -> None:
    print(f"provision: {text}", flush=True)  # noqa: T201  (a script talks)


def main() -> None:
    """Provision, unless that was done before."""
    done = BROKER / "provisioned"
    if done.exists():
        _say("done before; nothing to do")
        return
    _make_homes()
    _introduce()
    authority = Authority()
    for member in MEMBERS:
        authority.issue(member.party_id, member.home / "tls", "client")
    _prepare_broker(authority)
    _hand_over()
    _write(done, b"", 0o644)
    _say("done")


if __name__ == "__main__":
    main()
