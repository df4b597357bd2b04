"""``sogw referral availability``: is there room, before any person is mentioned (R8)."""

from datetime import date
from typing import Annotated

import typer

from gateway.domain.messages import AvailabilityQuery
from gateway.domain.steps import ActorRole
from gateway.entrypoints.cli.arguments import CaseId, ReferralId, day
from gateway.entrypoints.cli.command import command
from gateway.entrypoints.cli.session import Session

app = typer.Typer(name="availability", help="Ask for room, without naming anybody.", no_args_is_help=True)

Pool = Annotated[str, typer.Option("--pool", help="Party id of the pool.")]
Region = Annotated[str | None, typer.Option("--region", help="Where the employee can go.")]
Specialism = Annotated[str | None, typer.Option("--specialism", help="What the physician should know of.")]
Language = Annotated[str | None, typer.Option("--language", help="Language code, such as de.")]
IsAvailable = Annotated[bool, typer.Option("--yes/--no", help="Whether there is room.")]
EarliestOn = Annotated[
    date | None, typer.Option("--earliest-on", parser=day, metavar="DATE", help="First day with room.")
]


@command(
    app,
    "ask",
    "sogw referral availability ask SO-2026-0023 --pool praktijk-mulkens --region Noord --language de",
    needs="availability.ask",
)
async def ask(
    session: Session,
    case: CaseId,
    pool: Pool,
    region: Region = None,
    specialism: Specialism = None,
    language: Language = None,
) -> None:
    """At the arbodienst: ask a pool whether there is room; nothing personal goes along."""
    from gateway.application.ask_availability import ask_availability

    query = AvailabilityQuery(region, specialism, language)
    async with session.gateway() as gateway:
        message = await ask_availability(gateway.services, case, pool, session.actor(ActorRole.BACK_OFFICE), query)
    session.show_sent(message)


@command(
    app,
    "answer",
    "sogw referral availability answer 5b1f0d8e-6a37-4c52-9b7e-0e8f3a1d2c4b --yes --earliest-on 2026-09-17",
    "sogw referral availability answer 5b1f0d8e-6a37-4c52-9b7e-0e8f3a1d2c4b --no",
    needs="availability.answer",
)
async def answer(
    session: Session, referral: ReferralId, is_available: IsAvailable, earliest_on: EarliestOn = None
) -> None:
    """At the pool: say whether there is room, and from when."""
    from gateway.application.conduct_referral import answer_availability

    async with session.gateway() as gateway:
        message = await answer_availability(
            gateway.services, referral, session.desk(), is_available=is_available, earliest_on=earliest_on
        )
    session.show_sent(message)
