"""``sogw party``: who we are, and the file that introduces us to a partner."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.domain.errors import OperatorError
from gateway.entrypoints.cli.arguments import STANDARD_INPUT, read_bytes
from gateway.entrypoints.cli.command import command
from gateway.entrypoints.cli.nouns import noun
from gateway.entrypoints.cli.output import NewFile, show_or_write
from gateway.entrypoints.cli.session import Session
from gateway.secret_files import check_secret

FORMAT = "sogw-party/1"
"""What ``party export`` writes and ``partner add`` reads."""

Certificate = Annotated[
    Path | None,
    typer.Option("--certificate", help="Our certificate with its intermediates (PEM).", show_default=False),
]
CertificateKey = Annotated[
    Path | None,
    typer.Option("--key", help="Its private key (PEM); when not in the same file.", show_default=False),
]

app = noun("party")


@command(app, "show", "sogw party show", needs="party.read")
def show(session: Session) -> None:
    """Show who we are, with the fingerprint to read out on the telephone."""
    session.operator()
    document = introduction(session)
    session.show_record(
        {
            **document["party"],
            "recipients": document["recipients"],
            "policy": session.settings.policy.id,
            "fingerprint": document["fingerprint"],
            "read_out": spoken(document["fingerprint"]),
        }
    )


@command(
    app,
    "export",
    "sogw party export > arbo-lindehof.json",
    "sogw party export --out arbo-lindehof.json --certificate uzi.pem --key uzi.key",
    needs="party.read",
)
def export(
    session: Session,
    out: NewFile = None,
    certificate: Certificate = None,
    key: CertificateKey = None,
) -> None:
    """Write the file that introduces us to a partner: facts, public keys, fingerprint. It holds no secret.

    With a certificate of an authority (UZI, PKIoverheid) the partner need not call.
    """
    session.operator()
    document = introduction(session)
    if certificate is not None:
        key = key or certificate
        _check_key(key, session)
        document["vouching"] = _vouched(document["manifest"], certificate, key)
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    show_or_write(text, out)


def introduction(session: Session) -> dict[str, Any]:
    """What we say of ourselves."""
    from gateway.bootstrap import load_keyring

    settings = session.settings
    manifest = load_keyring(settings).manifest()
    party = settings.party
    facts = {"id": party.id, "role": party.role.value, "name": party.name}
    facts |= {name: value for name in ("ura", "kvk", "agb") if (value := getattr(party, name))}
    return {
        "format": FORMAT,
        "party": facts,
        "recipients": list(party.recipients),
        "fingerprint": manifest.fingerprint,
        "manifest": manifest.token,
    }


def _check_key(key: Path, session: Session) -> None:
    """Refuse a private key that others can read; one that cannot be read is told by who reads it."""
    if key != STANDARD_INPUT:
        with suppress(OSError):
            check_secret(key, session.settings.secret_mounts())


def _vouched(manifest: str, certificate: Path, key: Path) -> str:
    from adapters.x509 import vouch

    try:
        return vouch(manifest, read_bytes(certificate), read_bytes(key))
    except ValueError:
        raise OperatorError(
            "vouching-impossible",
            "The certificate and key cannot vouch for us.",
            where=str(certificate),
            remedy="Give a certificate and its unencrypted key in PEM: P-256, P-384, or RSA of at least 2048 bits.",
        ) from None


def spoken(fingerprint: str) -> str:
    """A fingerprint in groups of four, to read out."""
    return " ".join(fingerprint[start : start + 4] for start in range(0, len(fingerprint), 4))
