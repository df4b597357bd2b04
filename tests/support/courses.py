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
from typing import TypeVar

from gateway.application import conduct_referral as pool
from gateway.application.answer_information import decline_information, provide_information
from gateway.application.ask_availability import ask_availability
from gateway.application.issue_invoice import issue_invoice
from gateway.application.record_step import record_step
from gateway.application.refer_case import refer
from gateway.application.request_erasure import request_erasure
from gateway.application.submit_case import submit_case
from gateway.application.withdraw_consent import withdraw_consent, withdraw_request
from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.advice import AdviceKind, ContestedAdvice
from gateway.domain.case import ReferralState, fold
from gateway.domain.consent import Choice, Consent, Purpose
from gateway.domain.errors import RefusedError, TemporaryError
from gateway.domain.people import Organisation
from gateway.domain.protocol import ENDED_STATES, OPEN_STATES
from gateway.domain.protocol import BusinessStatus as B
from gateway.ports.services import Services
from tests.support.world import (
    EMPLOYEE,
    FIRST,
    FIRST_PHYSICIAN,
    OHS,
    OTHER_POOL,
    POOL,
    SECOND,
    SECOND_PHYSICIAN,
    THIRD,
    consented,
    request,
)

Value = TypeVar("Value")

PURPOSES = (Purpose.CONTACT_TO_SO, Purpose.FEEDBACK_TO_SO, Purpose.MEDICAL_TO_SO)
PHYSICIANS = {POOL.party_id: SECOND, OTHER_POOL.party_id: THIRD}
OFFICE = s.Actor(s.ActorRole.BACK_OFFICE, POOL.party_id)


def case_steps(now: datetime) -> tuple[s.Step, ...]:
    """A request that was accepted, with the consents for what a course discloses to either pool."""
    given = now - timedelta(minutes=5)
    advised = now - timedelta(days=6)
    feedback = ContestedAdvice(advised, AdviceKind.ABSENCE_GUIDANCE, advised.date(), "Vier uur.", FIRST.name)
    consents = [
        Consent(consent_id(purpose, recipient), purpose, Choice.GIVEN, recipient, given, "digital")
        for purpose in PURPOSES
        for recipient in PHYSICIANS
    ]
    return (
        request(
            at=now - timedelta(days=1),
            advice=feedback,
            discussed_with_first_physician_on=(now - timedelta(days=2)).date(),
        ),
        s.RequestAccepted(at=now - timedelta(minutes=10), by=FIRST_PHYSICIAN),
        *map(consented, consents),
    )


def consent_id(purpose: Purpose, recipient: str) -> str:
    """The consent that a course gives for a purpose."""
    return f"T-{purpose.value}-{recipient}"


# What is done in a turn: the side that does it, and the referral as that side knows it.

Verb = Callable[[Services, str, ReferralState], Awaitable[object]]


async def _accept(services: Services, _: str, referral: ReferralState) -> None:
    await pool.accept_referral(services, referral.referral_id, SECOND_PHYSICIAN, PHYSICIANS[services.party.party_id])


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
    given = consent_id(Purpose.OUTCOME_TO_FIRST, referral.referral_id)
    outcome = Consent(given, Purpose.OUTCOME_TO_FIRST, Choice.GIVEN, OHS.party_id, now, "digital")
    await pool.record_consent(services, referral.referral_id, SECOND_PHYSICIAN, outcome)
    await pool.release_report(services, referral.referral_id, SECOND_PHYSICIAN, "Verslag.")


async def _withhold(services: Services, _: str, referral: ReferralState) -> None:
    await pool.withhold_report(services, referral.referral_id, SECOND_PHYSICIAN)


async def _withdraw(services: Services, case_id: str, _: ReferralState) -> None:
    await withdraw_request(services, case_id, EMPLOYEE)


def _take_back(purpose: Purpose) -> Verb:
    async def verb(services: Services, case_id: str, referral: ReferralState) -> None:
        await withdraw_consent(services, case_id, consent_id(purpose, referral.recipient), EMPLOYEE)

    return verb


async def _take_outcome_back(services: Services, _: str, referral: ReferralState) -> None:
    given = consent_id(Purpose.OUTCOME_TO_FIRST, referral.referral_id)
    await withdraw_consent(services, referral.referral_id, given, EMPLOYEE)


