"""Drop a message whose consent or referral has gone, and keep the conversation going (R27).

Where the other side waits for that place in the line, a message without content takes it.
"""

from dataclasses import replace
from datetime import datetime

from gateway.application.compose_message import Draft, compose
from gateway.domain.case import fold
from gateway.domain.messages import (
    ContactCorrection,
    Content,
    InformationDeclineCode,
    InformationRefusal,
    Kind,
    ReferralWithdrawal,
    ReportWithholding,
)
from gateway.domain.steps import (
    Actor,
    ActorRole,
    ContactCorrected,
    InformationDeclined,
    InformationProvided,
    MessageDropped,
    ReferralWithdrawn,
    ReportWithheld,
    Step,
)
from gateway.ports.services import Services
from gateway.ports.store import GATEWAY_CASE, OutboxItem, OutboxState, UnitOfWork


async def drop(services: Services, work: UnitOfWork, item: OutboxItem, reason: str) -> None:
    """Drop a claimed message, journal it, and keep the line whole.

    Args:
        services: Ours.
        work: The unit of work that claimed it.
        item: The message as claimed: with ``attempts`` 1 nobody tried to publish it before.
        reason: Code of what stands in the way.
    """
    now = services.clock.now()
    by = Actor(ActorRole.SYSTEM, services.party.party_id)
    await _let_go(work, item, reason, by, now)
    if item.kind is Kind.REFERRAL_REQUESTED and item.attempts == 1:
        await _drop_the_rest(work, item, reason, by, now)
        return
    steps, journal = await work.steps(item.case_id), await _journal_of(work, item)
    content, step = _in_its_place(item, steps, by, now)
    draft = Draft(content, item.recipient, journal, by, item.referral_id, sequence=item.sequence)
    message = await compose(services, work, draft, fold(item.case_id, steps))
    await work.append(journal, (replace(step, message_id=message.message_id),))


# An attempt that was made may have arrived. What takes its place in the line is then refused there as a place taken,
# and does no harm; if the attempt never arrived, the line goes on instead of waiting for ever.


async def _drop_the_rest(work: UnitOfWork, first: OutboxItem, reason: str, by: Actor, now: datetime) -> None:
    """The other side never heard of this conversation: what waits behind its first message goes nowhere either."""
    for item in await work.outbox(first.case_id):
        if item.referral_id == first.referral_id and item.state is OutboxState.PENDING:
            await _let_go(work, item, reason, by, now)


async def _let_go(work: UnitOfWork, item: OutboxItem, reason: str, by: Actor, now: datetime) -> None:
    """It never leaves, and the journal says why (R27, R49)."""
    await work.update_outbox(replace(item, state=OutboxState.DROPPED, reason=reason))
    dropped = MessageDropped(
        at=now,
        by=by,
        message_id=item.message_id,
        referral_id=item.referral_id or "",
        partner=item.recipient,
        kind=item.kind.value,
        reason=reason,
        was_attempted=item.attempts > 1,
    )
    await work.append(await _journal_of(work, item), (dropped,))


async def _journal_of(work: UnitOfWork, item: OutboxItem) -> str:
    """Where it is written down; a case that was erased does not begin anew (R58)."""
    return item.case_id if await work.has_case(item.case_id) else GATEWAY_CASE


def _in_its_place(item: OutboxItem, steps: list[Step], by: Actor, now: datetime) -> tuple[Content, Step]:
    """What may be said instead of a dropped disclosure: no content, no reason (R32, R41)."""
    referral_id = item.referral_id or ""
    if item.kind is Kind.CONTACT_CORRECTED:
        empty = ContactCorrected(at=now, by=by, referral_id=referral_id, partner=item.recipient, contact=None)
        return ContactCorrection(None), empty
    given = [x for x in steps if isinstance(x, InformationProvided) and x.message_id == item.message_id]
    is_forgotten = item.kind is Kind.INFORMATION_PROVIDED and not given  # erased, so that no request can be named
    if item.kind is Kind.REFERRAL_REQUESTED or is_forgotten:
        return ReferralWithdrawal(), ReferralWithdrawn(at=now, by=by, referral_id=referral_id, partner=item.recipient)
    if item.kind is Kind.REPORT_RELEASED:
        withheld = ReportWithheld(at=now, by=by, referral_id=referral_id, partner=item.recipient)
        return ReportWithholding(), withheld
    request_id = given[-1].request_id
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
