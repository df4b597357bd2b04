"""Settle a receipt: the other side's signed word on a message of ours."""

from dataclasses import replace

from gateway.application.react_to_message import react_to_unread
from gateway.application.tell_again import TAKEN, tell_again
from gateway.domain.messages import Kind, Receipt, ReceiptVerdict
from gateway.domain.steps import Actor, ActorRole, MessageDelivered
from gateway.ports.services import Services
from gateway.ports.store import GATEWAY_CASE, OutboxItem, OutboxState, UnitOfWork

_UNDECIDED = frozenset({OutboxState.PENDING, OutboxState.SENT})


async def settle_receipt(services: Services, work: UnitOfWork, item: OutboxItem, receipt: Receipt) -> None:
    """Mark a message of ours delivered or refused and journal the proof.

    Args:
        services: Ours.
        work: The unit of work; it holds the case.
        item: The message, as it stands.
        receipt: What its recipient signed about it.
    """
    if item.state is OutboxState.DROPPED and receipt.verdict is ReceiptVerdict.OK:
        await _correct(services, work, item, receipt)
    if not _decides(receipt, item):
        return
    state = OutboxState.DELIVERED if receipt.verdict is ReceiptVerdict.OK else OutboxState.REFUSED
    reason = None if state is OutboxState.DELIVERED else receipt.code
    await work.update_outbox(replace(item, state=state, reason=reason))
    if state is OutboxState.REFUSED and not receipt.digest:
        await react_to_unread(services, work, item)
    if state is OutboxState.REFUSED and receipt.code == TAKEN:
        await tell_again(services, work, item)
    if item.kind is not Kind.RECEIPT:
        # A case may have been erased in the meantime; the proof of delivery names nobody and is kept.
        case_id = item.case_id if await work.has_case(item.case_id) else GATEWAY_CASE
        await work.append(case_id, (_delivered(services, item, receipt),))


def _decides(receipt: Receipt, item: OutboxItem) -> bool:
    """The first final word counts; only who could not read a message may take its refusal back, by replaying it."""
    if receipt.verdict is ReceiptVerdict.TRANSIENT_ERROR:
        return False
    was_refused = item.state is OutboxState.REFUSED and receipt.verdict is ReceiptVerdict.OK
    return item.state in _UNDECIDED or was_refused


async def _correct(services: Services, work: UnitOfWork, item: OutboxItem, receipt: Receipt) -> None:
    """What we dropped after an attempt had arrived after all: the journal says so, once, and what took its place in the
    line was too late.
    """
    steps = await work.steps(item.case_id)
    is_told = any(isinstance(step, MessageDelivered) and step.message_id == item.message_id for step in steps)
    if steps and not is_told:
        await work.append(item.case_id, (_delivered(services, item, receipt),))


def _delivered(services: Services, item: OutboxItem, receipt: Receipt) -> MessageDelivered:
    return MessageDelivered(
        at=services.clock.now(),
        by=Actor(ActorRole.SYSTEM, item.recipient),
        message_id=item.message_id,
        referral_id=item.referral_id or "",
        partner=item.recipient,
        kind=item.kind.value,
        verdict=receipt.verdict.value,
        reason=receipt.code,
    )