async def _say_whether_there_is_room(services: Services, _: str, referral: ReferralState) -> None:
    await pool.answer_availability(services, referral.referral_id, OFFICE, is_available=True)


async def _refer(services: Services, case_id: str, _: ReferralState) -> None:
    await refer(services, case_id, FIRST_PHYSICIAN)


async def _refer_to_the_other(services: Services, case_id: str, _: ReferralState) -> None:
    choice = s.RecipientChosen(at=services.clock.now(), by=EMPLOYEE, recipient=OTHER_POOL.party_id)
    await record_step(services, case_id, choice)
    await refer(services, case_id, FIRST_PHYSICIAN, recipient=OTHER_POOL.party_id)


async def _refuse_information(services: Services, _: str, referral: ReferralState) -> None:
    asked = next(request for request in referral.requests if not request.is_answered)
    place = (services, referral.referral_id, asked.request_id, FIRST_PHYSICIAN)
    await decline_information(*place, m.InformationDeclineCode.NOT_AVAILABLE)


async def _ask_to_erase(services: Services, _: str, referral: ReferralState) -> None:
    await request_erasure(services, referral.referral_id, FIRST_PHYSICIAN)


async def _invoice(services: Services, case_id: str, _: ReferralState) -> None:
    now = services.clock.now()
    ours = Organisation(services.party.party_id, services.party.name, kvk=services.party.kvk)
    theirs = Organisation(OHS.party_id, OHS.name, kvk=OHS.kvk)
    lines = (m.InvoiceLine("Consulten in de periode", 1, 48_000),)
    month = now.date().replace(day=1)
    notice = m.InvoiceNotice(f"P-{case_id}", ours, theirs, month, now.date(), lines)
    await issue_invoice(services, OHS.party_id, notice, OFFICE)


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
_REFUSE = Turn(False, frozenset({B.SO_STARTED}), _refuse_information, answered=False)
_DISCUSS = Turn(True, frozenset({B.SO_STARTED}), _discuss, answered=True)
_DRAFTED = frozenset({B.DRAFT_WITH_EMPLOYEE})
_RELEASE = Turn(True, _DRAFTED, _release)
_WITHHOLD = Turn(True, _DRAFTED, _withhold)
_DECLINE = Turn(True, frozenset({B.REFERRED}), _decline)
_STOP = Turn(True, frozenset({B.SO_STARTED}), _stop)
_INVOICE = Turn(True, frozenset({B.RELEASED}), _invoice)
_ROOM = Turn(True, frozenset({B.AVAILABILITY_ASKED}), _say_whether_there_is_room)
_REFER = Turn(False, frozenset({B.AVAILABLE}), _refer)
_REFER_AGAIN = Turn(False, frozenset({B.SO_DECLINED}), _refer_to_the_other)
_ERASE = Turn(False, ENDED_STATES, _ask_to_erase)
_REGRET = Turn(True, frozenset({B.RELEASED}), _take_outcome_back)
_EXAMINED = (_ACCEPT, _START, _ASK, _ANSWER, _ANSWER, _DISCUSS)
_BRIEFLY = (_ACCEPT, _START, _ASK, _ANSWER, _REFUSE, _DISCUSS)
_EITHER = frozenset({B.RELEASED, B.FINISHED_WITHOUT_REPORT})


@dataclass(frozen=True)
class Course:
    """How a case may go.

    Attributes:
        turns: In their order.
        ends: States in which the last referral may be at the end; one, unless somebody interrupts.
        interruption: What the employee does at any moment.
        asks_first: Whether the arbodienst asks for room before it refers.
    """

    turns: tuple[Turn, ...]
    ends: frozenset[B]
    interruption: Turn | None = None
    asks_first: bool = False


def _interrupted(verb: Verb, *ends: B) -> Course:
    """A course towards a report in which something comes in between."""
    return Course((*_EXAMINED, _RELEASE), frozenset({B.RELEASED, *ends}), Turn(False, OPEN_STATES, verb))


