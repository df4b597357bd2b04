"""Settle a receipt: the other side's signed word on a message of ours."""

from dataclasses import replace

from gateway.application.weigh_route import weigh_receipt
from gateway.application.witness_journal import witness
from gateway.domain.messages import Kind, Message, Receipt, ReceiptVerdict
from gateway.domain.steps import Actor, ActorRole, MessageDelivered
from gateway.ports.envelope import OpenedMessage
from gateway.ports.services import Services
from gateway.ports.store import GATEWAY_CASE, InboxItem, InboxState, OutboxItem, OutboxState, UnitOfWork

_SETTLED = frozenset({OutboxState.PENDING, OutboxState.SENT})


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
    if item.state in _SETTLED and receipt.verdict is not ReceiptVerdict.TRANSIENT_ERROR:
        state = OutboxState.DELIVERED if receipt.verdict is ReceiptVerdict.OK else OutboxState.REFUSED
        reason = None if state is OutboxState.DELIVERED else receipt.code
        await work.update_outbox(replace(item, state=state, reason=reason))
        if item.kind is not Kind.RECEIPT:
            # A case may have been erased in the meantime; the proof of delivery names nobody and is kept.
            case_id = item.case_id if await work.steps(item.case_id) else GATEWAY_CASE
            await work.append(case_id, (_delivered(services, item, receipt),))
    return None


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
