"""``sogw proof``: what an employee or an auditor does with a proof: no home folder, no database, no network."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.domain.entry import SALT_BYTES
from gateway.domain.errors import RefusedError
from gateway.domain.tlog_growth import read_growth
from gateway.domain.tlog_proof import read_proof
from gateway.entrypoints.cli.arguments import read_text
from gateway.entrypoints.cli.command import command
from gateway.entrypoints.cli.journal import entry_row
from gateway.entrypoints.cli.nouns import noun
from gateway.entrypoints.cli.output import Output, show_text
from gateway.entrypoints.cli.party import FORMAT
from gateway.entrypoints.cli.session import Session

if TYPE_CHECKING:
    from gateway.ports.keyring import Manifest

app = noun("proof")

ProofFile = Annotated[Path, typer.Argument(metavar="FILE", help="What 'sogw journal prove' wrote; - for stdin.")]
Fingerprint = Annotated[
    str | None, typer.Option("--fingerprint", help="Of the organisation, as it is published or was read out to you.")
]
PartyFile = Annotated[
    Path | None, typer.Option("--party", metavar="FILE", help="Instead: its 'sogw party export', got by another road.")
]
ClassicalIsEnough = Annotated[
    bool, typer.Option("--allow-classical", help="Be content with the signature that is not quantum-safe.")
]
GrowthFile = Annotated[Path, typer.Argument(metavar="FILE", help="What 'sogw journal grown' wrote.")]
Since = Annotated[Path, typer.Option("--since", metavar="CHECKPOINT", help="The checkpoint that you hold.")]
TrustedParty = Annotated[Path, typer.Option("--party", metavar="FILE", help="The organisation's 'sogw party export'.")]


@command(
    app,
    "verify",
    "sogw proof verify entry-12.tlog-proof --fingerprint 3f1a...",
    "sogw proof verify entry-12.tlog-proof --party arbo-lindehof.json --output json",
    needs=None,
)
def verify(
    session: Session,
    file: ProofFile,
    fingerprint: Fingerprint = None,
    party: PartyFile = None,
    allow_classical: ClassicalIsEnough = False,
) -> None:
    """Verify that an entry stands in an organisation's signed journal, and show what that proves in plain Dutch."""
    from adapters.notes import verify_checkpoint
    from mappings.letters.proof import proof_in_words

    proof = read_proof(read_text(file))
    manifest = _trusted(proof.manifest, fingerprint, party)
    signed = verify_checkpoint(proof.note, manifest, needs_quantum_safe=not allow_classical)
    entry = proof.entry(signed.checkpoint.size, bytes.fromhex(signed.checkpoint.root))
    content = _content(proof.content)
    if session.output is Output.TABLE:
        show_text(proof_in_words(entry, signed, manifest.party_id, has_content=content is not None))
    claims = {"journal_of": manifest.party_id, "journal_size": signed.checkpoint.size, "signed_at": signed.signed_at}
    session.show_record({"proven": True, **claims, **entry_row(entry), "content": content})


@command(
    app, "grown", "sogw proof grown growth.txt --since held-of-lindehof.txt --party arbo-lindehof.json", needs=None
)
def grown(session: Session, file: GrowthFile, since: Since, party: TrustedParty) -> None:
    """Verify that an organisation's journal still holds the checkpoint that you have of it, unchanged."""
    from adapters.keyrings import verify_manifest
    from adapters.notes import verify_checkpoint

    proof = read_growth(read_text(file))
    token, fingerprint = _introduced(party)
    manifest = verify_manifest(token, fingerprint=fingerprint)
    former, latter = (verify_checkpoint(note, manifest) for note in (read_text(since), proof.note))
    proof.check(former.checkpoint, latter.checkpoint)
    session.show_record(
        {
            "proven": True,
            "journal_of": manifest.party_id,
            "from_size": former.checkpoint.size,
            "to_size": latter.checkpoint.size,
            "signed_at": latter.signed_at,
        }
    )


def _trusted(token: str, fingerprint: str | None, party: Path | None) -> "Manifest":
    """The manifest in the proof, or a newer one of the same identity in the party file."""
    from adapters.keyrings import verify_manifest

    if fingerprint is None and party is None:
        raise RefusedError(
            "fingerprint-missing",
            "Anybody can make a proof; whose it is shows by the fingerprint of the organisation.",
            remedy="Give --fingerprint as the organisation publishes it, or --party with its exported file.",
        )
    known, expected = _introduced(party) if party is not None else (None, "")
    manifest = verify_manifest(token, fingerprint=fingerprint or expected)
    if known is None:
        return manifest
    newest = verify_manifest(known, fingerprint=manifest.fingerprint)
    return max(manifest, newest, key=lambda one: one.counter)


def _introduced(party: Path) -> tuple[str, str]:
    try:
        document = json.loads(read_text(party))
        if document["format"] == FORMAT:
            return str(document["manifest"]), str(document["fingerprint"])
    except (ValueError, KeyError, TypeError):
        pass
    raise RefusedError(
        "party-file-invalid",
        f"This is not a party file ({FORMAT}).",
        where=str(party),
        remedy="Ask the organisation for the output of 'sogw party export'.",
    )


def _content(value: bytes | None) -> Any:
    """What the entry commits to, behind its salt: proven to be what was recorded."""
    return None if value is None else json.loads(value[SALT_BYTES:])
