"""``sogw case ask-clarification|offer-alternative|settle-question|record``: what is talked over and found out."""

from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import typer

from gateway.domain import steps as s
from gateway.entrypoints.cli.arguments import CaseId, TextFile, day, one_of, read_text
from gateway.entrypoints.cli.command import command
from gateway.entrypoints.cli.failures import say
from gateway.entrypoints.cli.session import Session


class Fact(StrEnum):
    """What can be recorded by its name alone."""

    DECISION_AID_DISCUSSED = "decision-aid-discussed"
    MILITARY_EXCEPTION = "military-exception"
    CONTRACT_SHORTFALL_REPORTED = "contract-shortfall-reported"
    EMPLOYER_AGREED = "employer-agreed"


class Alternative(StrEnum):
    """Another instrument than a second opinion (R20)."""

    UWV = "uwv-expert-opinion"
    MEDIATION = "mediation"
    COLLEAGUE = "colleague"
    COMPLAINT = "complaint"


ReplyBy = Annotated[
    date, typer.Option("--reply-by", parser=day, metavar="DATE", help="Last day on which the employee may answer.")
]
Offered = Annotated[
    Alternative, typer.Argument(metavar="ALTERNATIVE", help=f"What was offered: {', '.join(Alternative)}.")
]
Insists = Annotated[
    bool, typer.Option("--insists/--agrees", help="What the employee chose: a second opinion all the same, or this.")
]
NamedFact = Annotated[Fact, typer.Argument(metavar="FACT", help=f"One of: {', '.join(Fact)}.")]
Payer = Annotated[
    str | None,
    typer.Option(
        "--payer",
        parser=one_of(("employer", "employee")),
        metavar="PAYER",
        help="With employer-agreed: who pays, employer or employee.",
    ),
]


def add_to(app: typer.Typer) -> None:
    """Register the verbs."""
    command(
        app,
        "ask-clarification",
        "sogw case ask-clarification SO-2026-0005 --reply-by 2027-01-20",
        needs="request.clarify",
    )(ask_clarification)
    command(
        app, "offer-alternative", "sogw case offer-alternative SO-2026-0009 mediation --insists", needs="advice.give"
    )(offer_alternative)
    command(app, "settle-question", "sogw case settle-question SO-2026-0001 question.txt", needs="question.settle")(
        settle_question
    )
    command(
        app,
        "record",
        "sogw case record SO-2026-0001 decision-aid-discussed",
        "sogw case record SO-2026-0011 employer-agreed --payer employer",
        needs="request.note",
    )(record)


async def ask_clarification(session: Session, case: CaseId, reply_by: ReplyBy) -> None:
    """Ask the employee to explain the question; only then may it be called unspecified (R18)."""
    by = session.actor(s.ActorRole.FIRST_PHYSICIAN)
    await session.record(case, lambda at: s.ClarificationAsked(at=at, by=by, reply_by=reply_by))
    say("Recorded.")


async def offer_alternative(session: Session, case: CaseId, alternative: Offered, insists: Insists) -> None:
    """Record that another instrument was offered, and what the employee chose; the offer never blocks (R20)."""
    by = session.actor(s.ActorRole.FIRST_PHYSICIAN)
    await session.record(
        case,
        lambda at: s.AlternativeOffered(at=at, by=by, alternative=alternative.value, employee_insists=insists),
    )
    say("Recorded.")


async def settle_question(session: Session, case: CaseId, file: TextFile) -> None:
    """Record the question as the employee settled it with the first physician (R31)."""
    text, by = read_text(file), session.actor(s.ActorRole.FIRST_PHYSICIAN)
    settled = s.ActorRole.FIRST_PHYSICIAN.value
    await session.record(case, lambda at: s.QuestionSettled(at=at, by=by, text=text, settled_with=settled))
    say("Recorded.")


async def record(session: Session, case: CaseId, fact: NamedFact, payer: Payer = None) -> None:
    """Record a fact that the rules look at."""
    if payer is not None and fact is not Fact.EMPLOYER_AGREED:
        raise typer.BadParameter("only with employer-agreed", param_hint="--payer")
    by = session.actor(s.ActorRole.BACK_OFFICE)
    await session.record(case, lambda at: _FACTS[fact](at, by, payer))
    say("Recorded.")


_FACTS: dict[Fact, Callable[[datetime, s.Actor, str | None], s.Step]] = {
    Fact.DECISION_AID_DISCUSSED: lambda at, by, _: s.DecisionAidDiscussed(at=at, by=by),
    Fact.MILITARY_EXCEPTION: lambda at, by, _: s.MilitaryExceptionRecorded(at=at, by=by),
    Fact.CONTRACT_SHORTFALL_REPORTED: lambda at, by, _: s.ContractShortfallReported(at=at, by=by),
    Fact.EMPLOYER_AGREED: lambda at, by, payer: s.EmployerAgreementRecorded(at=at, by=by, payer=payer),
}
