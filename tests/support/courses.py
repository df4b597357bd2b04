"""Courses: how a case may go, as turns that each side takes when the other's word has come.

Nobody in a course knows of faults: a turn is taken once the journal of its side says that it is due, however long
that takes, and not taken when the referral is over by then. So a course ends in the same state with a fault as without.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from gateway.application import conduct_referral as pool
from gateway.application.answer_information import decline_information, provide_information
from gateway.application.ask_availability import ask_availability
from gateway.application.correct_contact import tell_contact
from gateway.application.issue_invoice import issue_invoice
from gateway.application.record_step import record_step
from gateway.application.refer_case import refer
from gateway.application.request_erasure import request_erasure
from gateway.application.submit_case import submit_case
from gateway.application.withdraw_consent import withdraw_consent, withdraw_request
from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.advice import AdviceKind, ContestedAdvice
from gateway.domain.case import Case, fold
from gateway.domain.consent import Choice, Consent, Purpose
from gateway.domain.errors import OperatorError, RefusedError, TemporaryError
from gateway.domain.people import Organisation
from gateway.domain.protocol import ENDED_STATES, OPEN_STATES
from gateway.domain.protocol import BusinessStatus as B
from gateway.domain.referral_state import InformationState, ReferralState
from gateway.ports.services import Services
from tests.support.world import (
    EMPLOYEE,
    FIRST,
    FIRST_PHYSICIAN,
    OHS,
    OTHER_POOL,
    POOL,
    SECOND,
    THIRD,
    consented,
    request,
)

Value = TypeVar("Value")

PURPOSES = (Purpose.CONTACT_TO_SO, Purpose.FEEDBACK_TO_SO, Purpose.MEDICAL_TO_SO)
PHYSICIANS = {POOL.party_id: SECOND, OTHER_POOL.party_id: THIRD}
OFFICE = s.Actor(s.ActorRole.BACK_OFFICE, POOL.party_id)


def _second(services: Services) -> s.Actor:
    """The physician of the pool that acts."""
    party_id = services.party.party_id
    return s.Actor(s.ActorRole.SECOND_PHYSICIAN, party_id, PHYSICIANS[party_id].name)


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
    await pool.accept_referral(services, referral.referral_id, _second(services), PHYSICIANS[services.party.party_id])


async def _decline(services: Services, _: str, referral: ReferralState) -> None:
    await pool.decline_referral(services, referral.referral_id, _second(services), m.DeclineCode.NOT_AVAILABLE)


async def _stop(services: Services, _: str, referral: ReferralState) -> None:
    await pool.stop_referral(services, referral.referral_id, _second(services), m.StopCode.NO_SHOW)


async def _start(services: Services, _: str, referral: ReferralState) -> None:
    due = services.clock.now() + timedelta(days=3)
    planned, started = m.Milestone.APPOINTMENT_PLANNED, m.Milestone.SO_STARTED
    await pool.reach_milestone(services, referral.referral_id, _second(services), planned, due_at=due)
    await pool.reach_milestone(services, referral.referral_id, _second(services), started)


async def _ask(services: Services, _: str, referral: ReferralState) -> None:
    for asked in (m.InformationKind.REASONING, m.InformationKind.WORK_CIRCUMSTANCES):
        with suppress(RefusedError):  # the consent for the first may be gone by now; the second needs none
            await pool.request_information(
                services, referral.referral_id, _second(services), asked, employee_decided_at=services.clock.now()
            )


async def _discuss(services: Services, _: str, referral: ReferralState) -> None:
    await pool.discuss_draft(services, referral.referral_id, _second(services))


async def _release(services: Services, _: str, referral: ReferralState) -> None:
    now = services.clock.now()
    given = consent_id(Purpose.OUTCOME_TO_FIRST, referral.referral_id)
    outcome = Consent(given, Purpose.OUTCOME_TO_FIRST, Choice.GIVEN, OHS.party_id, now, "digital")
    await pool.record_consent(services, referral.referral_id, _second(services), outcome)
    await pool.release_report(services, referral.referral_id, _second(services), "Verslag.")


async def _withhold(services: Services, _: str, referral: ReferralState) -> None:
    await pool.withhold_report(services, referral.referral_id, _second(services))


async def _withdraw(services: Services, case_id: str, _: ReferralState) -> None:
    await withdraw_request(services, case_id, EMPLOYEE)


async def _correct_contact(services: Services, case_id: str, _: ReferralState) -> None:
    async with services.store.begin() as work:
        known = await work.steps(case_id)
        dossier = fold(case_id, known).dossier
        if dossier is None:
            return
        corrected = replace(dossier, employee=replace(dossier.employee, telephone="+31 6 0000 0199"))
        step = s.DossierCorrected(at=services.clock.now(), by=FIRST_PHYSICIAN, dossier=corrected)
        await work.append(case_id, (step,))
        await tell_contact(services, work, fold(case_id, [*known, step]), FIRST_PHYSICIAN)


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


async def _provide(services: Services, referral: ReferralState, asked: InformationState) -> None:
    place = (services, referral.referral_id, asked.request_id, FIRST_PHYSICIAN)
    await provide_information(*place, asked.asked, "Gegevens.")


async def _refuse(services: Services, referral: ReferralState, asked: InformationState) -> None:
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
        once_answered: Whether it is due only when everything that was asked was answered.
    """

    at_pool: bool
    states: frozenset[B]
    verb: Verb
    once_answered: bool = False

    def is_due(self, referral: ReferralState) -> bool:
        is_waiting = self.once_answered and not all(request.is_answered for request in referral.requests)
        return referral.state in self.states and not is_waiting


