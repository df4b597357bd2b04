"""Discard a message that will not do its work: a person gives it up, with a reason, and the journal says so.

A held delivery never comes back, however often the sender repeats it, and the sender is told. One whose fault lies
around it is set aside as it came: its bytes are sound, and count under their own names. A parked message is refused,
and the sender is told; its place counts as used once its turn comes, but what is missing before it is never skipped:
that may be a withdrawal. An outgoing message can be given up only when nobody waits for it. One that the other side
refused is over already: who gives it up has looked, and its alert ends. One that waits for a partner's key can be given
up after the time that any other has to arrive.
"""

from dataclasses import replace

from gateway.application.compose_message import Draft, compose
from gateway.application.find_stuck import find_held, find_sent, find_taken, not_found
from gateway.application.permit_act import permit_role
from gateway.application.quarantine_message import ON_THE_WAY, Fault, answer_held
from gateway.domain.errors import EnvelopeError, RefusedError
from gateway.domain.messages import Kind, Receipt, ReceiptVerdict
from gateway.domain.permissions import Permission
from gateway.domain.protocol import TAKES_BACK
from gateway.domain.receipts import DISCARDED
from gateway.domain.steps import Actor, MessageDiscarded
from gateway.ports.services import Services
from gateway.ports.store import (
    GATEWAY_CASE,
    InboxItem,
    InboxState,
    OutboxItem,
    OutboxState,
    QuarantineItem,
    QuarantineState,
    UnitOfWork,
)


async def discard_message(services: Services, wanted: str, reason: str, by: Actor) -> tuple[str, str]:
    """Discard one message.

    Args:
        services: Ours.
        wanted: Message id, or the local id of a held delivery.
        reason: As the operator says.
        by: Who discards it.

    Returns:
        Its id and its state afterwards.

    Raises:
        RefusedError: There is no such message, or it must not be discarded.
    """
    permit_role(services, by, Permission.MESSAGE_HANDLE)
    async with services.store.begin() as work:
        held = await find_held(work, wanted)
        if held is not None:
            return await _give_up_held(services, work, held, reason, by)
        taken = await find_taken(work, wanted)
        if taken is not None:
            return await _give_up_parked(services, work, taken, reason, by)
        item = await find_sent(work, wanted)
        if item is not None:
            return await _give_up_outgoing(services, work, item, reason, by)
    raise not_found()


async def _give_up_held(
    services: Services, work: UnitOfWork, held: QuarantineItem, reason: str, by: Actor
) -> tuple[str, str]:
    is_of_the_road = held.reason in ON_THE_WAY  # The message in it is sound; its sender was told that it was altered.
    given_up = replace(held, state=QuarantineState.SET_ASIDE if is_of_the_road else QuarantineState.DISCARDED)
    await work.save_quarantine(given_up)
    fault = _fault_of(services, given_up)
    if fault.is_answered and not is_of_the_road:
        await answer_held(services, work, given_up, fault)
    await work.append(GATEWAY_CASE, (_step(services, held.message_id or held.item_id, held.sender, reason, by),))
    return held.message_id or held.item_id, given_up.state.value


def _fault_of(services: Services, held: QuarantineItem) -> Fault:
    """What its sender is told: that it was discarded, or nothing when it is a receipt."""
    try:
        opened = services.sealer.open(held.body, at=held.received_at)
        is_receipt = services.mapper.from_bundle(opened.payload).kind is Kind.RECEIPT
    except EnvelopeError:
        return Fault(DISCARDED)
    except RefusedError:
        is_receipt = False
    return Fault(DISCARDED, opened, is_answered=not is_receipt)


async def _give_up_parked(
    services: Services, work: UnitOfWork, item: InboxItem, reason: str, by: Actor
) -> tuple[str, str]:
    if item.state is not InboxState.PARKED:
        raise RefusedError(
            "message-not-stuck",
            "This message was taken in already; what it did cannot be discarded.",
            remedy="See: sogw message show MESSAGE",
        )
    if item.kind in TAKES_BACK:
        raise RefusedError(
            "message-withdraws",
            "This message takes something back, and that counts whenever it comes.",
            remedy="Ask the partner to send what is missing before it again, or replay it when it is held here.",
            rules=("R27", "R37"),
        )
    case_id = (await work.case_of_referral(item.referral_id) if item.referral_id else None) or GATEWAY_CASE
    now = services.clock.now()
    content = Receipt(item.message_id, item.digest, ReceiptVerdict.FATAL_ERROR, DISCARDED, now)
    receipt = await compose(services, work, Draft(content, item.sender, case_id, by))
    given_up = replace(item, state=InboxState.DISCARDED, body=None, reason=DISCARDED, receipt_id=receipt.message_id)
    await work.save_inbox(given_up)
    await work.append(case_id, (_step(services, item.message_id, item.sender, reason, by),))
    return item.message_id, InboxState.DISCARDED.value


async def _give_up_outgoing(
    services: Services, work: UnitOfWork, item: OutboxItem, reason: str, by: Actor
) -> tuple[str, str]:
    has_expired = services.clock.now() - item.created_at > services.terms.give_up_after
    waits_for_key = item.state is OutboxState.PENDING and not item.body and has_expired
    if item.state not in {OutboxState.UNDELIVERABLE, OutboxState.REFUSED} and not waits_for_key:
        raise RefusedError(
            "message-not-stuck",
            f"This message is {item.state.value}, so there is nothing to give up.",
            remedy="To keep messages from going out: sogw partner pause PARTY --reason TEXT",
        )
    is_awaited = item.state is OutboxState.UNDELIVERABLE and item.sequence is not None
    if is_awaited and not has_expired:
        raise RefusedError(
            "message-awaited",
            "The other side waits for this place in the line: without it nothing later of this referral is taken in.",
            remedy="Mend the reason, then run: sogw message replay MESSAGE",
        )
    await work.update_outbox(replace(item, state=OutboxState.DROPPED, reason=DISCARDED))
    await work.append(item.case_id, (_step(services, item.message_id, item.recipient, reason, by),))
    return item.message_id, OutboxState.DROPPED.value


def _step(services: Services, message_id: str, partner: str, reason: str, by: Actor) -> MessageDiscarded:
    return MessageDiscarded(at=services.clock.now(), by=by, message_id=message_id, partner=partner, reason=reason)
