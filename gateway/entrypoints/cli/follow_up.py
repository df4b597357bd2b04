"""``sogw follow-up``: what the first physician does with the opinion (R41 to R46)."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gateway.domain.steps import (
    ActorRole,
    Adoption,
    AdviceWeighed,
    CompletionReported,
    FollowUpPlanned,
    GuidanceDecided,
)
from gateway.entrypoints.cli.arguments import CaseId, moment, read_text
from gateway.entrypoints.cli.command import command
from gateway.entrypoints.cli.failures import say
from gateway.entrypoints.cli.nouns import noun
from gateway.entrypoints.cli.session import Session

app = noun("follow-up")


class Holder(StrEnum):
    """Who may hold the consultation (R42); the policy says whether the assistant may."""

    FIRST_PHYSICIAN = "first-physician"
    PRACTICE_ASSISTANT = "practice-assistant"


class ToldBy(StrEnum):
    """Who said that the second opinion is finished (R41)."""

    EMPLOYEE = "employee"
    EMPLOYER = "employer"
    SECOND_PHYSICIAN = "second-physician"


Teller = Annotated[ToldBy, typer.Option("--told-by", help="Who said so; the employer's word stays unconfirmed.")]
PlannedFor = Annotated[datetime, typer.Option("--for", parser=moment, metavar="TIME", help="When it is.")]
HeldBy = Annotated[
    Holder | None,
    typer.Option("--held-by", help="In which role it is held.", show_default="first-physician"),
]
With = Annotated[
    str | None, typer.Option("--with", metavar="NAME", help="With whom.", show_default="the first physician")
]
AdoptionArgument = Annotated[
    Adoption, typer.Argument(metavar="ADOPTION", help=f"One of: {', '.join(Adoption)}; the last without a report.")
]
Reasons = Annotated[
    Path | None,
    typer.Option("--reasons", metavar="FILE", help="Why, for the employee; needed for partly and not. - for stdin."),
]
Continues = Annotated[bool, typer.Option("--continues/--ends", help="Whether the first physician goes on guiding.")]


@command(app, "completed", "sogw follow-up completed SO-2026-0002 --told-by employee", needs="follow-up.plan")
async def completed(session: Session, case: CaseId, told_by: Teller) -> None:
    """Record word that the second opinion is finished, besides the pool's own message.

    The employer's word is kept unconfirmed and gets no answer.
    """
    by = session.actor(ActorRole.BACK_OFFICE)
    is_confirmed = told_by is not ToldBy.EMPLOYER
    await session.record(
        case, lambda at: CompletionReported(at=at, by=by, channel=told_by.value, is_confirmed=is_confirmed)
    )
    say("Recorded." if is_confirmed else "Recorded as unconfirmed. Answer nothing [R35, R41].")


@command(app, "plan", "sogw follow-up plan SO-2026-0001 --for 2027-02-03T10:00", needs="follow-up.plan")
async def plan(
    session: Session, case: CaseId, planned_for: PlannedFor, held_by: HeldBy = None, attender: With = None
) -> None:
    """Plan the consultation with the first physician; who plans it sees no report (R42)."""
    by = session.actor(ActorRole.BACK_OFFICE)
    role = ActorRole(held_by.value) if held_by else None
    await session.record(
        case, lambda at: FollowUpPlanned(at=at, by=by, for_at=planned_for, held_by=role, attender=attender)
    )
    once_held = f"sogw follow-up weigh {case} wholly|partly|not|not-assessed"
    say(f"Recorded. The invitation: sogw case letter {case} follow-up. Once held: {once_held}")


@command(
    app,
    "weigh",
    "sogw follow-up weigh SO-2026-0001 wholly",
    "sogw follow-up weigh SO-2026-0001 partly --reasons reasons.txt",
    needs="advice.weigh",
)
async def weigh(session: Session, case: CaseId, adoption: AdoptionArgument, reasons: Reasons = None) -> None:
    """Record, as the first physician, whether the advice is adopted, and why (R43 to R45)."""
    text = read_text(reasons) if reasons else None
    by = session.actor(ActorRole.FIRST_PHYSICIAN)
    await session.record(case, lambda at: AdviceWeighed(at=at, by=by, adoption=adoption, reasons=text))
    say(f"Recorded. The letter: sogw case letter {case} adoption")


@command(app, "guidance", "sogw follow-up guidance SO-2026-0001 --continues", needs="advice.weigh")
async def guidance(session: Session, case: CaseId, continues: Continues) -> None:
    """Record, as the first physician, whether guidance continues, as agreed with the employee (R46)."""
    by = session.actor(ActorRole.FIRST_PHYSICIAN)
    await session.record(case, lambda at: GuidanceDecided(at=at, by=by, continues=continues))
    say("Recorded." if continues else f"Recorded. A wish for a colleague: sogw transfer request {case}")