_ACCEPT = Turn(True, frozenset({B.REFERRED}), _accept)
_START = Turn(True, frozenset({B.SO_ACCEPTED}), _start)
_ASK = Turn(True, frozenset({B.SO_STARTED}), _ask)
_DISCUSS = Turn(True, frozenset({B.SO_STARTED}), _discuss, once_answered=True)
_DRAFTED = frozenset({B.DRAFT_WITH_EMPLOYEE})
_RELEASE = Turn(True, _DRAFTED, _release)
_WITHHOLD = Turn(True, _DRAFTED, _withhold)
_RELEASE_LATE = Turn(True, frozenset({B.FINISHED_WITHOUT_REPORT}), _release)
_DECLINE = Turn(True, frozenset({B.REFERRED}), _decline)
_STOP = Turn(True, frozenset({B.SO_STARTED}), _stop)
_INVOICE = Turn(True, frozenset({B.RELEASED}), _invoice)
_ROOM = Turn(True, frozenset({B.AVAILABILITY_ASKED}), _say_whether_there_is_room)
_REFER = Turn(False, frozenset({B.AVAILABLE}), _refer)
_REFER_AGAIN = Turn(False, frozenset({B.SO_DECLINED}), _refer_to_the_other)
_ERASE = Turn(False, ENDED_STATES, _ask_to_erase)
_REGRET = Turn(True, frozenset({B.RELEASED}), _take_outcome_back)
_EXAMINED = (_ACCEPT, _START, _ASK, _DISCUSS)
_EITHER = frozenset({B.RELEASED, B.FINISHED_WITHOUT_REPORT})


@dataclass(frozen=True)
class Course:
    """How a case may go.

    Attributes:
        turns: In their order.
        ends: States in which the last referral may be at the end; one, unless somebody interrupts.
        interruption: What the employee does at any moment.
        asks_first: Whether the arbodienst asks for room before it refers.
        refuses: What it does not give when it is asked.
    """

    turns: tuple[Turn, ...]
    ends: frozenset[B]
    interruption: Turn | None = None
    asks_first: bool = False
    refuses: frozenset[m.InformationKind] = frozenset()


_WORK = frozenset({m.InformationKind.WORK_CIRCUMSTANCES})


def _interrupted(verb: Verb, *ends: B) -> Course:
    """A course towards a report in which something comes in between."""
    return Course((*_EXAMINED, _RELEASE), frozenset({B.RELEASED, *ends}), Turn(False, OPEN_STATES, verb))


COURSES: Mapping[str, Course] = {
    "released": Course((*_EXAMINED, _RELEASE), frozenset({B.RELEASED})),
    "withheld": Course((*_EXAMINED, _WITHHOLD), frozenset({B.FINISHED_WITHOUT_REPORT}), refuses=_WORK),
    "released late": Course((*_EXAMINED, _WITHHOLD, _RELEASE_LATE), frozenset({B.RELEASED})),
    "declined": Course((_DECLINE,), frozenset({B.SO_DECLINED})),
    "stopped": Course((_ACCEPT, _START, _STOP, _ERASE), frozenset({B.STOPPED})),
    "invoiced": Course((_ACCEPT, _START, _DISCUSS, _RELEASE, _INVOICE), frozenset({B.RELEASED})),
    "asked for room": Course((_ROOM, _REFER, *_EXAMINED, _RELEASE), frozenset({B.RELEASED}), asks_first=True),
    "second preference": Course((_DECLINE, _REFER_AGAIN, *_EXAMINED, _RELEASE), frozenset({B.RELEASED}), refuses=_WORK),
    "contact corrected": _interrupted(_correct_contact),
    "request withdrawn": _interrupted(_withdraw, B.WITHDRAWN),
    "contact withdrawn": _interrupted(_take_back(Purpose.CONTACT_TO_SO), B.WITHDRAWN),
    "feedback withdrawn": _interrupted(_take_back(Purpose.FEEDBACK_TO_SO), B.WITHDRAWN),
    "medical withdrawn": _interrupted(_take_back(Purpose.MEDICAL_TO_SO)),
    "outcome withdrawn": Course((*_EXAMINED, _RELEASE, _REGRET), _EITHER),
}
"""By name, as a report counts them."""


