"""``sogw referral``: referrals, as both sides see and move them."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.domain.enclosure import TEXT
from gateway.domain.errors import RefusedError
from gateway.domain.messages import DeclineCode, Kind, StopCode
from gateway.domain.people import Physician
from gateway.domain.permissions import Permission
from gateway.domain.steps import ActorRole
from gateway.entrypoints.cli import availability, referral_course, referral_information
from gateway.entrypoints.cli.arguments import ReferralId
from gateway.entrypoints.cli.command import command
from gateway.entrypoints.cli.failures import say
from gateway.entrypoints.cli.nouns import noun
from gateway.entrypoints.cli.output import new_file, refuse_taken
from gateway.entrypoints.cli.referral_view import referral_record
from gateway.entrypoints.cli.session import Session
from gateway.entrypoints.cli.work_list import (
    SHOWN,
    Cursor,
    DueBy,
    ForWhom,
    InState,
    Limit,
    OfCase,
    OfPartner,
    OpenOnly,
    of_referral,
    show_work_list,
)

app = noun("referral")

SOME = "5b1f0d8e-6a37-4c52-9b7e-0e8f3a1d2c4b"
"""A referral id for examples."""

Name = Annotated[
    str | None,
    typer.Option("--physician", help="Name of the second physician.", show_default="the one the employee chose"),
]
Big = Annotated[str | None, typer.Option("--big", help="BIG number of the second physician, 11 digits.")]
Agb = Annotated[str | None, typer.Option("--agb", help="AGB code of the second physician.")]
Organisation = Annotated[
    str | None, typer.Option("--organisation", help="Where the physician works; our id by default.")
]
DocumentId = Annotated[
    str, typer.Argument(metavar="DOCUMENT", help="Id of the document, as 'sogw referral show' names it.")
]
DocumentOut = Annotated[
    Path,
    typer.Option(
        "--out", metavar="FILE", help="A file that is not there yet.", callback=refuse_taken, show_default=False
    ),
]


@command(app, "list", "sogw referral list", "sogw referral list --open --output json", needs="worklist.read")
async def list_all(
    session: Session,
    open_only: OpenOnly = False,
    case: OfCase = None,
    state: InState = None,
    partner: OfPartner = None,
    whom: ForWhom = None,
    due_by: DueBy = None,
    limit: Limit = SHOWN,
    cursor: Cursor = None,
) -> None:
    """List referrals and what each waits for, the first due first. It shows no person."""
    from gateway.domain.worklist import ItemKind

    await show_work_list(
        session,
        ItemKind.REFERRAL,
        of_referral,
        nothing="There are no referrals.",
        is_open=open_only or None,
        case_id=case,
        state=state,
        partner=partner,
        whom=whom,
        due_by=due_by,
        limit=limit,
        cursor=cursor,
    )


@command(app, "show", f"sogw referral show {SOME}", needs="referral.read")
async def show(session: Session, referral: ReferralId) -> None:
    """Show a referral with what came along; that you looked is in the log."""
    from gateway.application.read_case import read_referral

    async with session.gateway() as gateway:
        case, known = await read_referral(gateway.services, referral, session.actor())
    session.show_record(referral_record(case, known))


@command(
    app,
    "document",
    f"sogw referral document {SOME} 0b0f8a52-6b5c-4ac8-9d7a-52b0d1a5a0f1 --out report.pdf",
    needs="document.read",
)
async def document(session: Session, referral: ReferralId, document: DocumentId, out: DocumentOut) -> None:
    """Write a document of a referral to a file, whole and unchanged; that you took it is in the log."""
    from gateway.application.read_case import read_document

    with new_file(out) as target:
        async with session.gateway() as gateway:
            found = await read_document(gateway.services, referral, document, session.physician(), target)
    session.show_record({"file": out, "media_type": found.enclosure.media_type if found.enclosure else TEXT})
    say("Only you can read the file. Remove it after use.")


@command(
    app,
    "accept",
    f"sogw referral accept {SOME}",
    f"sogw referral accept {SOME} --physician 'dr. S. Mulkens' --big 99990005101",
    needs="referral.accept",
)
async def accept(
    session: Session,
    referral: ReferralId,
    physician: Name = None,
    big: Big = None,
    agb: Agb = None,
    organisation: Organisation = None,
) -> None:
    """Accept a referral, naming the physician, so that independence can be checked again (R5, R36)."""
    from gateway.application.conduct_referral import accept_referral
    from gateway.application.read_case import load_for_defaults

    by = session.actor(ActorRole.SECOND_PHYSICIAN)
    async with session.gateway() as gateway:
        if physician is None:
            case = await load_for_defaults(
                gateway.services, referral, by, Permission.REFERRAL_ACCEPT, Kind.REFERRAL_ACCEPTED
            )
            known = case.referral(referral)
            chosen = known.referral.performer if known and known.referral else None
        else:
            at = organisation or session.settings.party.id
            chosen = Physician(name=physician, big=big, agb=agb, organisation=at)
        if chosen is None:
            raise RefusedError(
                "physician-missing",
                "The referral names no physician, so the acceptance must.",
                remedy="Add --physician NAME --big NUMBER.",
                rules=("R5", "R6"),
            )
        message = await accept_referral(gateway.services, referral, by, chosen)
    session.show_sent(message)


@command(app, "decline", f"sogw referral decline {SOME} --reason not-available", needs="referral.decline")
async def decline(
    session: Session,
    referral: ReferralId,
    reason: Annotated[DeclineCode, typer.Option("--reason", help="Why; a code and nothing else.")],
) -> None:
    """Decline a referral with a code; the employee chooses again (R36, R37)."""
    from gateway.application.conduct_referral import decline_referral

    async with session.gateway() as gateway:
        message = await decline_referral(gateway.services, referral, session.actor(), reason)
    session.show_sent(message)


@command(app, "stop", f"sogw referral stop {SOME} --reason no-show", needs="referral.stop")
async def stop(
    session: Session,
    referral: ReferralId,
    reason: Annotated[StopCode, typer.Option("--reason", help="Why; a code and nothing else.")],
) -> None:
    """End a second opinion that cannot be completed."""
    from gateway.application.conduct_referral import stop_referral

    async with session.gateway() as gateway:
        message = await stop_referral(gateway.services, referral, session.actor(), reason)
    session.show_sent(message)


@command(app, "erase", f"sogw referral erase {SOME}", needs="erasure.ask")
async def erase(session: Session, referral: ReferralId) -> None:
    """Ask the other side to erase what it holds of an ended referral (R37, R58)."""
    from gateway.application.request_erasure import request_erasure

    async with session.gateway() as gateway:
        message = await request_erasure(gateway.services, referral, session.actor(ActorRole.BACK_OFFICE))
    session.show_sent(message)


referral_course.add_to(app)
referral_information.add_to(app)
app.add_typer(availability.app)
