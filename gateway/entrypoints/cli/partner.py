"""``sogw partner``: parties we exchange with."""

from collections.abc import Callable
from datetime import date, datetime, time
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.domain.days import AMSTERDAM
from gateway.domain.errors import RefusedError
from gateway.domain.party import Party, Role, is_name, is_number
from gateway.domain.routing import MOST_RECIPIENTS, is_recipient
from gateway.entrypoints.cli import partner_resend, partner_route
from gateway.entrypoints.cli.arguments import day, one_of, read_bytes, read_document, words
from gateway.entrypoints.cli.command import command
from gateway.entrypoints.cli.failures import say
from gateway.entrypoints.cli.nouns import noun
from gateway.entrypoints.cli.output import Row
from gateway.entrypoints.cli.partner_route import route_facts, way_out
from gateway.entrypoints.cli.partner_trust import exposure, reach, trust, warn
from gateway.entrypoints.cli.party import FORMAT, spoken
from gateway.entrypoints.cli.session import Session

app = noun("partner")

partner_route.add_to(app)
partner_resend.add_to(app)

PartyFile = Annotated[Path, typer.Argument(metavar="FILE", help="What the partner's 'sogw party export' wrote.")]
Fingerprint = Annotated[
    str | None,
    typer.Option(
        "--fingerprint", help="As the partner read it out to you; not as it stands in the file.", show_default=False
    ),
]
Authorities = Annotated[
    Path | None,
    typer.Option("--ca", help="Authorities (PEM) whose certificate may vouch instead.", show_default=False),
]
Ura = Annotated[
    str | None,
    typer.Option("--ura", help="The partner's URA as you know it, not from the file.", show_default=False),
]
Serves = Annotated[
    list[str] | None,
    typer.Option(
        "--serves", metavar="TEXT", help="A recipient text it serves besides its id, as you heard; may be repeated."
    ),
]
Changed = Annotated[
    list[str] | None,
    typer.Option(
        "--changed",
        parser=one_of(("name", "ura", "kvk", "agb")),
        metavar="FACT",
        help="A fact that is another one now: name, ura, kvk or agb; may be repeated.",
    ),
]
ClassicalUntil = Annotated[
    date | None,
    typer.Option(
        "--classical-until", parser=day, metavar="DATE", help="Allow the suite that is not quantum-safe until then."
    ),
]
RecipientTexts = Annotated[
    list[str] | None, typer.Argument(metavar="TEXT", help="organisation or organisation/person, as consents name it.")
]
PartnerId = Annotated[str, typer.Argument(metavar="PARTY", help="Id of the partner.")]


@command(
    app,
    "add",
    "sogw partner add praktijk-mulkens.json --fingerprint 3f1a...",
    "sogw partner add poli.json --fingerprint 3f1a... --serves noord/G4 --classical-until 2027-01-01",
    "sogw partner add poli.json --ca uzi-root.pem --ura 90000123",
    needs="partner.manage",
)
async def add(
    session: Session,
    file: PartyFile,
    fingerprint: Fingerprint = None,
    ca: Authorities = None,
    ura: Ura = None,
    serves: Serves = None,
    changed: Changed = None,
    classical_until: ClassicalUntil = None,
) -> None:
    """Trust a partner's keys: compare the fingerprint by telephone, or let a certificate vouch for its URA.

    Referrals that name a recipient text go to whoever serves it. Keys do not sign that, so only --serves counts.
    """
    from gateway.application.confirm_introduction import Confirmation
    from gateway.application.onboard_partner import onboard_partner

    by = session.operator()
    introduction = read_introduction(file)
    vouching = _vouching(session, introduction, ca, ura)
    until = datetime.combine(classical_until, time(), AMSTERDAM) if classical_until else None
    async with session.gateway() as gateway:
        await _tell_differences(gateway, introduction)
        partner = await onboard_partner(
            gateway.services,
            introduction,
            fingerprint or "",
            partial(trust, vouching),
            by,
            word=Confirmation(tuple(serves or ()), tuple(changed or ())),
            classical_until=until,
            vouching=vouching,
        )
        now = gateway.services.clock.now()
    manifest = trust(None, partner.manifest, partner.fingerprint, None)
    warn([(partner, manifest)], now)
    session.show_record(_row(partner, manifest, now))
    say("A running 'sogw serve' takes the partner over within seconds.")


