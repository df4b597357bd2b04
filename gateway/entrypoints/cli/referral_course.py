"""``sogw referral milestone|discuss-draft|release|withhold`` and more: the course at the pool (R31, R38 to R41)."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gateway.domain.messages import Milestone
from gateway.entrypoints.cli.arguments import ReferralId, TextFile, moment, read_text
from gateway.entrypoints.cli.command import command
from gateway.entrypoints.cli.failures import say
from gateway.entrypoints.cli.files import paper
from gateway.entrypoints.cli.session import Session

_SOME = "5b1f0d8e-6a37-4c52-9b7e-0e8f3a1d2c4b"


class PlainMilestone(StrEnum):
    """Milestones that are a code and a time; the draft has a verb of its own."""

    APPOINTMENT_PLANNED = Milestone.APPOINTMENT_PLANNED.value
    SO_STARTED = Milestone.SO_STARTED.value


MilestoneArgument = Annotated[
    PlainMilestone, typer.Argument(metavar="MILESTONE", help="appointment-planned or so-started.")
]
DueAt = Annotated[
    datetime | None,
    typer.Option("--due-at", parser=moment, metavar="TIME", help="When the next thing is expected."),
]
Corrections = Annotated[
    Path | None,
    typer.Option("--corrections", metavar="FILE", help="Corrections of fact by the employee; they stay here."),
]
Report = Annotated[
    Path, typer.Option("--report", metavar="FILE", help="The report: text, PDF or image; - for standard input.")
]


def add_to(app: typer.Typer) -> None:
    """Register the verbs."""
    command(
        app,
        "milestone",
        f"sogw referral milestone {_SOME} appointment-planned --due-at 2026-09-17T14:00",
        f"sogw referral milestone {_SOME} so-started",
        needs="milestone.report",
    )(milestone)
    command(app, "settle-question", f"sogw referral settle-question {_SOME} question.txt", needs="question.settle")(
        settle
    )
    command(
        app,
        "discuss-draft",
        f"sogw referral discuss-draft {_SOME}",
        f"sogw referral discuss-draft {_SOME} --corrections corrections.txt",
        needs="draft.discuss",
    )(discuss)
    command(
        app,
        "release",
        f"sogw referral release {_SOME} --report report.txt",
        f"sogw referral release {_SOME} --report report.pdf",
        needs="report.release",
    )(release)
    command(app, "withhold", f"sogw referral withhold {_SOME}", needs="report.withhold")(withhold)


async def milestone(session: Session, referral: ReferralId, milestone: MilestoneArgument, due_at: DueAt = None) -> None:
    """Report a milestone to the arbodienst: a code and a time, never content (R38)."""
    from gateway.application.conduct_referral import reach_milestone

    async with session.gateway() as gateway:
        message = await reach_milestone(
            gateway.services, referral, session.actor(), Milestone(milestone.value), due_at=due_at
        )
    session.show_sent(message)


async def settle(session: Session, referral: ReferralId, file: TextFile) -> None:
    """Record the question as the employee settled it with the second physician; it stays here (R31)."""
    from gateway.application.conduct_referral import settle_question

    text = read_text(file)
    async with session.gateway() as gateway:
        await settle_question(gateway.services, referral, session.actor(), text)
    say("Recorded.")


async def discuss(session: Session, referral: ReferralId, corrections: Corrections = None) -> None:
    """Record that the draft was discussed with the employee; only that is reported (R39)."""
    from gateway.application.conduct_referral import discuss_draft

    text = read_text(corrections) if corrections else None
    async with session.gateway() as gateway:
        message = await discuss_draft(gateway.services, referral, session.actor(), text)
    session.show_sent(message)
    say(f"Ask the employee now; then: sogw consent give|refuse {referral} OUTCOME-TO-FIRST")


async def release(session: Session, referral: ReferralId, report: Report) -> None:
    """Send the report to the first physician, when the employee consented after the draft (R39, R40)."""
    from gateway.application.conduct_referral import release_report

    async with session.gateway() as gateway, paper(gateway.services, report) as content:
        message = await release_report(gateway.services, referral, session.actor(), content)
    session.show_sent(message)


async def withhold(session: Session, referral: ReferralId) -> None:
    """Say 'finished, no report' and nothing else; on the wire it looks the same as a report (R41)."""
    from gateway.application.conduct_referral import withhold_report

    async with session.gateway() as gateway:
        message = await withhold_report(gateway.services, referral, session.actor())
    session.show_sent(message)
