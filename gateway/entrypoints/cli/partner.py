"""``sogw partner``: parties we exchange with."""

import json
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.domain.days import AMSTERDAM
from gateway.domain.errors import RefusedError
from gateway.domain.party import Party, Role
from gateway.domain.steps import ActorRole
from gateway.entrypoints.cli.command import command
from gateway.entrypoints.cli.failures import say
from gateway.entrypoints.cli.given import day, read_bytes
from gateway.entrypoints.cli.output import Row
from gateway.entrypoints.cli.party import FORMAT, spoken
from gateway.entrypoints.cli.session import Session

app = typer.Typer(name="partner", help="Parties we exchange with.", no_args_is_help=True)

PartyFile = Annotated[Path, typer.Argument(metavar="FILE", help="What the partner's 'sogw party export' wrote.")]
Fingerprint = Annotated[
    str, typer.Option("--fingerprint", help="As the partner read it out to you; not as it stands in the file.")
]
MoreRecipients = Annotated[
    list[str] | None, typer.Option("--recipient", help="Another recipient text it serves; may be repeated.")
]
ClassicalUntil = Annotated[
    date | None,
    typer.Option(
        "--classical-until", parser=day, metavar="DATE", help="Allow the suite that is not quantum-safe until then."
    ),
]
PartnerId = Annotated[str, typer.Argument(metavar="PARTY", help="Id of the partner.")]


@command(
    app,
    "add",
    "sogw partner add praktijk-mulkens.json --fingerprint 3f1a...",
    "sogw partner add poli.json --fingerprint 3f1a... --recipient poli/G4 --classical-until 2027-01-01",
    acts=True,
)
async def add(
    session: Session,
    file: PartyFile,
    fingerprint: Fingerprint,
    recipient: MoreRecipients = None,
    classical_until: ClassicalUntil = None,
) -> None:
    """Trust a partner's keys, or take its newer ones; compare the fingerprint by telephone first."""
    from gateway.application.onboard_partner import onboard_partner

    introduction = read_introduction(file)
    until = datetime.combine(classical_until, time(), AMSTERDAM) if classical_until else None
    async with session.gateway() as gateway:
        partner = await onboard_partner(
            gateway.services,
            introduction,
            fingerprint,
            _verify,
            session.actor(ActorRole.OPERATOR),
            recipients=tuple(recipient or ()),
            classical_until=until,
        )
    session.show_record(_row(partner))
    say("A running 'sogw serve' takes the partner over within seconds.")


@command(app, "list", "sogw partner list", "sogw partner list --output json")
async def list_partners(session: Session) -> None:
    """List the partners."""
    async with session.gateway() as gateway, gateway.services.store.begin() as work:
        partners = await work.partners()
    session.show_rows([_row(partner) for partner in partners], nothing="No partner was onboarded yet.")


@command(app, "show", "sogw partner show praktijk-mulkens")
async def show(session: Session, party: PartnerId) -> None:
    """Show one partner and its keys."""
    async with session.gateway() as gateway, gateway.services.store.begin() as work:
        found = [partner for partner in await work.partners() if partner.party.party_id == party]
        manifest = gateway.directory.keys.manifest_of(party)
    if not found or manifest is None:
        raise RefusedError("partner-unknown", "No such partner was onboarded.", remedy="See: sogw partner list")
    keys = [{name: key[name] for name in ("kid", "alg", "status")} for key in manifest.keys]
    facts = {"ura": found[0].party.ura, "kvk": found[0].party.kvk, "agb": found[0].party.agb}
    record = {**_row(found[0]), **facts, "read_out": spoken(found[0].fingerprint), "manifest_version": manifest.counter}
    session.show_record({**record, "keys": keys})


def read_introduction(file: Path) -> Any:
    """A partner's file.

    Raises:
        RefusedError: ``party-file-invalid``, naming the place.
    """
    from gateway.application.onboard_partner import Introduction

    try:
        document = json.loads(read_bytes(file))
        if document["format"] != FORMAT:
            raise _invalid(file, "$.format")
        party = _party(document["party"])
        return Introduction(party, _text(document, "manifest"), _texts(document, "recipients"))
    except KeyError as error:
        raise _invalid(file, f"$..{error.args[0]}") from None
    except (ValueError, TypeError, AttributeError):
        raise _invalid(file, "$") from None


def _party(facts: dict[str, Any]) -> Party:
    numbers = {name: _text(facts, name) for name in ("ura", "kvk", "agb") if facts.get(name) is not None}
    return Party(_text(facts, "id"), Role(facts["role"]), _text(facts, "name"), **numbers)


def _text(document: dict[str, Any], name: str) -> str:
    value = document[name]
    if not isinstance(value, str) or not value:
        raise KeyError(name)
    return value


def _texts(document: dict[str, Any], name: str) -> tuple[str, ...]:
    values = document.get(name, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise KeyError(name)
    return tuple(values)


def _invalid(file: Path, where: str) -> RefusedError:
    return RefusedError(
        "party-file-invalid",
        f"This is not a party file ({FORMAT}).",
        where=f"{file}: {where}",
        remedy="Ask the partner for the output of 'sogw party export'.",
    )


def _verify(token: str, fingerprint: str, known: Any) -> Any:
    from adapters.keyrings import verify_manifest

    pinned = verify_manifest(known.manifest, fingerprint=known.fingerprint) if known else None
    return verify_manifest(token, fingerprint=fingerprint, pinned=pinned)


def _row(partner: Any) -> Row:
    return {
        "party": partner.party.party_id,
        "role": partner.party.role,
        "name": partner.party.name,
        "recipients": partner.recipients,
        "quantum_safe": partner.classical_until is None,
        "classical_until": partner.classical_until,
        "fingerprint": partner.fingerprint,
    }