@command(app, "update", "sogw partner update praktijk-mulkens.json", needs="partner.manage")
async def update(session: Session, file: PartyFile) -> None:
    """Take over a partner's newer keys: signed by the identity that is pinned, so nobody has to call.

    Nothing else of the file is taken over; it says what the file tells otherwise than what is pinned.
    """
    from gateway.application.onboard_partner import taken_since_revocation, update_partner

    by = session.operator()
    introduction = read_introduction(file)
    async with session.gateway() as gateway:
        await _tell_differences(gateway, introduction)
        partner = await update_partner(gateway.services, introduction, partial(trust, None), by)
        manifest = trust(None, partner.manifest, partner.fingerprint, None)
        suspect = await taken_since_revocation(gateway.services, manifest)
        now = gateway.services.clock.now()
    warn([(partner, manifest)], now)
    session.show_record(
        {**_row(partner, manifest, now), "manifest_version": manifest.counter, "taken_since_revocation": suspect}
    )
    if suspect:
        say(
            f"{suspect} messages came in after a key was revoked and before we knew: see 'sogw message list', and call."
        )
    say("A running 'sogw serve' takes the keys over within seconds.")


@command(
    app,
    "serves",
    "sogw partner serves pool-noord noord/G4 noord/G3",
    "sogw partner serves pool-noord",
    needs="partner.manage",
)
async def serves(session: Session, party: PartnerId, text: RecipientTexts = None) -> None:
    """Say which recipient texts a partner serves besides its id: these and no others; none takes all back."""
    from gateway.application.onboard_partner import serve_recipients

    by = session.operator()
    async with session.gateway() as gateway:
        partner = await serve_recipients(gateway.services, party, tuple(text or ()), by)
        if len(partner.recipients) < len(set(text or ())):
            say(f"Each text counts once, in any letters; '{party}' leads to it by itself and is not listed.")
        now, manifest = gateway.services.clock.now(), gateway.directory.keys.manifest_of(party)
    session.show_record(_row(partner, manifest, now))


@command(app, "report", "sogw partner report", "sogw partner report --output json", needs="partner.read")
async def report(session: Session) -> None:
    """What is not quantum-safe, with dates: exceptions, keys that run out, and partners without a hybrid key."""
    session.operator()
    async with session.gateway() as gateway:
        async with gateway.services.store.begin() as work:
            partners = await work.partners()
        now, keys = gateway.services.clock.now(), gateway.directory.keys
        rows = [exposure(partner, keys.manifest_of(partner.party.party_id), now) for partner in partners]
    session.show_rows(rows, nothing="No partner was onboarded yet.")


@command(app, "list", "sogw partner list", "sogw partner list --output json", needs="partner.read")
async def list_partners(session: Session) -> None:
    """List the partners; first it says to whom nothing can be sent."""
    session.operator()
    async with session.gateway() as gateway, gateway.services.store.begin() as work:
        now, keys = gateway.services.clock.now(), gateway.directory.keys
        partners = [(partner, keys.manifest_of(partner.party.party_id)) for partner in await work.partners()]
        rows = [
            {**_row(partner, manifest, now), "way_out": way_out(await work.route(partner.party.party_id))}
            for partner, manifest in partners
        ]
    warn(partners, now)
    _warn_of_conflicts(gateway, [partner for partner, _ in partners])
    session.show_rows(rows, nothing="No partner was onboarded yet.")


@command(app, "show", "sogw partner show praktijk-mulkens", needs="partner.read")
async def show(session: Session, party: PartnerId) -> None:
    """Show one partner and its keys."""
    session.operator()
    async with session.gateway() as gateway, gateway.services.store.begin() as work:
        partners = await work.partners()
        found = [partner for partner in partners if partner.party.party_id == party]
        manifest = gateway.directory.keys.manifest_of(party)
        route = await work.route(party)
        now = gateway.services.clock.now()
    if not found or manifest is None:
        raise RefusedError("partner-unknown", "No such partner was onboarded.", remedy="See: sogw partner list")
    keys = [{name: key[name] for name in ("kid", "alg", "status")} for key in manifest.keys]
    facts = {"ura": found[0].party.ura, "kvk": found[0].party.kvk, "agb": found[0].party.agb}
    warn([(found[0], manifest)], now)
    _warn_of_conflicts(gateway, partners)
    record = {
        **_row(found[0], manifest, now),
        **facts,
        "read_out": spoken(found[0].fingerprint),
        "manifest_version": manifest.counter,
    }
    session.show_record({**record, **route_facts(route), "keys": keys})


