"""Receive one delivery: open, check, let it have its effect once, and answer with a signed receipt (protocol 4).

One unit of work holds inbox row, steps, reactions and receipt; the delivery is acknowledged after it is committed.
Same id and digest again: the stored receipt again, no effect. Same id, other digest: refused and alarmed. A gap in
the line parks the message. What cannot be opened or understood goes to quarantine; the queue moves on.
"""

from dataclasses import replace

from gateway.application.attest_journal import current_checkpoint
from gateway.application.compose_message import BILLING_KINDS, Draft, compose
from gateway.application.perform_act import known_partner, situation_of
from gateway.application.quarantine_message import quarantine
from gateway.application.react_to_message import react, react_to_refusal
from gateway.application.settle_receipt import settle_receipt
from gateway.domain.case import fold
from gateway.domain.effects import news, steps_of
from gateway.domain.errors import EnvelopeError, RefusedError
from gateway.domain.messages import Content, InvoiceNotice, Kind, Message, Receipt, ReceiptVerdict
from gateway.domain.party import Party, Role
from gateway.domain.protocol import PROTOCOL
from gateway.domain.rules.exchange import may_be_overtaken, may_receive
from gateway.domain.steps import Actor, ActorRole, PoolInvoiceReceived
from gateway.ports.envelope import OpenedMessage
from gateway.ports.services import Services
from gateway.ports.store import GATEWAY_CASE, InboxItem, InboxState, OutboxState, QuarantineState, UnitOfWork
from gateway.ports.transport import Delivery, Lane, Settlement


async def receive(services: Services, delivery: Delivery) -> Settlement:
    """Take one delivery.

    Returns:
        ``ACK`` once everything is stored. An exception means the store failed: the delivery comes again.
    """
    now = services.clock.now()
    try:
        opened = services.sealer.open(delivery.body, at=now)
        message = _checked(services, delivery, opened)
    except EnvelopeError as error:
        await quarantine(services, delivery, error.reason)
        return Settlement.ACK
    except RefusedError as error:
        await quarantine(services, delivery, error.code)
        return Settlement.ACK
    problem = await _taken(services, message, opened, delivery)
    if problem is not None:
        await quarantine(services, delivery, problem)
    return Settlement.ACK


async def _taken(services: Services, message: Message, opened: OpenedMessage, delivery: Delivery) -> str | None:
    """Take it in one unit of work; what a rule refuses half-way leaves nothing behind but a reason."""
    try:
        async with services.store.begin() as work:
            if await work.quarantined(delivery.user_id, delivery.body) is QuarantineState.DISCARDED:
                return None
            return await take(services, work, message, opened, delivery)
    except RefusedError as error:
        return error.code


def _checked(services: Services, delivery: Delivery, opened: OpenedMessage) -> Message:
    """Who the broker says sent it, who signed it and who the bundle says sent it must be one; so must the ids."""
    if delivery.user_id != opened.sender or delivery.routing_key_sender != opened.sender:
        raise EnvelopeError("sender-mismatch")
    if delivery.recipient != services.party.party_id:
        # Brokers before 4.0.3 let CC and BCC headers past the topic permission (messaging.md fact 7): the copy comes
        # here under the routing key it was published with.
        raise EnvelopeError("routed-past-permission")
    if delivery.message_id not in {"", opened.message_id}:
        raise EnvelopeError("message-id-mismatch")
    message = services.mapper.from_bundle(opened.payload)
    claimed = (message.message_id, message.sender, message.recipient)
    if claimed != (opened.message_id, opened.sender, opened.recipient):
        raise EnvelopeError("bundle-mismatch")
    on_billing = delivery.lane is Lane.BILLING
    if message.kind is not Kind.RECEIPT and (message.kind in BILLING_KINDS) is not on_billing:
        raise EnvelopeError("wrong-lane")
    return message


async def take(
    services: Services, work: UnitOfWork, message: Message, opened: OpenedMessage, delivery: Delivery
) -> str | None:
    """Let an authentic message have its effect, once.

    Returns:
        A reason for quarantine, or None.
    """
    await work.hold([await _case_of(work, message)])
    known = await work.inbox_item(message.sender, message.message_id)
    if known is not None:
        return await _again(services, work, known, opened)
    partner = await known_partner(work, message.sender)
    if isinstance(message.content, Receipt):
        return await settle_receipt(services, work, message, opened, message.content)
    item = _inbox_item(services, message, opened)
    if message.sequence is not None and message.referral_id is not None:
        if await work.partner_of_referral(message.referral_id) not in {None, message.sender}:
            await _refuse(services, work, message, item, "not-the-partner", delivery.lane)
            return None
        expected = await work.last_received(message.sender, message.referral_id) + 1
        if message.sequence > expected:
            await work.save_inbox(replace(item, state=InboxState.PARKED, body=delivery.body))
            return None
        if message.sequence < expected:
            await _refuse(services, work, message, item, "sequence-used", delivery.lane)
            return None
    await _take_effect(services, work, message, item, partner, delivery.lane)
    await _unpark(services, work, message, delivery)
    return None


async def _case_of(work: UnitOfWork, message: Message) -> str:
    """The case a message is about; which one that is never changes, so it may be asked before the case is held."""
    if isinstance(message.content, Receipt):
        item = await work.outbox_item(message.content.for_message_id)
        return item.case_id if item is not None else GATEWAY_CASE
    if message.referral_id is None:
        return GATEWAY_CASE
    return await work.case_of_referral(message.referral_id) or message.referral_id


