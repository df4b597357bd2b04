"""Quarantine what cannot be opened, verified or understood; tell the sender, when known, that it failed.

Before the signature was verified the answer has one code, and the digest of the body: whoever brought it may have made
it up. After that it has the code and the place of the fault, and the digest that was signed. What only comes too early
fails for now: its sender tries again with the same bytes, until their time has come.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from gateway.application.compose_message import Draft, compose, partner_party
from gateway.application.keep_ceilings import DAY
from gateway.domain.ceilings import STRANGERS, Ceiling
from gateway.domain.messages import Receipt, ReceiptVerdict
from gateway.domain.receipts import ALTERED, NOT_OPENED, digest_of_body, place_of
from gateway.domain.steps import Actor, ActorRole, MessageQuarantined
from gateway.ports.envelope import OpenedMessage
from gateway.ports.services import Services
from gateway.ports.store import GATEWAY_CASE, OutboxState, QuarantineItem, QuarantineState, UnitOfWork
from gateway.ports.transport import Delivery

ON_THE_WAY = frozenset({"sender-mismatch", "routed-past-permission", "message-id-mismatch", "wrong-lane"})
"""Faults of what lies around sound bytes; only the road can make them, so that they say nothing about the message."""
PASSING = frozenset({"not-yet-valid"})
"""Reasons that pass by themselves: one clock of two is wrong."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a delivery.

    Attributes:
        reason: Code for our journal.
        opened: What was in it, once the signature was verified.
        where: FHIRPath of the fault, when the bundle has it.
        is_answered: Whether its sender is told; nobody answers a receipt.
    """

    reason: str
    opened: OpenedMessage | None = None
    where: str = ""
    is_answered: bool = True


async def quarantine(services: Services, delivery: Delivery, fault: Fault) -> None:
    """Keep the delivery for an operator, journal it, and answer with a receipt.

    The receipt goes to the user the broker vouches for, when that is a partner and the message has an id. A sender that
    resends must not fill the quarantine: the same bytes are kept once, and answered again only when it is to try again.
    Of strangers no body is kept. Above the ceiling of its sender a delivery is neither kept nor answered: a partner
    sends it again, and by then somebody may have made room.
    """
    async with services.store.begin() as work:
        (was,) = await work.quarantined([(delivery.user_id, delivery.body)])
        reason = fault.reason
        fresh = _item(services, delivery, reason)
        item = await hold(services, work, delivery, reason) if was is None else await _as_kept(work, fresh, was)
        if item is not None and fault.is_answered and (was is None or reason in PASSING):
            await answer_held(services, work, replace(item, state=was or item.state), fault)


async def hold(services: Services, work: UnitOfWork, delivery: Delivery, reason: str) -> QuarantineItem | None:
    """Keep a delivery for an operator and journal it; None when its sender has reached its ceiling."""
    partner = await partner_party(work, delivery.user_id)
    item = _item(services, delivery, reason)
    item = replace(item, share=partner.party_id) if partner else replace(item, share=STRANGERS, body=b"")
    if await _is_full(services, work, item):
        return None
    await work.save_quarantine(item)
    by = Actor(ActorRole.SYSTEM, services.party.party_id)
    step = MessageQuarantined(at=item.received_at, by=by, partner=partner.party_id if partner else "", reason=reason)
    await work.append(GATEWAY_CASE, (step,))
    return item


async def _as_kept(work: UnitOfWork, item: QuarantineItem, state: QuarantineState) -> QuarantineItem:
    """Give a delivery that comes too early again the local id under which its bytes are kept."""
    if item.reason not in PASSING:
        return item
    same = await work.quarantined_as(item.sender, item.digest)
    kept = next((kept for kept in same if kept.state is state), None)
    return item if kept is None else replace(item, item_id=kept.item_id)


def _item(services: Services, delivery: Delivery, reason: str) -> QuarantineItem:
    return QuarantineItem(
        item_id=services.new_id(),
        message_id=delivery.message_id,
        sender=delivery.user_id,
        lane=delivery.lane,
        body=delivery.body,
        reason=reason,
        received_at=services.clock.now(),
        size=len(delivery.body),
        digest=digest_of_body(delivery.body),
    )


async def _is_full(services: Services, work: UnitOfWork, item: QuarantineItem) -> bool:
    ceilings, held = services.ceilings, await work.held_of(item.share)
    today = await work.quarantined_since(item.share, item.received_at - DAY)
    has_room = held.count < ceilings.held_per_partner and held.size + len(item.body) <= ceilings.held_bytes_per_partner
    has_room = has_room and today < ceilings.held_per_day
    if not has_room:
        services.reached.note(item.share, Ceiling.HELD, services.clock.now())
    return not has_room


async def answer_held(services: Services, work: UnitOfWork, item: QuarantineItem, fault: Fault) -> None:
    """Tell the sender that a delivery failed: for now, when its reason passes and nobody gave it up; else for ever.

    Args:
        services: Ours.
        work: The running unit of work.
        item: The delivery.
        fault: What is wrong; what was opened counts only when the sender is the one that signed it.
    """
    content = _answer(item, fault, services.clock.now())
    if await partner_party(work, item.sender) is None or not _is_uuid(content.for_message_id):
        return
    again = _answer_id(item, content) if item.reason in PASSING else None
    if again is not None and (sent := await work.outbox_item(again)) is not None:
        if sent.body:
            await work.update_outbox(replace(sent, state=OutboxState.PENDING, next_attempt_at=services.clock.now()))
        return
    by = Actor(ActorRole.SYSTEM, services.party.party_id)
    draft = Draft(content, item.sender, GATEWAY_CASE, by, lane=item.lane, message_id=again, is_brief=again is None)
    await compose(services, work, draft)


def _answer_id(item: QuarantineItem, content: Receipt) -> str:
    """Make one id for one answer to the same bytes, so that they have one answer however often they come too early.

    It looks as random as any other, and is made from an id that nobody else knows: the broker could make it from the
    bytes, and so tell which message was answered how.
    """
    made = sha256(f"{item.item_id} {content.verdict}".encode()).digest()
    return str(UUID(bytes=made[:16], version=4))


def _answer(item: QuarantineItem, fault: Fault, at: datetime) -> Receipt:
    opened = fault.opened
    if opened is None or opened.sender != item.sender:
        is_passing = item.state is not QuarantineState.DISCARDED and item.reason in PASSING
        verdict = ReceiptVerdict.TRANSIENT_ERROR if is_passing else ReceiptVerdict.FATAL_ERROR
        return Receipt(item.message_id, item.digest, verdict, NOT_OPENED, at)
    if fault.reason in ON_THE_WAY:
        return Receipt(opened.message_id, opened.digest, ReceiptVerdict.TRANSIENT_ERROR, ALTERED, at)
    verdict, where = ReceiptVerdict.FATAL_ERROR, place_of(fault.where)
    return Receipt(opened.message_id, opened.digest, verdict, fault.reason, at, where=where)


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
