"""Relay the outbox: publish what is due, in order per conversation, with consent weighed once more (protocol 4).

A message counts as sent on the broker's confirm and as delivered on the receiver's signed receipt; without a
receipt in time the same bytes go out again. A message whose consent has gone is dropped and journalled; where the
other side waits for that place in the line, a message without content takes it.
"""

import asyncio
from dataclasses import replace
from datetime import datetime

from gateway.application.compose_message import Draft, compose
from gateway.application.perform_act import known_partner, situation_of
from gateway.domain.case import fold
from gateway.domain.messages import (
    Content,
    InformationDeclineCode,
    InformationRefusal,
    Kind,
    ReferralWithdrawal,
    ReportWithholding,
)
from gateway.domain.rules.exchange import rests_on_consent, still_permitted
from gateway.domain.steps import (
    Actor,
    ActorRole,
    InformationDeclined,
    InformationProvided,
    MessageDropped,
    ReferralRequested,
    ReferralWithdrawn,
    ReportWithheld,
    Step,
)
from gateway.ports.services import Services
from gateway.ports.store import OutboxItem, OutboxState, UnitOfWork
from gateway.ports.transport import Parcel, PublishOutcome

BATCH = 50
"""How many messages one round takes; at most this many are in flight."""


async def relay_once(services: Services) -> int:
    """One round.

    Returns:
        How many messages were tried or dropped; 0 means there is nothing to do now.
    """
    now = services.clock.now()
    async with services.store.begin() as work:
        due = await work.due(now, BATCH)
        claimed = [item for item in due if await _claim(services, work, item, now)]
    outcomes = await asyncio.gather(*(_publish(services, item) for item in claimed))
    if claimed:
        async with services.store.begin() as work:
            for item, outcome in zip(claimed, outcomes, strict=True):
                await _settle(services, work, item.message_id, outcome)
    return len(due)


async def _claim(services: Services, work: UnitOfWork, item: OutboxItem, now: datetime) -> bool:
    """Weigh once more and note the attempt; False when the item will not go."""
    if now - item.created_at > services.terms.give_up_after:
        await work.update_outbox(replace(item, state=OutboxState.UNDELIVERABLE, reason="expired"))
        return False
    reason = await _withheld_because(services, work, item)
    if reason is not None:
        await _drop(services, work, item, reason)
        return False
    patience = services.terms.receipt_within
    await work.update_outbox(replace(item, attempts=item.attempts + 1, next_attempt_at=now + patience))
    return True


async def _withheld_because(services: Services, work: UnitOfWork, item: OutboxItem) -> str | None:
    """The code of what stands in the way by now; None when the message may go (R27)."""
    if item.referral_id is None or not rests_on_consent(item.kind):
        return None
    steps = await work.steps(item.case_id)
    case = fold(item.case_id, steps)
    partner = await known_partner(work, item.recipient)
    situation = situation_of(services, case, item.referral_id, partner)
    decision = still_permitted(situation, item.kind, _carried(steps, item.message_id))
    return None if decision.is_permitted else decision.refusals[0].code


def _carried(steps: list[Step], message_id: str) -> frozenset[str]:
    """Roles of the documents in one message of ours, from the step it was written down as."""
    own = [step for step in steps if step.message_id == message_id]
    contents = [role for step in own if isinstance(step, ReferralRequested) for role in step.contents]
    documents = [d.role.value for step in own if isinstance(step, InformationProvided) for d in step.documents]
    return frozenset((*contents, *documents))


