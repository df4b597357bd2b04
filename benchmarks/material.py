"""The work unit: one referral of an invented employee, and what both sides must know to exchange it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from benchmarks.plan import RECEIVER, SENDER
from gateway.application.refer_case import refer
from gateway.domain.advice import AdviceKind, ContestedAdvice
from gateway.domain.consent import Choice, Consent, Purpose
from gateway.domain.contract import Contract, ContractOption, OptionKind
from gateway.domain.messages import Message
from gateway.domain.party import Party, Role
from gateway.domain.people import Address, Employee, Employer, PersonName, Physician
from gateway.domain.steps import Actor, ActorRole, ConsentGiven, RequestAccepted, RequestSubmitted, Step
from tests.support.world import HandClock, World

OHS = Party(SENDER, Role.OHS, "Arbodienst Lindehof B.V.", kvk="00000101", agb="99000101")
POOL = Party(RECEIVER, Role.POOL, "Praktijk Mulkens", kvk="00000301")
FIRST = Physician("dr. J.M. Terpstra-Oud", "99990001101", "84990011", organisation=SENDER)
SECOND = Physician("dr. S. Mulkens", "99990005101", "84990051", organisation=RECEIVER)
PHYSICIAN = Actor(ActorRole.FIRST_PHYSICIAN, SENDER, FIRST.name)
_EMPLOYEE = Actor(ActorRole.EMPLOYEE, SENDER)
_FEEDBACK = "Werknemer kan vier uur per dag aangepast werk doen, zonder tillen boven tien kilo. " * 20
_BY_CONSENT = (Purpose.CONTACT_TO_SO, Purpose.FEEDBACK_TO_SO)


def case_steps(now: datetime) -> tuple[Step, ...]:
    """A request that was accepted, with the consents that a referral needs."""
    consents = [
        Consent(f"T-{p.value}", p, Choice.GIVEN, RECEIVER, now - timedelta(hours=2), "digital") for p in _BY_CONSENT
    ]
    given = [ConsentGiven(at=consent.decided_at, by=_EMPLOYEE, consent=consent) for consent in consents]
    return (_request(now), RequestAccepted(at=now - timedelta(hours=3), by=PHYSICIAN), *given)


def _request(now: datetime) -> RequestSubmitted:
    advised = now - timedelta(days=6)
    option = ContractOption("opt-1", OptionKind.PHYSICIAN, physician=SECOND)
    return RequestSubmitted(
        at=now - timedelta(days=1),
        by=_EMPLOYEE,
        submitted_by=ActorRole.EMPLOYEE,
        employee=Employee(
            PersonName("Kolk", "van der", "J.P.", "Jurriaan Pieter", "Jur"),
            Address("Houtduifpad", "12", None, "9401 KX", "Assen", "NL"),
            telephone="+31 6 0000 0101",
            email="j.vanderkolk@post.example",
            personnel_number="P10037",
            birth_date=date(1979, 3, 14),
        ),
        employer=Employer("Noordelijke Transportgroep De Zwaluw B.V.", "00000201", 214, "D-201"),
        contract=Contract("BC-201", date(2025, 1, 1), options=(option,)),
        first_physician=FIRST,
        organisation=SENDER,
        advice=ContestedAdvice(advised, AdviceKind.ABSENCE_GUIDANCE, advised.date(), _FEEDBACK, FIRST.name),
        doubt="Ik kan nog geen vier uur staan.",
        chosen_option="opt-1",
        discussed_with_first_physician_on=(now - timedelta(days=2)).date(),
        no_suspension_discussed=True,
    )


@dataclass(frozen=True, slots=True)
class Said:
    """One message as it was written, without its padding."""

    message: Message
    bundle: bytes


async def referral_and_receipt() -> tuple[Said, Said]:
    """The referral of the work unit and its receipt, as the gateways write them."""
    now = datetime.now(UTC)
    world = await World(clock=HandClock(now)).open(OHS, POOL)
    try:
        ohs = world.parties[SENDER]
        async with ohs.store.begin() as work:
            await work.append("SO-1", case_steps(now))
        await refer(ohs, "SO-1", PHYSICIAN)
        await world.settle()
        opened = [services.sealer.open(delivery.body, at=now) for services, delivery in world.deliveries]
        referral, receipt = (Said(ohs.mapper.from_bundle(o.payload), o.payload.rstrip()) for o in opened[:2])
    finally:
        await world.close()
    return referral, receipt