@dataclass
class Played:
    """What a course was, and how it must end.

    Attributes:
        case_id: Of the case.
        course: Its name.
        ends: States in which the last referral may be.
        may_vanish: Whether there may be no referral: its consent was gone before it left the house.
    """

    case_id: str
    course: str
    ends: frozenset[B]
    may_vanish: bool

    def has_ended(self, case: Case) -> bool:
        """Whether a case is where it must end."""
        return case.referrals[-1].state in self.ends if case.referrals else self.may_vanish


async def play(ohs: Services, pools: Mapping[str, Services], course: str, case_id: str, pause: float = 0.05) -> Played:
    """Take every turn of a course when it is due.

    Args:
        ohs: The arbodienst's office.
        pools: The offices of the pools, by party id.
        course: Its name.
        case_id: Of the new case.
        pause: Seconds between two looks, on average.
    """
    return await _Player(ohs, pools, COURSES[course], case_id, pause).play(course)


class _Player:
    """The people of one case."""

    def __init__(
        self, ohs: Services, pools: Mapping[str, Services], course: Course, case_id: str, pause: float
    ) -> None:
        self._ohs = ohs
        self._pools = pools
        self._course = course
        self._case_id = case_id
        self._pause = pause

    async def play(self, name: str) -> Played:
        await self._begin(asks_first=self._course.asks_first)
        async with asyncio.TaskGroup() as people:
            if self._course.interruption is not None:
                people.create_task(self._interrupt(self._course.interruption))
            for turn in self._course.turns:
                if not await self._take(turn):
                    break
        return Played(self._case_id, name, self._course.ends, self._course.interruption is not None)

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
        is_tried = False
        while True:
            ours = await self._persist(partial(self._newest, self._ohs, self._case_id))
            if ours is not None and ours.state is B.SO_STARTED:
                await self._reply(ours)
            side, known = await self._seen_by(turn, ours)
            if known is not None and turn.is_due(known):
                if await self._done(partial(turn.verb, side, self._case_id, known)):
                    return True
                is_tried = True
            elif is_tried:
                return True  # it had been done, and the answer was lost
            elif ours is None or {ours.state, known.state if known else ours.state} & ENDED_STATES:
                return False
            await asyncio.sleep(self._pause * random.uniform(0.5, 1.5))

    async def _seen_by(self, turn: Turn, ours: ReferralState | None) -> tuple[Services, ReferralState | None]:
        """Whose turn it is, and the referral as that side knows it."""
        if not turn.at_pool or ours is None:
            return self._ohs, ours
        side = self._pools[ours.partner or ""]
        return side, await self._persist(partial(self._newest, side, ours.referral_id))

    async def _reply(self, ours: ReferralState) -> None:
        """Give what was asked, or say that it is not given: because the course says so, or because it may not be."""
        for asked in (one for one in ours.requests if not one.is_answered):
            is_given = asked.asked not in self._course.refuses
            if not (is_given and await self._done(partial(_provide, self._ohs, ours, asked))):
                await self._done(partial(_refuse, self._ohs, ours, asked))

    async def _done(self, act: Callable[[], Awaitable[object]]) -> bool:
        """Do it; False when somebody's word came in between, or it had been done before an answer was lost."""
        try:
            await self._persist(act)
        except RefusedError:
            return False
        return True

    async def _persist(self, act: Callable[[], Awaitable[Value]]) -> Value:
        """Try again what the store could not do now, or not before somebody makes room; it did nothing."""
        while True:
            try:
                return await act()
            except TemporaryError:
                pass
            except OperatorError as error:
                if error.code != "store-disk-full":
                    raise
            await asyncio.sleep(self._pause)

    @staticmethod
    async def _newest(services: Services, case_id: str) -> ReferralState | None:
        async with services.store.look() as work:
            referrals = fold(case_id, await work.steps(case_id)).referrals
        return referrals[-1] if referrals else None
