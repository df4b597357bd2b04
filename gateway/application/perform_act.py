"""Perform one act of the protocol: judge it, say it, and write it down - or refuse, and write that down."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TypeVar, cast

from gateway.application.compose_message import Draft, compose, partner_party
from gateway.application.keep_ceilings import may_act_again, may_say_more
from gateway.application.overtaking import overtaking
from gateway.application.permit_act import note_refusal, permit
from gateway.domain.case import Case, fold
from gateway.domain.effects import new_steps, steps_of
from gateway.domain.errors import OperatorError, RefusedError, TemporaryError
from gateway.domain.messages import Content, Message
from gateway.domain.party import Party
from gateway.domain.permissions import Permission, permission_to_say
from gateway.domain.protocol import PROTOCOL
from gateway.domain.rules.exchange import Situation, may_be_overtaken, may_begin, may_send
from gateway.domain.rules.next_acts import with_way_out
from gateway.domain.rules.refusal import Decision, Refusal
from gateway.domain.steps import Actor, Step
from gateway.ports.services import Services
from gateway.ports.store import GATEWAY_CASE, UnitOfWork

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Act:
    """Something a person wants done that leads to a message.

    Attributes:
        case_id: The case at our side.
        content: What is said.
        by: Who does it.
        recipient: The partner.
        referral_id: The conversation.
        first: Steps that happen just before, and count when the act is judged (a draft discussed, a consent given).
    """

    case_id: str
    content: Content
    by: Actor
    recipient: str
    referral_id: str | None
    first: tuple[Step, ...] = ()


async def perform(services: Services, act: Act) -> Message:
    """Judge, say and record an act in one transaction.

    Raises:
        RefusedError: A rule stands in the way; the refusal is in the journal, nothing left the house.
        OperatorError: The partner was never onboarded.
    """

    async def run(work: UnitOfWork) -> Message:
        before = await work.steps(act.case_id)
        message = await perform_within(services, work, act)
        raise_refusal(may_act_again(services, message, before))
        return message

    permission = permission_to_say(act.content)
    return await recorded(services, act.case_id, act.content.kind.value, act.by, permission, run)


async def perform_within(services: Services, work: UnitOfWork, act: Act) -> Message:
    """The same, as part of a larger unit of work; refusals are the caller's to record."""
    partner = await known_partner(work, act.recipient)
    now = services.clock.now()
    case = fold(act.case_id, await work.steps(act.case_id))
    if act.first:
        situation = situation_of(services, case, act.referral_id, partner, now)
        raise_refusal(with_way_out(may_begin(situation, act.content), situation.referral, services.party.role))
        await work.append(act.case_id, act.first)
        case = fold(act.case_id, await work.steps(act.case_id))
    situation = situation_of(services, case, act.referral_id, partner, now)
    if act.referral_id is not None and may_be_overtaken(act.content.kind):
        waits = await overtaking(services, work, partner, act.referral_id)
        situation = replace(situation, overtaken_by=waits)
    raise_refusal(with_way_out(may_send(situation, act.content), situation.referral, services.party.role))
    raise_refusal(may_say_more(services, situation, act.content))
    if act.referral_id is not None:
        is_new = PROTOCOL[act.content.kind].opens
        await work.bind_referral(act.referral_id, act.case_id, act.recipient, is_new=is_new)
    draft = Draft(act.content, act.recipient, act.case_id, act.by, act.referral_id)
    message = await compose(services, work, draft, case)
    steps = steps_of(message, partner=act.recipient, by=act.by, at=message.sent_at)
    await work.append(act.case_id, new_steps(case, steps))
    return message


async def recorded(
    services: Services,
    case_id: str,
    action: str,
    by: Actor,
    permission: Permission,
    run: Callable[[UnitOfWork], Awaitable[Result]],
) -> Result:
    """Run what somebody may do in one unit of work; a refusal rolls it back and is journalled by itself (R49).

    Acts that wait for the store at the same time share a unit of work: one flush of the disk serves them all. When one
    of them fails, nothing was changed, and each runs alone.
    """

    async def permitted(work: UnitOfWork) -> Result:
        await permit(services, work, case_id, by, permission)
        return await run(work)

    outcome = await services.acts.take(_Waiting(case_id, permitted), partial(_run_together, services))
    if isinstance(outcome, RefusedError):
        await note_refusal(services, case_id, action, by, outcome)
    if isinstance(outcome, Exception):
        raise outcome
    return cast("Result", outcome)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What is to be run, and the case it changes."""

    case_id: str
    run: Callable[[UnitOfWork], Awaitable[object]]


async def _run_together(services: Services, acts: Sequence[_Waiting]) -> list[object]:
    """What each gave, or its error."""
    try:
        async with services.store.begin() as work:
            await work.read_ahead({act.case_id for act in acts} - {GATEWAY_CASE})
            return [await act.run(work) for act in acts]
    except Exception as error:  # noqa: BLE001  (it belongs to whoever acted, and is raised there)
        if len(acts) == 1 or isinstance(error, TemporaryError):
            return [error] * len(acts)
    return [outcome for act in acts for outcome in await _run_together(services, [act])]


def situation_of(services: Services, case: Case, referral_id: str | None, partner: Party, at: datetime) -> Situation:
    """What the rules may look at, seen from our side at that instant."""
    return Situation(
        case=case,
        referral=case.referral(referral_id) if referral_id else None,
        policy=services.policy,
        party=services.party,
        partner=partner,
        at=at,
        recipients=services.recipients,
    )


def raise_refusal(decision: Decision) -> None:
    """Turn a decision that refuses into an error that says why and what to do."""
    if not decision.is_permitted:
        raise refused(*decision.refusals)


def refused(first: Refusal, *others: Refusal) -> RefusedError:
    """Make the error of refusals; the first is told in words."""
    also = f" Also: {', '.join(r.code for r in others)}." if others else ""
    rules = tuple(dict.fromkeys(rule for refusal in (first, *others) for rule in refusal.rules))
    return RefusedError(first.code, first.message, remedy=first.remedy + also, rules=rules)


async def known_partner(work: UnitOfWork, party_id: str) -> Party:
    """The partner, or an error that says how to onboard it."""
    party = await partner_party(work, party_id)
    if party is None:
        raise OperatorError(
            "partner-not-onboarded",
            f"No partner '{party_id}' was onboarded.",
            remedy="See who was: sogw partner list. Another: sogw partner add FILE --fingerprint FINGERPRINT",
        )
    return party


async def existing_case(work: UnitOfWork, case_id: str) -> Case:
    """A case by id, or an error."""
    steps = await work.steps(case_id)
    if not steps and await work.trace(case_id):
        raise erased_case()
    if not steps:
        raise RefusedError("case-unknown", "There is no such case here.", remedy="See: sogw case list")
    return fold(case_id, steps)


def erased_case() -> RefusedError:
    """What is asked of a case that was erased."""
    return RefusedError(
        "case-erased",
        "This case was erased; only its pseudonymous log is left.",
        remedy="See: sogw case log CASE",
        rules=("R57", "R58"),
    )
