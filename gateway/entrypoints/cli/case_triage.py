"""``sogw case accept|decline|redirect|find-inadmissible``: what the first physician decides on a request."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from gateway.domain.rules.triage import DECLINE_CODES, INADMISSIBLE_CODES, REDIRECT_CODES
from gateway.domain.steps import ActorRole
from gateway.entrypoints.cli.arguments import CaseId, day, read_text
from gateway.entrypoints.cli.command import command
from gateway.entrypoints.cli.failures import say
from gateway.entrypoints.cli.session import Session

Reason = Annotated[
    str, typer.Option("--reason", metavar="CODE", help=f"The ground: {', '.join(sorted(DECLINE_CODES))} or other.")
]
RedirectReason = Annotated[
    str, typer.Option("--reason", metavar="CODE", help=f"The ground, such as {', '.join(sorted(REDIRECT_CODES))}.")
]
InadmissibleReason = Annotated[
    str, typer.Option("--reason", metavar="CODE", help=f"The ground: {' or '.join(sorted(INADMISSIBLE_CODES))}.")
]
Reasons = Annotated[
    Path, typer.Option("--reasons", metavar="FILE", help="The physician's reasons for the employee; - for stdin.")
]
WrittenOn = Annotated[
    date | None,
    typer.Option("--written-on", parser=day, metavar="DATE", help="Day of the letter to the employee, or 'today'."),
]
NoProcedure = Annotated[
    bool, typer.Option("--without-complaints-procedure", help="The letter does not name it; refused by R15.")
]


def add_to(app: typer.Typer) -> None:
    """Register the verbs."""
    command(app, "accept", "sogw case accept SO-2026-0001 --actor 'dr. J.M. Terpstra-Oud'", needs="request.decide")(
        accept
    )
    command(
        app,
        "decline",
        "sogw case decline SO-2026-0006 --reason repeat-same-question --reasons reasons.txt --written-on today",
        needs="request.decide",
    )(decline)
    command(
        app,
        "redirect",
        "sogw case redirect SO-2026-0008 --reason legal-proceedings --reasons reasons.txt --written-on 2026-10-14",
        needs="request.decide",
    )(redirect)
    command(
        app,
        "find-inadmissible",
        "sogw case find-inadmissible SO-2026-0013 --reason pre-employment-exam --reasons reasons.txt",
        needs="request.decide",
    )(find_inadmissible)


async def accept(session: Session, case: CaseId) -> None:
    """Accept the request, as its first physician; it needs no reason (R14)."""
    from gateway.application.decide_request import accept_request

    async with session.gateway() as gateway:
        verdict = await accept_request(gateway.services, case, session.actor(ActorRole.FIRST_PHYSICIAN))
    session.show_record(
        {
            "case": case,
            "status": verdict.status,
            "may_refer": verdict.may_refer,
            "waits_for": tuple(refusal.code for refusal in verdict.refusals),
        }
    )
    if verdict.may_refer:
        say(f"Nothing stands in the way; refer with: sogw case refer {case}")


async def decline(
    session: Session,
    case: CaseId,
    reason: Reason,
    reasons: Reasons,
    written_on: WrittenOn = None,
    without_complaints_procedure: NoProcedure = False,
) -> None:
    """Decline the request in writing, as its first physician (R15, R16)."""
    from gateway.application.decide_request import Grounds, decline_request

    grounds = Grounds(reason, read_text(reasons), written_on, not without_complaints_procedure)
    async with session.gateway() as gateway:
        await decline_request(gateway.services, case, session.actor(ActorRole.FIRST_PHYSICIAN), grounds)
    say(f"Declined. The letter: sogw case letter {case} decline")


async def redirect(
    session: Session,
    case: CaseId,
    reason: RedirectReason,
    reasons: Reasons,
    written_on: WrittenOn = None,
    without_complaints_procedure: NoProcedure = False,
) -> None:
    """Redirect the employee to an expert opinion of UWV; nothing is sent there (R17)."""
    from gateway.application.decide_request import Grounds, redirect_request

    grounds = Grounds(reason, read_text(reasons), written_on, not without_complaints_procedure)
    async with session.gateway() as gateway:
        await redirect_request(gateway.services, case, session.actor(ActorRole.FIRST_PHYSICIAN), grounds)
    say(f"Redirected. The letter: sogw case letter {case} redirect")


async def find_inadmissible(session: Session, case: CaseId, reason: InadmissibleReason, reasons: Reasons) -> None:
    """Find that this is no request in the sense of the law, as its first physician (R2, R11)."""
    from gateway.application import decide_request

    text = read_text(reasons)
    async with session.gateway() as gateway:
        by = session.actor(ActorRole.FIRST_PHYSICIAN)
        await decide_request.find_inadmissible(gateway.services, case, by, reason, text)
    say(f"Recorded. The letter: sogw case letter {case} inadmissible")
