"""``sogw complaint``: the employee complains, and somebody who was not involved judges it (R21)."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.domain.case import Case
from gateway.domain.permissions import Permission
from gateway.domain.steps import ActorRole, ComplaintDecided, ComplaintFiled, ComplaintSubject
from gateway.entrypoints.cli.arguments import CaseId, read_text
from gateway.entrypoints.cli.command import command
from gateway.entrypoints.cli.failures import say
from gateway.entrypoints.cli.nouns import noun
from gateway.entrypoints.cli.session import Session

app = noun("complaint")

About = Annotated[ComplaintSubject, typer.Argument(metavar="ABOUT", help=f"One of: {', '.join(ComplaintSubject)}.")]
Upheld = Annotated[bool, typer.Option("--upheld/--dismissed", help="Whether the employee is right.")]
Outcome = Annotated[
    Path | None, typer.Option("--outcome", metavar="FILE", help="The decision in words; - for standard input.")
]


@command(app, "file", "sogw complaint file SO-2026-0006 refusal", needs="complaint.file")
async def file_complaint(session: Session, case: CaseId, about: About) -> None:
    """Record that the employee complains."""
    by = session.actor(ActorRole.COMPLAINTS_OFFICER)
    await session.record(case, lambda at: ComplaintFiled(at=at, by=by, about=about.value))
    say(f"Recorded. The complaints officer answers with: sogw complaint decide {case} {about.value}")


@command(
    app,
    "decide",
    "sogw complaint decide SO-2026-0006 refusal --upheld --actor 'mr. P. Kist' --outcome decision.txt",
    needs="complaint.judge",
)
async def decide(session: Session, case: CaseId, about: About, upheld: Upheld, outcome: Outcome = None) -> None:
    """Record the decision of the complaints officer; an upheld complaint about a refusal reopens the case."""
    from gateway.application.read_case import load_for_defaults
    from gateway.application.record_step import record_step

    text = read_text(outcome) if outcome else None
    by = session.actor(ActorRole.COMPLAINTS_OFFICER)
    async with session.gateway() as gateway:
        services = gateway.services
        step = ComplaintDecided(at=services.clock.now(), by=by, about=about.value, is_upheld=upheld, outcome=text)
        await record_step(services, case, step)
        after = await load_for_defaults(services, case, by, Permission.COMPLAINT_JUDGE, step.code)
    say(f"Recorded.{_what_follows(after, step)}")


def _what_follows(case: Case, step: ComplaintDecided) -> str:
    """Say where the request stands, when the decision took it up again."""
    if case.reopened_at != step.at:
        return ""
    if case.withdrawn_at is not None:
        return " The employee has withdrawn the request, so that it stays closed."
    if case.is_advice_renewed:
        word = f"sogw case maintain {case.case_id}, then sogw case accept {case.case_id}"
        return f" The request is open again, and waits for the employee's word on the new advice: {word}"
    return f" The request is open again, and waits for the physician: sogw case accept {case.case_id}"
