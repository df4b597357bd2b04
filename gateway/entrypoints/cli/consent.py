"""``sogw consent``: what the employee permits, refuses and takes back (R25 to R27, R40)."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.domain.consent import EVERYBODY, Choice, Consent, Purpose
from gateway.domain.days import dutch_time
from gateway.domain.errors import RefusedError
from gateway.domain.party import Role
from gateway.domain.permissions import STEP_PERMISSIONS, Permission
from gateway.domain.steps import Actor, CaseRead, ConsentGiven, ConsentRefused, ConsentWithdrawn
from gateway.entrypoints.cli.arguments import moment
from gateway.entrypoints.cli.command import command
from gateway.entrypoints.cli.failures import say
from gateway.entrypoints.cli.nouns import noun
from gateway.entrypoints.cli.referral_view import consent_row
from gateway.entrypoints.cli.session import Session

if TYPE_CHECKING:
    from gateway.ports.services import Services

app = noun("consent")

Place = Annotated[
    str,
    typer.Argument(metavar="CASE", help="Id of the case at the arbodienst; id of the referral at the pool."),
]
PurposeArgument = Annotated[
    Purpose, typer.Argument(metavar="PURPOSE", case_sensitive=False, help=f"One of: {', '.join(Purpose)}.")
]
Recipient = Annotated[
    str | None,
    typer.Option(
        "--recipient",
        help="Organisation, or organisation/person.",
        show_default="at the pool: the arbodienst that referred; of a refusal else everybody",
    ),
]
Form = Annotated[str | None, typer.Option("--form", help="How it was given: digital, paper.")]
DecidedAt = Annotated[
    datetime | None,
    typer.Option("--decided-at", parser=moment, metavar="TIME", help="When the employee decided.", show_default="now"),
]
ExpiresAt = Annotated[
    datetime | None,
    typer.Option("--expires-at", parser=moment, metavar="TIME", help="First moment at which it no longer counts."),
]
ConsentId = Annotated[str, typer.Argument(metavar="CONSENT", help="Id of the consent; see 'sogw consent list'.")]


@command(
    app,
    "give",
    "sogw consent give SO-2026-0001 CONTACT-TO-SO --recipient praktijk-mulkens",
    "sogw consent give 5b1f0d8e-6a37-4c52-9b7e-0e8f3a1d2c4b OUTCOME-TO-FIRST",
    needs="consent.give",
)
async def give(
    session: Session,
    case: Place,
    purpose: PurposeArgument,
    recipient: Recipient = None,
    form: Form = None,
    decided_at: DecidedAt = None,
    expires_at: ExpiresAt = None,
) -> None:
    """Record that the employee consents."""
    await _decided(session, case, purpose, Choice.GIVEN, recipient, form, decided_at, expires_at)


@command(
    app,
    "refuse",
    "sogw consent refuse 5b1f0d8e-6a37-4c52-9b7e-0e8f3a1d2c4b OUTCOME-TO-FIRST",
    needs="consent.refuse",
)
async def refuse(
    session: Session,
    case: Place,
    purpose: PurposeArgument,
    recipient: Recipient = None,
    form: Form = None,
    decided_at: DecidedAt = None,
) -> None:
    """Record that the employee refuses; without a recipient it is to everybody, and no date makes it wait."""
    await _decided(session, case, purpose, Choice.REFUSED, recipient, form, decided_at, None)


@command(app, "withdraw", "sogw consent withdraw SO-2026-0001 T01-3", needs="consent.withdraw")
async def withdraw(session: Session, case: Place, consent: ConsentId) -> None:
    """The employee takes a consent back: it takes effect at once, and whoever holds data is told (R27)."""
    from gateway.application.permit_act import permitted_place
    from gateway.application.withdraw_consent import withdraw_consent

    async with session.gateway() as gateway:
        by = session.actor()
        case_id = await permitted_place(gateway.services, case, by, Permission.CONSENT_WITHDRAW, ConsentWithdrawn.code)
        since = await withdraw_consent(gateway.services, case_id, consent, by)
    say(f"It was withdrawn already, since {dutch_time(since)}; nothing changed." if since else "Withdrawn.")


@command(app, "list", "sogw consent list SO-2026-0001", needs="consent.read")
async def list_all(session: Session, case: Place) -> None:
    """List what the employee decided; that you looked is in the log."""
    from gateway.application.permit_act import permitted_place
    from gateway.application.read_case import read_case

    async with session.gateway() as gateway:
        by = session.actor()
        case_id = await permitted_place(gateway.services, case, by, Permission.CONSENT_READ, CaseRead.code)
        view = await read_case(gateway.services, case_id, by, "consents")
    session.show_rows([consent_row(consent) for consent in view.case.consents], nothing="No decision is on record.")


async def _decided(
    session: Session,
    place: str,
    purpose: Purpose,
    choice: Choice,
    recipient: str | None,
    form: str | None,
    decided_at: datetime | None,
    expires_at: datetime | None,
) -> None:
    from gateway.application.permit_act import permitted_place
    from gateway.application.record_step import record_step

    async with session.gateway() as gateway:
        services, by = gateway.services, session.actor()
        made = _STEPS[choice]
        permission = STEP_PERMISSIONS[made]
        case_id = await permitted_place(services, place, by, permission, made.code)
        consent = Consent(
            consent_id=services.new_id(),
            purpose=purpose,
            choice=choice,
            recipient=recipient or await _usual_recipient(services, place, purpose, by, made),
            decided_at=decided_at or services.clock.now(),
            form=form,
            expires_at=expires_at,
        )
        step = await record_step(services, case_id, made(at=consent.decided_at, by=by, consent=consent))
    recorded = step.consent if isinstance(step, made) else consent
    session.show_record(consent_row(recorded))
    _tell_how_it_was_taken(consent, recorded)


def _tell_how_it_was_taken(said: Consent, recorded: Consent) -> None:
    """Warn where a refusal counts for more, or from another moment, than was said."""
    if recorded.decided_at != said.decided_at:
        say("Its date lies ahead or cannot be: it counts from now. If that is wrong, let the employee decide anew.")
    if recorded.recipient == EVERYBODY:
        say("It names nobody we know: it counts for everybody, and a later consent ends it for whom that names.")


_Made = type[ConsentGiven] | type[ConsentRefused]
_STEPS: dict[Choice, _Made] = {Choice.GIVEN: ConsentGiven, Choice.REFUSED: ConsentRefused}


async def _usual_recipient(services: "Services", place: str, purpose: Purpose, by: Actor, made: _Made) -> str:
    """At the pool the outcome goes back to who referred; else a consent must name somebody, and a refusal is to all."""
    from gateway.application.read_case import load_for_defaults

    if services.party.role is Role.POOL and purpose is Purpose.OUTCOME_TO_FIRST:
        case = await load_for_defaults(services, place, by, STEP_PERMISSIONS[made], made.code)
        known = case.current_referral
        if known is not None and known.partner is not None:
            return known.partner
    if made is ConsentRefused:
        return EVERYBODY
    raise RefusedError(
        "recipient-missing",
        "A consent names its recipient.",
        remedy="Add --recipient ORGANISATION, or ORGANISATION/PERSON.",
        rules=("R25",),
    )
