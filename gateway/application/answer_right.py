"""Requests of the employee under the AVG: received with a clock, carried out or refused with the ground (R58)."""

from dataclasses import dataclass, replace
from datetime import datetime

from gateway.application.apply_retention import forget_case, is_settled
from gateway.application.perform_act import Act, existing_case, perform_within, raise_refusal, recorded
from gateway.domain.case import Case
from gateway.domain.errors import RefusedError
from gateway.domain.messages import ErasureRequest, Message
from gateway.domain.permissions import Permission
from gateway.domain.rights import RightState, due_on
from gateway.domain.rules.keeping import may_erase, unconfirmed
from gateway.domain.rules.live import after_birth
from gateway.domain.rules.plans import asked_within_case
from gateway.domain.rules.refusal import Decision, decide, refuse
from gateway.domain.rules.rights import find, may_answer, may_lift
from gateway.domain.steps import (
    Actor,
    CaseErased,
    ErasureRequested,
    RestrictionLifted,
    Right,
    RightAnswered,
    RightRequested,
    Step,
)
from gateway.ports.services import Services
from gateway.ports.store import UnitOfWork


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of a request.

    Attributes:
        step: The answer; None while an erasure waits for the other side.
        passed_on: Requests to erase that went to the other side just now.
    """

    step: RightAnswered | None
    passed_on: tuple[Message, ...] = ()


async def request_right(
    services: Services,
    case_id: str,
    right: Right,
    by: Actor,
    *,
    asked_at: datetime | None = None,
    text: str | None = None,
) -> RightRequested:
    """Take a request in; the month is counted from when the employee asked.

    Raises:
        RefusedError: ``case-unknown``, ``case-erased``, or ``right-asked-later``: nobody asks tomorrow.
    """
    now = services.clock.now()
    at = asked_at or now

    async def run(work: UnitOfWork) -> RightRequested:
        case = await existing_case(work, case_id)
        raise_refusal(decide(after_birth(case, at), asked_within_case(case, at)))
        if at > now:
            raise RefusedError(
                "right-asked-later", "The moment of the request lies ahead.", remedy="Give the moment it came in."
            )
        step = RightRequested(at=at, by=by, request_id=services.new_id(), right=right, due_on=due_on(at), text=text)
        await work.append(case_id, (step,))
        return step

    return await recorded(services, case_id, RightRequested.code, by, Permission.RIGHT_REGISTER, run)


async def grant_right(
    services: Services, case_id: str, request_id: str, by: Actor, *, text: str | None = None
) -> Answered:
    """Carry a request out and say so.

    A copy must have been made since; a correction is kept beside what it corrects; a restriction holds from now on. An
    erasure is first passed on to whoever received data, and happens here when they have confirmed.

    Raises:
        RefusedError: It was not carried out, or what must be kept stands in the way; each ground is named.
    """

    async def run(work: UnitOfWork) -> Answered:
        case = await existing_case(work, case_id)
        asked = _known(case, request_id)
        step = _answer(services, asked, by, text, is_granted=True)
        raise_refusal(may_answer(case, step))
        if asked.right is Right.ERASURE:
            return await _erase(services, work, case, step)
        await work.append(case_id, (step,))
        return Answered(step)

    return await recorded(services, case_id, RightAnswered.code, by, Permission.RIGHT_ANSWER, run)


async def refuse_right(
    services: Services, case_id: str, request_id: str, by: Actor, *, text: str | None = None
) -> Answered:
    """Refuse a request; of an erasure the grounds on which data must be kept are named by themselves (AVG 17(3)).

    Raises:
        RefusedError: Nothing stands in the way and no reasons are given.
    """

    async def run(work: UnitOfWork) -> Answered:
        case = await existing_case(work, case_id)
        asked = _known(case, request_id)
        step = _answer(services, asked, by, text, is_granted=False)
        if asked.right is Right.ERASURE:
            decision = await _may_erase(services, work, case, await work.steps(case_id))
            step = replace(step, grounds=tuple(refusal.code for refusal in decision.refusals))
        raise_refusal(may_answer(case, step))
        await work.append(case_id, (step,))
        return Answered(step)

    return await recorded(services, case_id, RightAnswered.code, by, Permission.RIGHT_ANSWER, run)


async def lift_restriction(services: Services, case_id: str, request_id: str, by: Actor, text: str) -> None:
    """Let data that were only kept be used again; the employee was told first (AVG 18(3))."""
    step = RestrictionLifted(at=services.clock.now(), by=by, request_id=request_id, text=text)

    async def run(work: UnitOfWork) -> None:
        raise_refusal(may_lift(await existing_case(work, case_id), step))
        await work.append(case_id, (step,))

    await recorded(services, case_id, step.code, by, Permission.RIGHT_ANSWER, run)


def _known(case: Case, request_id: str) -> RightState:
    asked = find(case, request_id)
    if asked is not None:
        return asked
    unknown = refuse("right-unknown")
    raise RefusedError(unknown.code, unknown.message, remedy=unknown.remedy, rules=unknown.rules)


def _answer(services: Services, asked: RightState, by: Actor, text: str | None, *, is_granted: bool) -> RightAnswered:
    at = services.clock.now()
    return RightAnswered(at=at, by=by, request_id=asked.request_id, right=asked.right, is_granted=is_granted, text=text)


async def _erase(services: Services, work: UnitOfWork, case: Case, step: RightAnswered) -> Answered:
    """Pass it on first; when everybody has confirmed, answer and forget."""
    steps = await work.steps(case.case_id)
    decision = await _may_erase(services, work, case, steps)
    to_ask = _to_ask(case, steps)
    if to_ask and {refusal.code for refusal in decision.refusals} == {"erasure-not-confirmed"}:
        acts = [Act(case.case_id, ErasureRequest(), step.by, partner, referral) for referral, partner in to_ask]
        return Answered(None, tuple([await perform_within(services, work, act) for act in acts]))
    raise_refusal(decision)
    await work.append(case.case_id, (step,))
    await forget_case(work, case.case_id, CaseErased(at=step.at, by=step.by))
    return Answered(step)


def _to_ask(case: Case, steps: list[Step]) -> list[tuple[str, str]]:
    """Referrals, with their partner, that did not confirm and were not asked."""
    asked = {step.referral_id for step in steps if isinstance(step, ErasureRequested)}
    waiting = set(unconfirmed(case, steps)) - asked
    return [(r.referral_id, r.partner) for r in case.referrals if r.referral_id in waiting and r.partner]


async def _may_erase(services: Services, work: UnitOfWork, case: Case, steps: list[Step]) -> Decision:
    settled = await is_settled(work, case.case_id)
    return may_erase(case, services.policy, steps, services.clock.now(), is_settled=settled)