@command(app, "end-exception", "sogw partner end-exception poli-zuid", needs="partner.manage")
async def end_exception(session: Session, party: PartnerId) -> None:
    """End a partner's exception for the suite that is not quantum-safe now, before its date."""
    from gateway.application.onboard_partner import end_exception as ended

    by = session.operator()
    async with session.gateway() as gateway:
        partner = await ended(gateway.services, party, by)
        now, manifest = gateway.services.clock.now(), gateway.directory.keys.manifest_of(party)
    warn([(partner, manifest)], now)
    session.show_record(_row(partner, manifest, now))
    say("A running 'sogw serve' takes it over within seconds.")


async def _tell_differences(gateway: Any, introduction: Any) -> None:
    """Say what a file tells otherwise than what is pinned, before anything is taken over."""
    from gateway.application.confirm_introduction import differences

    async with gateway.services.store.look() as work:
        known = [p for p in await work.partners() if p.party.party_id == introduction.party.party_id]
    for found in (
        found for partner in known for found in differences(partner, introduction.party, introduction.recipients)
    ):
        say(
            f"The file says otherwise of {found.fact}: pinned {_shown(found.pinned)}, in the file {_shown(found.said)}."
        )


def _shown(value: str | None) -> str:
    return "none" if value is None else f"'{value}'"


def _warn_of_conflicts(gateway: Any, partners: list[Any]) -> None:
    """Say before anything else which texts lead to two, so that nothing goes by them."""
    from gateway.application.confirm_introduction import route_conflicts

    for found in route_conflicts(gateway.services, partners):
        say(f"ONE TEXT LEADS TO TWO: '{found.text}' also to {found.party_id}. See: sogw partner serves --help")


def read_introduction(file: Path) -> Any:
    """A partner's file.

    Raises:
        RefusedError: ``party-file-invalid``, naming the place.
    """
    from gateway.application.onboard_partner import Introduction

    document = read_document(file, lambda where, _: _invalid(file, where))
    try:
        if document["format"] != FORMAT:
            raise _invalid(file, "$.format")
        party = _party(document["party"])
        vouching = _text(document, "vouching") if "vouching" in document else None
        return Introduction(party, _text(document, "manifest"), _recipients(document), vouching)
    except KeyError as error:
        raise _invalid(file, f"$..{error.args[0]}") from None
    except (ValueError, TypeError, AttributeError):
        raise _invalid(file, "$") from None


def _party(facts: dict[str, Any]) -> Party:
    numbers = {name: _fact(facts, name, is_number) for name in ("ura", "kvk", "agb") if facts.get(name) is not None}
    return Party(_text(facts, "id"), Role(facts["role"]), _fact(facts, "name", is_name), **numbers)


def _fact(facts: dict[str, Any], name: str, may_be: Callable[[str], bool]) -> str:
    text = _text(facts, name)
    if not may_be(text):
        raise KeyError(name)
    return text


def _text(document: dict[str, Any], name: str) -> str:
    try:
        return words(document[name])
    except (TypeError, ValueError):
        raise KeyError(name) from None


def _recipients(document: dict[str, Any]) -> tuple[str, ...]:
    values = document.get("recipients", [])
    if not isinstance(values, list) or len(values) > MOST_RECIPIENTS:
        raise KeyError("recipients")
    return tuple(_fact({"recipients": value}, "recipients", is_recipient) for value in values)


def _invalid(file: Path, where: str) -> RefusedError:
    return RefusedError(
        "party-file-invalid",
        f"This is not a party file ({FORMAT}).",
        where=f"{file}: {where}",
        remedy="Ask the partner for the output of 'sogw party export'.",
    )


def _vouching(session: Session, introduction: Any, ca: Path | None, ura: str | None) -> Any:
    """What a certificate says of the partner; None when none was asked for."""
    if ca is None and ura is None:
        return None
    if ca is None or ura is None or introduction.vouching is None or introduction.party.ura != ura:
        raise RefusedError(
            "vouching-incomplete",
            "A certificate vouches when --ca and --ura are given, and the file holds its word for that same URA.",
            where="--ca, --ura",
            remedy="Ask the partner for: sogw party export --certificate FILE --key FILE",
        )
    from adapters.x509 import verify_vouching
    from gateway.bootstrap import SystemClock, vouching_terms

    return verify_vouching(
        introduction.vouching,
        manifest=introduction.manifest,
        ura=ura,
        terms=vouching_terms(session.settings, read_bytes(ca)),
        at=SystemClock().now(),
    )


def _row(partner: Any, manifest: Any, at: datetime) -> Row:
    return {
        "party": partner.party.party_id,
        "role": partner.party.role,
        "name": partner.party.name,
        "recipients": partner.recipients,
        **reach(partner, manifest, at),
        "fingerprint": partner.fingerprint,
        "vouched_by": partner.vouching.issuer_name if partner.vouching else None,
    }