async def _drop(services: Services, work: UnitOfWork, item: OutboxItem, reason: str) -> None:
    """Drop a message, journal it, and keep the line whole."""
    now = services.clock.now()
    by = Actor(ActorRole.SYSTEM, services.party.party_id)
    await work.update_outbox(replace(item, state=OutboxState.DROPPED, reason=reason))
    dropped = MessageDropped(
        at=now,
        by=by,
        message_id=item.message_id,
        referral_id=item.referral_id or "",
        partner=item.recipient,
        kind=item.kind.value,
        reason=reason,
        was_attempted=item.attempts > 0,
    )
    await work.append(item.case_id, (dropped,))
    if item.kind is Kind.REFERRAL_REQUESTED and item.attempts == 0:
        await _drop_the_rest(work, item, reason)
        return
    steps = await work.steps(item.case_id)
    content, step = _in_its_place(item, steps, by, now)
    draft = Draft(content, item.recipient, item.case_id, by, item.referral_id, sequence=item.sequence)
    message = await compose(services, work, draft, fold(item.case_id, steps))
    await work.append(item.case_id, (replace(step, message_id=message.message_id),))


# An attempt that was made may have arrived. What takes its place in the line is then refused there as a place taken,
# and does no harm; if the attempt never arrived, the line goes on instead of waiting for ever.


async def _drop_the_rest(work: UnitOfWork, first: OutboxItem, reason: str) -> None:
    """The other side never heard of this conversation: what waits behind its first message goes nowhere either."""
    for item in await work.outbox(first.case_id):
        if item.referral_id == first.referral_id and item.state is OutboxState.PENDING:
            await work.update_outbox(replace(item, state=OutboxState.DROPPED, reason=reason))


def _in_its_place(item: OutboxItem, steps: list[Step], by: Actor, now: datetime) -> tuple[Content, Step]:
    """What may be said instead of a dropped disclosure: no content, no reason (R32, R41)."""
    referral_id = item.referral_id or ""
    if item.kind is Kind.REFERRAL_REQUESTED:
        return ReferralWithdrawal(), ReferralWithdrawn(at=now, by=by, referral_id=referral_id, partner=item.recipient)
    if item.kind is Kind.REPORT_RELEASED:
        withheld = ReportWithheld(at=now, by=by, referral_id=referral_id, partner=item.recipient)
        return ReportWithholding(), withheld
    given = [x for x in steps if isinstance(x, InformationProvided) and x.message_id == item.message_id]
    request_id = given[-1].request_id if given else ""
    refusal = InformationRefusal(request_id, InformationDeclineCode.NOT_PERMITTED)
    declined = InformationDeclined(
        at=now,
        by=by,
        referral_id=referral_id,
        partner=item.recipient,
        request_id=request_id,
        reason=InformationDeclineCode.NOT_PERMITTED,
    )
    return refusal, declined


async def _publish(services: Services, item: OutboxItem) -> PublishOutcome:
    parcel = Parcel(item.message_id, services.party.party_id, item.recipient, item.body, item.lane)
    return await services.transport.publish(parcel)


async def _settle(services: Services, work: UnitOfWork, message_id: str, outcome: PublishOutcome) -> None:
    """Write down what is known; a receipt that came in the meantime stays."""
    item = await work.outbox_item(message_id)
    if item is None or item.state not in {OutboxState.PENDING, OutboxState.SENT}:
        return
    now = services.clock.now()
    if outcome is PublishOutcome.CONFIRMED:
        state = OutboxState.SENT if item.needs_receipt else OutboxState.DELIVERED
        await work.update_outbox(
            replace(item, state=state, next_attempt_at=now + services.terms.receipt_within, reason=None)
        )
        return
    if outcome is PublishOutcome.FAULTY:
        await work.update_outbox(replace(item, state=OutboxState.UNDELIVERABLE, reason=outcome.value))
        return
    await work.update_outbox(replace(item, next_attempt_at=_later(services, item, now), reason=outcome.value))


def _later(services: Services, item: OutboxItem, now: datetime) -> datetime:
    """Exponential backoff with full jitter between the first and the longest wait."""
    ceiling = min(services.terms.longest_retry, services.terms.first_retry * (1 << min(item.attempts, 16)))
    spread = ceiling - services.terms.first_retry
    return now + services.terms.first_retry + spread * services.jitter()
