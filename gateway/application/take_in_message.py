"""Take in authentic messages: each has its effect once, in the unit of work that also holds its receipt.

Same id and digest again: the stored receipt again, no effect. Same id, other digest: refused and alarmed. A gap in
the line parks the message until the one before it has come; then it is taken in by a unit of work of its own
(``unpark_messages``), so that it can do nothing to the one that closed the gap.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from gateway.application.acknowledge_messages import Acknowledgements, common_case
from gateway.application.attest_journal import current_checkpoint
from gateway.application.circuit_breaker import note_receipt
from gateway.application.enclose_files import keep_enclosures
from gateway.application.keep_ceilings import Refusing, may_leave_steps, may_take_more
from gateway.application.overtaking import may_be_read_early, overtaking
from gateway.application.perform_act import known_partner, situation_of
from gateway.application.react_to_message import react, react_to_refusal
from gateway.application.settle_receipt import fault_of, settle_receipt
from gateway.application.watch_alerts import OVERREACH, came_to_light
from gateway.application.witness_journal import witness
from gateway.domain.case import Case, fold
from gateway.domain.ceilings import Ceiling
from gateway.domain.effects import as_known, changes, new_steps, steps_of
from gateway.domain.messages import Content, InvoiceNotice, Message, Receipt
from gateway.domain.party import Party
from gateway.domain.protocol import PROTOCOL, may_say
from gateway.domain.receipts import NOT_OPENED, TAKEN, Returned, digest_of_body
from gateway.domain.rules.billing import number_free
from gateway.domain.rules.exchange import OVERREACHING, may_be_overtaken, may_receive
from gateway.domain.rules.permission import role_told
from gateway.domain.rules.refusal import decide
from gateway.domain.steps import Actor, ActorRole, MessageReplayed, PoolInvoiceReceived
from gateway.ports.envelope import OpenedMessage
from gateway.ports.services import Services
from gateway.ports.store import (
    GATEWAY_CASE,
    InboxItem,
    InboxState,
    OutboxItem,
    OutboxState,
    QuarantineState,
    UnitOfWork,
)
from gateway.ports.transport import Delivery, Lane


@dataclass(frozen=True, slots=True)
class Arrival:
    """A delivery that was opened, verified and understood.

    Attributes:
        delivery: As it came.
        opened: The envelope's content and sender.
        message: What the content says.
        replayed_by: Who takes it out of quarantine; None when it was delivered.
    """

    delivery: Delivery
    opened: OpenedMessage
    message: Message
    replayed_by: Actor | None = None


Line = tuple[str, str]
"""A sender and a referral: messages of a line have their effect in order."""


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What came of messages that were taken in together.

    Attributes:
        problems: For each a reason for quarantine, or None.
        lines: Where the turn of a parked message has come.
        waiting: Digests of those that wait for their turn.
    """

    problems: list[str | None]
    lines: tuple[Line, ...]
    waiting: frozenset[str]


async def take_in(services: Services, work: UnitOfWork, arrivals: Sequence[Arrival]) -> TakenIn:
    """Let messages have their effect, one after the other."""
    messages = [arrival.message for arrival in arrivals]
    await _look_ahead(work, messages)
    await work.hold({case_id for message in messages for case_id in await _cases_of(work, message)})
    # What was looked up before the cases were held may have changed since; from here on it holds.
    await _look_ahead(work, messages)
    await work.inbox_items([(message.sender, message.message_id) for message in messages])
    said = [message for message in messages if not isinstance(message.content, Receipt)]
    await work.last_received_of([(m.sender, m.referral_id) for m in said if m.referral_id is not None])
    await work.read_ahead({await _case_of(work, message) for message in said} - {GATEWAY_CASE})
    in_quarantine = await work.quarantined([(one.delivery.user_id, one.delivery.body) for one in arrivals])
    # Before anything is appended: asking the tree for more would make the others wait for it from here on.
    note = await current_checkpoint(services, work) if said else None
    intake = Intake(services, work, note, services.terms.receipts_together if len(said) > 1 else 1)
    problems = [
        None if was is QuarantineState.DISCARDED else await intake.take(arrival)
        for arrival, was in zip(arrivals, in_quarantine, strict=True)
    ]
    await intake.finish()
    for arrival, was, problem in zip(arrivals, in_quarantine, problems, strict=True):
        if was is QuarantineState.HELD and problem is None:
            await _release(services, work, arrival)
    if said:
        # Signed now, when it is due, so that the next group need not: the tree is held from here on, and not for long.
        await current_checkpoint(services, work)
    return TakenIn(problems, tuple(intake.lines), frozenset(intake.waiting))


