"""``sogw complaint``: the employee complains, and somebody who was not involved judges it (R21)."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.domain.steps import ActorRole, ComplaintDecided, ComplaintFiled, ComplaintSubject
from gateway.entrypoints.cli.command import command
from gateway.entrypoints.cli.failures import say
from gateway.entrypoints.cli.given import CaseId, read_text
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
    text = read_text(outcome) if outcome else None
    by = session.actor(ActorRole.COMPLAINTS_OFFICER)
    await session.record(
        case, lambda at: ComplaintDecided(at=at, by=by, about=about.value, is_upheld=upheld, outcome=text)
    )
    is_open = upheld and about is ComplaintSubject.REFUSAL
    reopened = " The request is open again, and waits for the physician: sogw case accept" if is_open else ""
    say(f"Recorded.{reopened}")