def _inbox_item(services: Services, message: Message, opened: OpenedMessage) -> InboxItem:
    return InboxItem(
        sender=message.sender,
        message_id=message.message_id,
        digest=opened.digest,
        kind=message.kind,
        state=InboxState.PROCESSED,
        received_at=services.clock.now(),
        referral_id=message.referral_id,
        sequence=message.sequence,
    )


async def _again(services: Services, work: UnitOfWork, known: InboxItem, opened: OpenedMessage) -> str | None:
    """A duplicate: the stored receipt once more; or an impostor under a known id."""
    if known.digest != opened.digest:
        return "digest-mismatch"
    receipt = await work.outbox_item(known.receipt_id) if known.receipt_id else None
    if receipt is not None:
        await work.update_outbox(replace(receipt, state=OutboxState.PENDING, next_attempt_at=services.clock.now()))
    return None


async def _take_effect(
    services: Services, work: UnitOfWork, message: Message, item: InboxItem, partner: Party, lane: Lane
) -> None:
    if isinstance(message.content, InvoiceNotice):
        await _take_invoice(services, work, message, item, message.content, lane)
        return
    referral_id = message.referral_id or ""
    case_id = await _case_of(work, message)
    case = fold(case_id, await work.steps(case_id))
    situation = situation_of(services, case, referral_id, partner)
    overtaken_by = await _overtaking(services, work, message) if may_be_overtaken(message.kind) else ()
    decision = may_receive(replace(situation, overtaken_by=overtaken_by), message.content)
    if not decision.is_permitted:
        code = decision.refusals[0].code
        await _refuse(services, work, message, replace(item, case_id=case_id), code, lane)
        await react_to_refusal(services, work, case_id, message, code)
        return
    by = Actor(_ROLE_OF_SENDER[partner.role], message.sender)
    steps = steps_of(message, partner=message.sender, by=by, at=item.received_at)
    await work.append(case_id, news(case, steps))
    if PROTOCOL[message.kind].opens:
        await work.bind_referral(referral_id, case_id, message.sender)
    await _accept(services, work, message, replace(item, case_id=case_id), lane)
    await react(services, work, case_id, message)


async def _overtaking(services: Services, work: UnitOfWork, message: Message) -> tuple[Content, ...]:
    """What the sender said later in this conversation and waits here for its turn: known already (R27)."""
    waiting = await work.waiting(message.sender, message.referral_id or "")
    opened = [services.sealer.open(item.body, at=item.received_at) for item in waiting if item.body is not None]
    return tuple(services.mapper.from_bundle(one.payload).content for one in opened)


_ROLE_OF_SENDER = {Role.OHS: ActorRole.FIRST_PHYSICIAN, Role.POOL: ActorRole.SECOND_PHYSICIAN}


async def _take_invoice(
    services: Services, work: UnitOfWork, message: Message, item: InboxItem, invoice: InvoiceNotice, lane: Lane
) -> None:
    partner = await known_partner(work, message.sender)
    if partner.role not in PROTOCOL[message.kind].senders:
        await _refuse(services, work, message, item, "wrong-role", lane)
        return
    step = PoolInvoiceReceived(
        at=item.received_at,
        by=Actor(ActorRole.SYSTEM, message.sender),
        message_id=message.message_id,
        partner=message.sender,
        invoice=invoice,
    )
    await work.append(GATEWAY_CASE, (step,))
    await _accept(services, work, message, replace(item, case_id=GATEWAY_CASE), lane)


async def _accept(services: Services, work: UnitOfWork, message: Message, item: InboxItem, lane: Lane) -> None:
    receipt_id = await _receipt(services, work, message, item, ReceiptVerdict.OK, "accepted", lane)
    await work.save_inbox(replace(item, state=InboxState.PROCESSED, receipt_id=receipt_id))


async def _refuse(
    services: Services, work: UnitOfWork, message: Message, item: InboxItem, code: str, lane: Lane
) -> None:
    """No effect, and the sender is told with a code."""
    receipt_id = await _receipt(services, work, message, item, ReceiptVerdict.FATAL_ERROR, code, lane)
    await work.save_inbox(replace(item, state=InboxState.REFUSED, receipt_id=receipt_id, reason=code))


async def _receipt(
    services: Services,
    work: UnitOfWork,
    message: Message,
    item: InboxItem,
    verdict: ReceiptVerdict,
    code: str,
    lane: Lane,
) -> str:
    note = await current_checkpoint(services, work)
    content = Receipt(message.message_id, item.digest, verdict, code, item.received_at, note)
    by = Actor(ActorRole.SYSTEM, services.party.party_id)
    case_id = item.case_id or GATEWAY_CASE
    receipt = await compose(services, work, Draft(content, message.sender, case_id, by, lane=lane))
    return receipt.message_id


async def _unpark(services: Services, work: UnitOfWork, message: Message, delivery: Delivery) -> None:
    """The next in line may be waiting already."""
    if message.referral_id is None or message.sequence is None:
        return
    waiting = await work.parked(message.sender, message.referral_id, message.sequence + 1)
    if waiting is None:
        return
    if waiting.body is None:
        # It was discarded while it was parked: its turn has come, and the line goes on behind it.
        await work.save_inbox(replace(waiting, state=InboxState.REFUSED))
        await _unpark(services, work, replace(message, sequence=waiting.sequence), delivery)
        return
    opened = services.sealer.open(waiting.body, at=waiting.received_at)
    following = services.mapper.from_bundle(opened.payload)
    partner = await known_partner(work, following.sender)
    await _take_effect(services, work, following, replace(waiting, body=None), partner, delivery.lane)
    await _unpark(services, work, following, delivery)