async def _release(services: Services, work: UnitOfWork, arrival: Arrival) -> None:
    """What was held and is taken in now, by a replay or because it came again in its time, is held no more."""
    by = arrival.replayed_by or Actor(ActorRole.SYSTEM, services.party.party_id)
    delivery, message_id = arrival.delivery, arrival.message.message_id
    digest = sha256(delivery.body).hexdigest()
    for held in await work.quarantined_as(delivery.user_id, digest):
        if held.state is QuarantineState.HELD:
            await work.save_quarantine(replace(held, state=QuarantineState.REPLAYED))
            step = MessageReplayed(at=services.clock.now(), by=by, message_id=message_id, reason=held.reason)
            await work.append(GATEWAY_CASE, (step,))


async def _look_ahead(work: UnitOfWork, messages: Sequence[Message]) -> None:
    """The store looks once for what is asked for together, and knows each of it afterwards."""
    receipts = (message.content for message in messages if isinstance(message.content, Receipt))
    await work.outbox_items([message_id for receipt in receipts for message_id in receipt.message_ids])
    await work.cases_of_referrals({m.referral_id for m in messages if m.referral_id is not None})


async def _cases_of(work: UnitOfWork, message: Message) -> set[str]:
    """The cases a message is about; which ones never changes, so it may be asked before they are held."""
    if isinstance(message.content, Receipt):
        found = await work.outbox_items(message.content.message_ids)
        return {item.case_id for item in found.values()} or {GATEWAY_CASE}
    return {await _case_of(work, message)}


async def _case_of(work: UnitOfWork, message: Message) -> str:
    """The case of a message that is no receipt."""
    if message.referral_id is None:
        return GATEWAY_CASE
    return await work.case_of_referral(message.referral_id) or message.referral_id


