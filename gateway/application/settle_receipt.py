"""Settle a receipt: the other side's signed word on a message of ours."""

from dataclasses import replace

from gateway.application.react_to_message import react_to_unread
from gateway.application.weigh_route import weigh_receipt
from gateway.application.witness_journal import witness
from gateway.domain.messages import Kind, Message, Receipt, ReceiptVerdict
from gateway.domain.steps import Actor, ActorRole, MessageDelivered
from gateway.ports.envelope import OpenedMessage
from gateway.ports.services import Services
from gateway.ports.store import GATEWAY_CASE, InboxItem, InboxState, OutboxItem, OutboxState, UnitOfWork

_UNDECIDED = frozenset({OutboxState.PENDING, OutboxState.SENT})


async def settle_receipt(
    services: Services, work: UnitOfWork, message: Message, opened: OpenedMessage, receipt: Receipt
) -> str | None:
    """Mark the message delivered or refused and journal the proof.

    Returns:
        A reason for quarantine when the receipt does not fit a message of ours, or None.
    """
    item = await work.outbox_item(receipt.for_message_id)
    if item is None or item.recipient != message.sender:
        return "receipt-for-nothing"
    if receipt.verdict is ReceiptVerdict.OK and receipt.digest != item.digest:
        return "receipt-digest-mismatch"
    await work.save_inbox(_inbox_item(services, message, opened, item.case_id))
    await weigh_receipt(work, message.sender)
    if receipt.checkpoint is not None:
        await witness(services, work, message.sender, receipt.checkpoint)
    if _decides(receipt, item):
        state = OutboxState.DELIVERED if receipt.verdict is ReceiptVerdict.OK else OutboxState.REFUSED
        reason = None if state is OutboxState.DELIVERED else receipt.code
        await work.update_outbox(replace(item, state=state, reason=reason))
        if state is OutboxState.REFUSED and not receipt.digest:
            await react_to_unread(services, work, item)
        if item.kind is not Kind.RECEIPT:
            # A case may have been erased in the meantime; the proof of delivery names nobody and is kept.
            case_id = item.case_id if await work.steps(item.case_id) else GATEWAY_CASE
            await work.append(case_id, (_delivered(services, item, receipt),))
    return None


def _decides(receipt: Receipt, item: OutboxItem) -> bool:
    """The first final word counts; only who could not read a message may take its refusal back, by replaying it."""
    if receipt.verdict is ReceiptVerdict.TRANSIENT_ERROR:
        return False
    was_refused = item.state is OutboxState.REFUSED and receipt.verdict is ReceiptVerdict.OK
    return item.state in _UNDECIDED or was_refused


def _inbox_item(services: Services, message: Message, opened: OpenedMessage, case_id: str) -> InboxItem:
    return InboxItem(
        sender=message.sender,
        message_id=message.message_id,
        digest=opened.digest,
        kind=message.kind,
        state=InboxState.PROCESSED,
        received_at=services.clock.now(),
        case_id=case_id,
    )


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
