"""``sogw case plan-reassessment|renew-advice|maintain``: an old advice is given anew first (R13)."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from gateway.domain.steps import ActorRole, AdviceRenewed, ReassessmentPlanned, RequestMaintained
from gateway.entrypoints.cli.arguments import CaseId, moment, read_text
from gateway.entrypoints.cli.command import command
from gateway.entrypoints.cli.failures import say
from gateway.entrypoints.cli.session import Session

PlannedFor = Annotated[
    datetime | None, typer.Option("--for", parser=moment, metavar="TIME", help="When the new consultation is.")
]
Feedback = Annotated[
    Path | None,
    typer.Option("--feedback", metavar="FILE", help="The new feedback to the employer; - for standard input."),
]


def add_to(app: typer.Typer) -> None:
    """Register the verbs."""
    command(
        app,
        "plan-reassessment",
        "sogw case plan-reassessment SO-2026-0003 --for 2027-01-20T09:30",
        needs="request.clarify",
    )(plan_reassessment)
    command(app, "renew-advice", "sogw case renew-advice SO-2026-0003 --feedback feedback.txt", needs="advice.give")(
        renew_advice
    )
    command(app, "maintain", "sogw case maintain SO-2026-0003", needs="choice.record")(maintain)


async def plan_reassessment(session: Session, case: CaseId, planned_for: PlannedFor = None) -> None:
    """Plan a new consultation, because the advice is too old for the policy; this is not a refusal."""
    by = session.actor(ActorRole.BACK_OFFICE)
    await session.record(case, lambda at: ReassessmentPlanned(at=at, by=by, for_at=planned_for))
    say(f"Recorded. The letter: sogw case letter {case} reassessment")


async def renew_advice(session: Session, case: CaseId, feedback: Feedback = None) -> None:
    """Record that the first physician gave a new advice; the count of days starts again."""
    text = read_text(feedback) if feedback else None
    by = session.actor(ActorRole.FIRST_PHYSICIAN)
    await session.record(case, lambda at: AdviceRenewed(at=at, by=by, feedback_text=text))
    say(f"Recorded. When the employee still asks: sogw case maintain {case}")


async def maintain(session: Session, case: CaseId) -> None:
    """Record that the employee still asks, after the new advice."""
    by = session.actor(ActorRole.BACK_OFFICE)
    await session.record(case, lambda at: RequestMaintained(at=at, by=by))
    say(f"Recorded. The physician confirms with: sogw case accept {case}")