class Intake:
    """One unit of work in which messages are taken in.

    Args:
        services: Ours.
        work: The unit of work; it holds the cases.
        note: Our journal's checkpoint for the receipts; None when there will be none.
        together: How many accepted messages share a receipt at most.
    """

    def __init__(self, services: Services, work: UnitOfWork, note: str | None, together: int) -> None:
        self._services = services
        self._work = work
        self._answers: dict[tuple[str, str | None], None] = {}
        self._receipts = Acknowledgements(services, work, note, together)
        self._refusing = Refusing(services, work)
        self.lines: dict[Line, None] = {}
        self.waiting: set[str] = set()
        self.refused: list[tuple[str, str]] = []

    async def take(self, arrival: Arrival) -> str | None:
        """Let a message have its effect, once.

        Returns:
            A reason for quarantine, or None.
        """
        message, opened = arrival.message, arrival.opened
        known = await self._work.inbox_item(message.sender, message.message_id)
        # The same receipt settles again what was sent again to a partner that had lost its store, but knew it still.
        # That something was not opened is said once: who says it again is not the partner.
        is_heard = not isinstance(message.content, Receipt) or message.content.code == NOT_OPENED
        if known is not None and (is_heard or known.digest != opened.digest):
            return await self._again(known, opened, arrival.delivery)
        partner = await known_partner(self._work, message.sender)
        item = self._inbox_item(message, opened)
        if isinstance(message.content, Receipt):
            return await self._settle(message, item, message.content)
        await self._take_its_turn(message, item, partner, arrival.delivery)
        return None

    async def finish(self) -> None:
        """Write the receipts that accept, and note what those that came say about who gave them, once each: that they
        are there, and how their journal is.
        """
        await self._receipts.write()
        for partner in sorted({partner for partner, _ in self._answers}):
            await note_receipt(self._work, partner)
        for partner, note in self._answers:
            if note is not None:
                await witness(self._services, self._work, partner, note)

    async def _take_its_turn(self, message: Message, item: InboxItem, partner: Party, delivery: Delivery) -> None:
        """Keep the order of its conversation: what comes early waits, what comes late is refused."""
        if message.sequence is not None and message.referral_id is not None:
            whose = await self._work.partner_of_referral(message.referral_id)
            if whose not in {None, message.sender}:
                await self._refuse(item, "not-the-partner", delivery.lane)
                return
            expected = await self._work.last_received(message.sender, message.referral_id) + 1
            if message.sequence > expected:
                is_refused = whose is not None and not may_say(partner.role, message.kind)
                await self._park(item, delivery, "wrong-role" if is_refused else None)
                return
            if message.sequence < expected:
                await self._refuse(item, TAKEN, delivery.lane)
                return
        await self._take_effect(message, item, partner, delivery.lane)
        if message.referral_id is not None and await self._work.waiting_count(message.sender, message.referral_id):
            self.lines[message.sender, message.referral_id] = None

    async def _park(self, item: InboxItem, delivery: Delivery, code: str | None) -> None:
        """Let it wait for the one before it; above a ceiling it is not answered, and so comes again later.

        What no turn can permit is refused now, and only its place waits (ADR 73). In a conversation that is not known
        here it is parked, under the ceiling of what a partner parks.
        """
        ceilings, work = self._services.ceilings, self._work
        line, parked = await work.waiting_count(item.sender, item.referral_id or ""), await work.parked_of(item.sender)
        has_room = (
            line < ceilings.parked_per_conversation
            and parked.count < ceilings.held_per_partner
            and parked.size + len(delivery.body) <= ceilings.held_bytes_per_partner
            and may_be_read_early(item.kind, delivery.body)
        )
        if has_room and code is not None:
            await self._refuse(item, code, delivery.lane, InboxState.DISCARDED)
        elif has_room:
            await work.save_inbox(replace(item, state=InboxState.PARKED, body=delivery.body))
            self.waiting.add(item.digest)
        else:
            self._services.reached.note(item.sender, Ceiling.PARKED, self._services.clock.now())

    def _inbox_item(self, message: Message, opened: OpenedMessage) -> InboxItem:
        return InboxItem(
            sender=message.sender,
            message_id=message.message_id,
            digest=opened.digest,
            kind=message.kind,
            state=InboxState.PROCESSED,
            received_at=self._services.clock.now(),
            referral_id=message.referral_id,
            sequence=message.sequence,
        )

    async def _again(self, known: InboxItem, opened: OpenedMessage, delivery: Delivery) -> str | None:
        """A duplicate: the stored receipt once more, or one like it; or an impostor under a known id."""
        if known.digest != opened.digest:
            return Returned.DIGEST_MISMATCH
        if known.state is InboxState.PARKED:
            self.waiting.add(known.digest)
        if known.receipt_id is None or self._receipts.will_write(known.receipt_id):
            return None
        receipt = await self._work.outbox_item(known.receipt_id)
        if receipt is not None and receipt.body:
            now = self._services.clock.now()
            await self._work.update_outbox(replace(receipt, state=OutboxState.PENDING, next_attempt_at=now))
        elif receipt is None or receipt.is_brief:
            await self._answer_anew(known, receipt, delivery)
        return None

    async def _answer_anew(self, known: InboxItem, receipt: OutboxItem | None, delivery: Delivery) -> None:
        """Make a receipt again that was not kept, or that could not be sealed when it was due."""
        if receipt is not None:
            await self._work.forget_receipt(receipt.message_id)
        has_case = known.case_id is not None and await self._work.has_case(known.case_id)
        item = known if has_case else replace(known, case_id=None)
        if known.state is InboxState.PROCESSED:
            receipt_id = await self._receipts.accept(item, delivery.lane)
        else:
            is_unopened = known.reason == NOT_OPENED
            item = replace(item, digest=digest_of_body(delivery.body)) if is_unopened else item
            receipt_id = await self._receipts.refuse(item, known.reason or "", delivery.lane)
        await self._work.save_inbox(replace(known, receipt_id=receipt_id))

    async def _settle(self, message: Message, item: InboxItem, receipt: Receipt) -> str | None:
        """Settle each message it is about by itself; one that does not fit makes it held, and spoils no other."""
        faults = list[Returned]()
        settled = list[str]()
        is_news = False
        for part in receipt.parts():
            sent = await self._work.outbox_item(part.for_message_id)
            fault = fault_of(part, sent, message.sender)
            if fault is not None:
                faults.append(fault)
            elif sent is not None:
                settled.append(sent.case_id)
                is_news = await settle_receipt(self._services, self._work, sent, part) or is_news
        if settled:
            self._answers[message.sender, receipt.checkpoint if is_news else None] = None
        if faults:
            return faults[0]
        if is_news:  # one that settles nothing more leaves nothing behind, however often it is said
            case_id = common_case(settled)
            await self._work.save_inbox(replace(item, referral_id=None, sequence=None, case_id=case_id))
        return None

    async def _take_effect(self, message: Message, item: InboxItem, partner: Party, lane: Lane) -> None:
        if isinstance(message.content, InvoiceNotice):
            await self._take_invoice(message, item, message.content, partner, lane)
            return
        referral_id = message.referral_id or ""
        case_id = await _case_of(self._work, message)
        known = await self._work.steps(case_id)
        case = fold(case_id, known)
        situation = situation_of(self._services, case, referral_id, partner, self._services.clock.now())
        overtaken_by: tuple[Content, ...] = ()
        if may_be_overtaken(message.kind):
            overtaken_by = await overtaking(self._services, self._work, partner, referral_id)
        is_spent = not known and await self._work.partner_of_referral(referral_id) is not None
        situation = replace(situation, overtaken_by=overtaken_by, is_spent=is_spent)
        decision = may_receive(situation, message.content)
        if decision.is_permitted:
            decision = await may_take_more(self._services, self._work, situation, message, known)
        if not decision.is_permitted:
            code = decision.refusals[0].code
            if await self._refuse(replace(item, case_id=case_id), code, lane):
                await react_to_refusal(self._services, self._work, case_id, message, code)
            return
        by = Actor(role_told(message, partner.role), message.sender)
        told = replace(message, content=as_known(message.content, partner, case))
        steps = new_steps(case, steps_of(told, partner=message.sender, by=by, at=item.received_at))
        if may_leave_steps(self._services, message, known) or changes(case, steps):
            await self._work.append(case_id, steps)
        if PROTOCOL[message.kind].opens:
            await self._work.bind_referral(referral_id, case_id, message.sender)
        await self._accept(message, replace(item, case_id=case_id), lane)
        await react(self._services, self._work, case_id, message)

    async def _take_invoice(
        self, message: Message, item: InboxItem, invoice: InvoiceNotice, partner: Party, lane: Lane
    ) -> None:
        situation = situation_of(self._services, Case(GATEWAY_CASE), None, partner, item.received_at)
        decision = may_receive(situation, invoice)
        if decision.is_permitted:
            decision = await may_take_more(self._services, self._work, situation, message)
        known = await self._invoices_of(message.sender) if decision.is_permitted else []
        if decision.is_permitted and invoice not in known:
            decision = decide(number_free(invoice, known))
        if not decision.is_permitted:
            await self._refuse(item, decision.refusals[0].code, lane)
            return
        if invoice in known:
            await self._accept(message, replace(item, case_id=GATEWAY_CASE), lane)
            return
        step = PoolInvoiceReceived(
            at=item.received_at,
            by=Actor(ActorRole.SYSTEM, message.sender),
            message_id=message.message_id,
            partner=message.sender,
            invoice=invoice,
        )
        await self._work.append(GATEWAY_CASE, (step,))
        await self._accept(message, replace(item, case_id=GATEWAY_CASE), lane)

    async def _invoices_of(self, partner: str) -> list[InvoiceNotice]:
        steps = await self._work.steps(GATEWAY_CASE)
        return [step.invoice for step in steps if isinstance(step, PoolInvoiceReceived) and step.partner == partner]

    async def _accept(self, message: Message, item: InboxItem, lane: Lane) -> None:
        """It had its effect."""
        await keep_enclosures(self._services, message, item.digest)
        receipt_id = await self._receipts.accept(item, lane)
        await self._work.save_inbox(replace(item, state=InboxState.PROCESSED, receipt_id=receipt_id))

    async def _refuse(self, item: InboxItem, code: str, lane: Lane, state: InboxState = InboxState.REFUSED) -> bool:
        """No effect: the sender is told with code and place, a person where no honest sender says such a thing.

        Returns:
            Whether it was: when so many of its sender were refused today that nothing more is kept of them, it is not
            answered either, and so comes again later.
        """
        if not await self._may_refuse(item):
            return False
        if code in OVERREACHING:
            await self._work.save_alert(came_to_light(OVERREACH, item.sender, item.received_at))
        self.refused.append((item.sender, item.digest))
        receipt_id = await self._receipts.refuse(item, code, lane)
        await self._work.save_inbox(replace(item, state=state, receipt_id=receipt_id, reason=code))
        return True

    async def _may_refuse(self, item: InboxItem) -> bool:
        """Whether there is room to keep that one more message of its sender was refused."""
        return await self._refusing.has_room(item.sender)
