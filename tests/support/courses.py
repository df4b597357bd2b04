"""Courses: how a case may go, as turns that each side takes when the other's word has come.

Nobody in a course knows of faults: a turn is taken once the journal of its side says that it is due, however long
that takes, and not taken when the referral is over by then. So a course ends in the same state with a fault as without.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

from gateway.application import conduct_referral as pool
from gateway.application.answer_information import provide_information
from gateway.application.submit_case import submit_case
from gateway.application.withdraw_consent import withdraw_consent, withdraw_request
from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.advice import AdviceKind, ContestedAdvice
from gateway.domain.case import ReferralState, fold
from gateway.domain.consent import Choice, Consent, Purpose
from gateway.domain.errors import RefusedError, TemporaryError
from gateway.domain.protocol import BusinessStatus as B
from gateway.ports.services import Services
from tests.support.world import (
    EMPLOYEE,
    FIRST,
    FIRST_PHYSICIAN,
    OHS,
    POOL,
    SECOND,
    SECOND_PHYSICIAN,
    consented,
    request,
)

PATIENCE_SECONDS = 60.0
PURPOSES = (Purpose.CONTACT_TO_SO, Purpose.FEEDBACK_TO_SO, Purpose.MEDICAL_TO_SO)


def case_steps(now: datetime, recipient: str = POOL.party_id) -> tuple[s.Step, ...]:
    """A request that was accepted, with the consents for what a course discloses."""
    given = now - timedelta(minutes=5)
    advised = now - timedelta(days=6)
    feedback = ContestedAdvice(advised, AdviceKind.ABSENCE_GUIDANCE, advised.date(), "Vier uur.", FIRST.name)
    consents = [Consent(consent_id(p), p, Choice.GIVEN, recipient, given, "digital") for p in PURPOSES]
    return (
        request(
            at=now - timedelta(days=1),
            advice=feedback,
            discussed_with_first_physician_on=(now - timedelta(days=2)).date(),
        ),
        s.RequestAccepted(at=now - timedelta(minutes=10), by=FIRST_PHYSICIAN),
        *map(consented, consents),
    )


def consent_id(purpose: Purpose) -> str:
    """The consent that a course gives for a purpose."""
    return f"T-{purpose.value}"


# What is done in a turn: the side that does it, and the referral as that side knows it.

Verb = Callable[[Services, str, ReferralState], Awaitable[object]]


async def _accept(services: Services, _: str, referral: ReferralState) -> None:
    await pool.accept_referral(services, referral.referral_id, SECOND_PHYSICIAN, SECOND)


async def _decline(services: Services, _: str, referral: ReferralState) -> None:
    await pool.decline_referral(services, referral.referral_id, SECOND_PHYSICIAN, m.DeclineCode.NOT_AVAILABLE)


async def _stop(services: Services, _: str, referral: ReferralState) -> None:
    await pool.stop_referral(services, referral.referral_id, SECOND_PHYSICIAN, m.StopCode.NO_SHOW)


async def _start(services: Services, _: str, referral: ReferralState) -> None:
    due = services.clock.now() + timedelta(days=3)
    planned, started = m.Milestone.APPOINTMENT_PLANNED, m.Milestone.SO_STARTED
    await pool.reach_milestone(services, referral.referral_id, SECOND_PHYSICIAN, planned, due_at=due)
    await pool.reach_milestone(services, referral.referral_id, SECOND_PHYSICIAN, started)


async def _ask(services: Services, _: str, referral: ReferralState) -> None:
    for asked in (m.InformationKind.REASONING, m.InformationKind.WORK_CIRCUMSTANCES):
        await pool.request_information(
            services, referral.referral_id, SECOND_PHYSICIAN, asked, employee_decided_at=services.clock.now()
        )


async def _answer(services: Services, _: str, referral: ReferralState) -> None:
    asked = next(request for request in referral.requests if not request.is_answered)
    place = (services, referral.referral_id, asked.request_id, FIRST_PHYSICIAN)
    await provide_information(*place, asked.asked, "Gegevens.")


async def _discuss(services: Services, _: str, referral: ReferralState) -> None:
    await pool.discuss_draft(services, referral.referral_id, SECOND_PHYSICIAN)


async def _release(services: Services, _: str, referral: ReferralState) -> None:
    now = services.clock.now()
    outcome = Consent(str(uuid4()), Purpose.OUTCOME_TO_FIRST, Choice.GIVEN, OHS.party_id, now, "digital")
    await pool.record_consent(services, referral.referral_id, SECOND_PHYSICIAN, outcome)
    await pool.release_report(services, referral.referral_id, SECOND_PHYSICIAN, "Verslag.")


async def _withhold(services: Services, _: str, referral: ReferralState) -> None:
    await pool.withhold_report(services, referral.referral_id, SECOND_PHYSICIAN)


async def _withdraw(services: Services, case_id: str, _: ReferralState) -> None:
    await withdraw_request(services, case_id, EMPLOYEE)


def _take_back(purpose: Purpose) -> Verb:
    async def verb(services: Services, case_id: str, _: ReferralState) -> None:
        await withdraw_consent(services, case_id, consent_id(purpose), EMPLOYEE)

    return verb


@dataclass(frozen=True)
class Turn:
    """One thing that one side does.

    Attributes:
        at_pool: Whose turn it is.
        states: Of the referral, when it is due.
        verb: What is done.
        answered: When it is due: once everything that was asked was answered (True), or is not (False).
    """

    at_pool: bool
    states: frozenset[B]
    verb: Verb
    answered: bool | None = None

    def is_due(self, referral: ReferralState) -> bool:
        if referral.state not in self.states:
            return False
        asked = [request.is_answered for request in referral.requests]
        return self.answered is None or (all(asked) if self.answered else bool(asked) and not all(asked))


_ACCEPT = Turn(True, frozenset({B.REFERRED}), _accept)
_START = Turn(True, frozenset({B.SO_ACCEPTED}), _start)
_ASK = Turn(True, frozenset({B.SO_STARTED}), _ask)
_ANSWER = Turn(False, frozenset({B.SO_STARTED}), _answer, answered=False)
_DISCUSS = Turn(True, frozenset({B.SO_STARTED}), _discuss, answered=True)
_BEFORE = (_ACCEPT, _START, _ASK, _ANSWER, _ANSWER, _DISCUSS)
_DRAFTED = frozenset({B.DRAFT_WITH_EMPLOYEE})
_OPEN = frozenset({B.REFERRED, B.SO_ACCEPTED, B.APPOINTMENT_PLANNED, B.SO_STARTED, B.DRAFT_WITH_EMPLOYEE})


@dataclass(frozen=True)
class Course:
    """How a case may go.

    Attributes:
        turns: In their order.
        ends: States in which the referral may be at the end; one, unless somebody interrupts.
        interruption: What the employee does at any moment.
    """

    turns: tuple[Turn, ...]
    ends: frozenset[B]
    interruption: Turn | None = None


_RELEASE = (*_BEFORE, Turn(True, _DRAFTED, _release))

COURSES: Mapping[str, Course] = {
    "released": Course(_RELEASE, frozenset({B.RELEASED})),
    "withheld": Course((*_BEFORE, Turn(True, _DRAFTED, _withhold)), frozenset({B.FINISHED_WITHOUT_REPORT})),
    "declined": Course((Turn(True, frozenset({B.REFERRED}), _decline),), frozenset({B.SO_DECLINED})),
    "stopped": Course((_ACCEPT, _START, Turn(True, frozenset({B.SO_STARTED}), _stop)), frozenset({B.STOPPED})),
    "withdrawn": Course(_RELEASE, frozenset({B.WITHDRAWN, B.RELEASED}), Turn(False, _OPEN, _withdraw)),
    "contact withdrawn": Course(
        _RELEASE, frozenset({B.WITHDRAWN, B.RELEASED}), Turn(False, _OPEN, _take_back(Purpose.CONTACT_TO_SO))
    ),
}
"""By name, as a report counts them."""


@dataclass
class Played:
    """What a course was, and how it must end."""

    case_id: str
    course: str
    ends: frozenset[B]


async def play(ohs: Services, at_pool: Services, course: str, case_id: str, pause: float = 0.05) -> Played:
    """Take every turn of a course when it is due.

    Args:
        ohs, at_pool: The offices of both sides.
        course: Its name.
        case_id: Of the new case.
        pause: Seconds between two looks, on average.
    """
    plan = COURSES[course]
    by = FIRST_PHYSICIAN
    await _persist(lambda: submit_case(ohs, case_id, case_steps(ohs.clock.now()), by=by), pause)
    interruption = None
    if plan.interruption is not None:
        interruption = asyncio.create_task(_interrupt(ohs, plan.interruption, case_id, pause))
    for turn in plan.turns:
        if not await _take(at_pool if turn.at_pool else ohs, ohs, turn, case_id, pause):
            break
    if interruption is not None:
        await interruption
    return Played(case_id, course, plan.ends)


async def _interrupt(ohs: Services, turn: Turn, case_id: str, pause: float) -> None:
    await asyncio.sleep(random.uniform(0, 40 * pause))
    await _take(ohs, ohs, turn, case_id, pause)


async def _take(side: Services, ohs: Services, turn: Turn, case_id: str, pause: float) -> bool:
    """Take one turn when it is due; False when it never will be."""
    while True:
        referral = await _persist(partial(_referral, side, ohs, case_id), pause)
        if referral is not None and turn.is_due(referral):
            try:
                await _persist(partial(turn.verb, side, case_id, referral), pause)
            except RefusedError:
                pass  # somebody's word came in between, or it was done before an answer was lost: look again
            else:
                return True
        if referral is not None and not referral.is_open:
            return False
        if await _is_over(ohs, case_id):
            return False
        await asyncio.sleep(pause * random.uniform(0.5, 1.5))


async def _persist(act, pause: float):
    """Try again what the store could not do now; it did nothing."""
    while True:
        try:
            return await act()
        except TemporaryError:
            await asyncio.sleep(pause)


async def _referral(side: Services, ohs: Services, case_id: str) -> ReferralState | None:
    """The referral of the case as one side knows it; None when it has not heard of it."""
    known = await _newest(ohs, case_id)
    if known is None or side is ohs:
        return known
    return await _newest(side, known.referral_id)


async def _newest(services: Services, case_id: str) -> ReferralState | None:
    async with services.store.look() as work:
        referrals = fold(case_id, await work.steps(case_id)).referrals
    return referrals[-1] if referrals else None


async def _is_over(ohs: Services, case_id: str) -> bool:
    """Whether the referral is over at the arbodienst, or never left it."""
    known = await _persist(lambda: _newest(ohs, case_id), 0.1)
    return known is None or not known.is_open