COURSES: Mapping[str, Course] = {
    "released": Course((*_EXAMINED, _RELEASE), frozenset({B.RELEASED})),
    "withheld": Course((*_BRIEFLY, _WITHHOLD), frozenset({B.FINISHED_WITHOUT_REPORT})),
    "declined": Course((_DECLINE,), frozenset({B.SO_DECLINED})),
    "stopped": Course((_ACCEPT, _START, _STOP, _ERASE), frozenset({B.STOPPED})),
    "invoiced": Course((_ACCEPT, _START, _DISCUSS, _RELEASE, _INVOICE), frozenset({B.RELEASED})),
    "asked for room": Course((_ROOM, _REFER, *_EXAMINED, _RELEASE), frozenset({B.RELEASED}), asks_first=True),
    "second preference": Course((_DECLINE, _REFER_AGAIN, *_BRIEFLY, _RELEASE), frozenset({B.RELEASED})),
    "request withdrawn": _interrupted(_withdraw, B.WITHDRAWN),
    "contact withdrawn": _interrupted(_take_back(Purpose.CONTACT_TO_SO), B.WITHDRAWN),
    "feedback withdrawn": _interrupted(_take_back(Purpose.FEEDBACK_TO_SO), B.WITHDRAWN),
    "medical withdrawn": _interrupted(_take_back(Purpose.MEDICAL_TO_SO)),
    "outcome withdrawn": Course((*_EXAMINED, _RELEASE, _REGRET), _EITHER),
}
"""By name, as a report counts them."""


@dataclass
class Played:
    """What a course was, and how it must end."""

    case_id: str
    course: str
    ends: frozenset[B]


async def play(ohs: Services, pools: Mapping[str, Services], course: str, case_id: str, pause: float = 0.05) -> Played:
    """Take every turn of a course when it is due.

    Args:
        ohs: The arbodienst's office.
        pools: The offices of the pools, by party id.
        course: Its name.
        case_id: Of the new case.
        pause: Seconds between two looks, on average.
    """
    return await _Player(ohs, pools, case_id, pause).play(course)


class _Player:
    """The people of one case."""

    def __init__(self, ohs: Services, pools: Mapping[str, Services], case_id: str, pause: float) -> None:
        self._ohs = ohs
        self._pools = pools
        self._case_id = case_id
        self._pause = pause

    async def play(self, name: str) -> Played:
        course = COURSES[name]
        await self._begin(asks_first=course.asks_first)
        interruption = None
        if course.interruption is not None:
            interruption = asyncio.create_task(self._interrupt(course.interruption))
        for turn in course.turns:
            if not await self._take(turn):
                break
        if interruption is not None:
            await interruption
        return Played(self._case_id, name, course.ends)

    async def _begin(self, *, asks_first: bool) -> None:
        steps = case_steps(self._ohs.clock.now())
        submit = partial(submit_case, self._ohs, self._case_id, steps, refer=not asks_first, by=FIRST_PHYSICIAN)
        await self._persist(submit)
        if asks_first:
            query = m.AvailabilityQuery(specialism="bedrijfsgeneeskunde")
            ask = partial(ask_availability, self._ohs, self._case_id, POOL.party_id, FIRST_PHYSICIAN, query)
            await self._persist(ask)

    async def _interrupt(self, turn: Turn) -> None:
        await asyncio.sleep(random.uniform(0, 40 * self._pause))
        await self._take(turn)

    async def _take(self, turn: Turn) -> bool:
        """Take one turn when it is due; False when it never will be."""
        while True:
            ours = await self._persist(partial(self._newest, self._ohs, self._case_id))
            side, known = self._ohs, ours
            if turn.at_pool and ours is not None:
                side = self._pools[ours.partner or ""]
                known = await self._persist(partial(self._newest, side, ours.referral_id))
            if known is not None and turn.is_due(known) and await self._done(turn, side, known):
                return True
            if ours is None or {ours.state, known.state if known else ours.state} & ENDED_STATES:
                return False
            await asyncio.sleep(self._pause * random.uniform(0.5, 1.5))

    async def _done(self, turn: Turn, side: Services, known: ReferralState) -> bool:
        """Do it; False when somebody's word came in between, or it had been done before an answer was lost."""
        try:
            await self._persist(partial(turn.verb, side, self._case_id, known))
        except RefusedError:
            return False
        return True

    async def _persist(self, act: Callable[[], Awaitable[Value]]) -> Value:
        """Try again what the store could not do now; it did nothing."""
        while True:
            try:
                return await act()
            except TemporaryError:
                await asyncio.sleep(self._pause)

    @staticmethod
    async def _newest(services: Services, case_id: str) -> ReferralState | None:
        async with services.store.look() as work:
            referrals = fold(case_id, await work.steps(case_id)).referrals
        return referrals[-1] if referrals else None
