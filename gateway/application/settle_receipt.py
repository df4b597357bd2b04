"""Settle a receipt: the other side's signed word on a message of ours."""

from dataclasses import replace

from gateway.application.react_to_message import react_to_unread
from gateway.application.resend_withdrawal import resend
from gateway.domain.case import fold
from gateway.domain.messages import Kind, Receipt, ReceiptVerdict
from gateway.domain.receipts import ALTERED, NOT_OPENED, Returned, digest_of_body
from gateway.domain.referral_state import has_answered
from gateway.domain.steps import Actor, ActorRole, MessageDelivered
from gateway.ports.services import Services
from gateway.ports.store import GATEWAY_CASE, OutboxItem, OutboxState, UnitOfWork

_UNDECIDED = frozenset({OutboxState.PENDING, OutboxState.SENT})


def fault_of(receipt: Receipt, sent: OutboxItem | None, sender: str) -> Returned | None:
    """Tell why a receipt settles nothing: it is not about the very bytes we sent to the one who signed it.

    Args:
        receipt: What it says.
        sent: The message of ours that it names, if there is one.
        sender: Who signed the receipt.
    """
    if sent is None or sent.recipient != sender or not sent.digest:
        return Returned.RECEIPT_FOR_NOTHING
    if receipt.verdict is ReceiptVerdict.OK:
        return None if receipt.digest == sent.digest else Returned.RECEIPT_DIGEST_MISMATCH
    if receipt.code == ALTERED or not _is_about(receipt, sent):
        return Returned.ALTERED
    return None


def _is_about(receipt: Receipt, sent: OutboxItem) -> bool:
    """Whether a refusal names our own bytes; where the body was deleted, the message is settled and nothing follows."""
    if receipt.code == NOT_OPENED:
        return not sent.body or receipt.digest == digest_of_body(sent.body)
    return receipt.digest == sent.digest


async def settle_receipt(services: Services, work: UnitOfWork, item: OutboxItem, receipt: Receipt) -> bool:
    """Mark a message of ours delivered or refused and journal the proof.

    Args:
        services: Ours.
        work: The unit of work; it holds the case.
        item: The message, as it stands.
        receipt: What its recipient signed about it.

    Returns:
        Whether that was not known before.
    """
    if item.state is OutboxState.DROPPED and receipt.verdict is ReceiptVerdict.OK:
        return await _correct(services, work, item, receipt)
    if not _decides(receipt, item):
        return False
    state = OutboxState.DELIVERED if receipt.verdict is ReceiptVerdict.OK else OutboxState.REFUSED
    reason = None if state is OutboxState.DELIVERED else receipt.code
    await work.update_outbox(replace(item, state=state, reason=reason))
    is_undone = state is OutboxState.REFUSED and not await _is_answered(work, item)
    if is_undone and receipt.code == NOT_OPENED:
        await react_to_unread(services, work, item)
    if item.kind is not Kind.RECEIPT:
        # A case may have been erased in the meantime; the proof of delivery names nobody and is kept.
        case_id = item.case_id if await work.has_case(item.case_id) else GATEWAY_CASE
        await work.append(case_id, (_delivered(services, item, receipt),))
    if is_undone:
        await resend(services, work, item, receipt.code)
    return True


async def _is_answered(work: UnitOfWork, item: OutboxItem) -> bool:
    """Whether its recipient answered it before: its refusal is an alert for a person and undoes nothing (ADR 74)."""
    referral = fold(item.case_id, await work.steps(item.case_id)).referral(item.referral_id or "")
    return referral is not None and has_answered(referral, item.kind)


def _decides(receipt: Receipt, item: OutboxItem) -> bool:
    """The first final word counts; only who could not read a message may take its refusal back, by replaying it."""
    if receipt.verdict is ReceiptVerdict.TRANSIENT_ERROR:
        return False
    was_refused = item.state is OutboxState.REFUSED and receipt.verdict is ReceiptVerdict.OK
    return item.state in _UNDECIDED or was_refused


async def _correct(services: Services, work: UnitOfWork, item: OutboxItem, receipt: Receipt) -> bool:
    """What we dropped after an attempt had arrived after all: the journal says so, once, and what took its place in the
    line was too late.
    """
    steps = await work.steps(item.case_id)
    ok = ReceiptVerdict.OK
    told = (step for step in steps if isinstance(step, MessageDelivered) and step.message_id == item.message_id)
    is_told = any(step.verdict == ok for step in told)
    is_news = bool(steps) and not is_told
    if is_news:
        await work.append(item.case_id, (_delivered(services, item, receipt),))
    return is_news


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
        where=receipt.where,
    )
