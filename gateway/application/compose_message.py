"""Make, seal and enqueue one message within a unit of work: the only way anything leaves the house."""

from dataclasses import dataclass
from datetime import timedelta

from gateway.application.audit_message import audit_lines
from gateway.application.enclose_files import lay_decoy
from gateway.domain.case import Case
from gateway.domain.errors import RefusedError
from gateway.domain.messages import ContactCorrection, Content, Kind, Message
from gateway.domain.party import Party
from gateway.domain.protocol import PROTOCOL, TAKES_BACK, Row
from gateway.domain.receipts import PADDED_SIZE
from gateway.domain.size_class import SMALLEST_MESSAGE_BYTES
from gateway.domain.steps import Actor
from gateway.ports.envelope import SealedMessage
from gateway.ports.services import DeliveryTerms, Services
from gateway.ports.store import OutboxItem, OutboxState, UnitOfWork
from gateway.ports.transport import Lane

WITHOUT_KEY = "partner-key-missing"
"""Reason of a message that waits in the outbox without a body: nothing can be sealed to its recipient now."""
SAID_LATER = TAKES_BACK | {
    Kind.ERASURE_CONFIRMED,
    Kind.INFORMATION_DECLINED,
    Kind.REPORT_WITHHELD,
    Kind.REFERRAL_STOPPED,
    Kind.REFERRAL_DECLINED,
}
"""Kinds whose decision does not wait for the other side's keys: they disclose nothing, and a step says them again."""

BILLING_KINDS = frozenset({Kind.INVOICE_ISSUED})
"""Kinds that never share a road with cases (R55)."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be said, to whom and by whom.

    Attributes:
        content: The content; its class fixes the kind.
        recipient: The partner's party id.
        case_id: The case at our side.
        by: Who acts.
        referral_id: The conversation; None for invoices and receipts.
        sequence: Only to take the place of a dropped message; otherwise the next number is taken.
        lane: Only receipts choose: they go back by the lane of what they answer.
        wait: How long it stays in the outbox before it may go.
        message_id: When it was made before; otherwise a new one is.
        is_brief: Whether nobody needs its bytes once it was delivered.
    """

    content: Content
    recipient: str
    case_id: str
    by: Actor
    referral_id: str | None = None
    sequence: int | None = None
    lane: Lane | None = None
    wait: timedelta = timedelta()
    message_id: str | None = None
    is_brief: bool = False


async def compose(services: Services, work: UnitOfWork, draft: Draft, case: Case | None = None) -> Message:
    """Seal a message and put it in the outbox; the caller has judged it and appends its steps.

    While the partner has no key, what discloses nothing is put there unsealed: ``seal_waiting`` says it later.

    Args:
        services: Ours.
        work: The running unit of work.
        draft: What to say.
        case: The folded case, for the audit lines of its consents.

    Returns:
        The message, as its bundle says it.
    """
    now = services.clock.now()
    row = PROTOCOL[draft.content.kind]
    sequence = draft.sequence
    if row.is_sequenced and draft.referral_id is not None and sequence is None:
        sequence = await work.next_sequence(draft.referral_id, draft.recipient)
    message = Message(
        message_id=draft.message_id or services.new_id(),
        sender=services.party.party_id,
        recipient=draft.recipient,
        sent_at=now,
        content=draft.content,
        referral_id=draft.referral_id,
        sequence=sequence,
    )
    if not services.sealer.reaches(draft.recipient, now):
        if message.kind is Kind.RECEIPT:
            return message  # Whoever has no key sends again, and is answered anew.
        if _is_said_later(draft.content):
            await work.enqueue(_item(draft, message, SealedMessage(b"", "")))
            return message
    payload = services.mapper.to_bundle(message, audit=audit_lines(message, draft.by, case))
    if row.shares_size and len(payload) > services.terms.common_size:
        most = services.terms.common_size
        raise RefusedError(
            "payload-too-large",
            f"A message of this kind has {most} bytes at most, so that its size tells nothing.",
            remedy="Send the document as a file, which travels beside the message.",
            rules=("R41",),
        )
    sealed = services.sealer.seal(
        payload,
        recipient=draft.recipient,
        message_id=message.message_id,
        issued_at=now,
        size_floor=size_floor(services.terms, row),
    )
    await lay_decoy(services, message, sealed.digest)
    await work.enqueue(_item(draft, message, sealed))
    return message


def _is_said_later(content: Content) -> bool:
    takes_a_place = isinstance(content, ContactCorrection) and content.contact is None
    return takes_a_place or content.kind in SAID_LATER


def _item(draft: Draft, message: Message, sealed: SealedMessage) -> OutboxItem:
    return OutboxItem(
        message_id=message.message_id,
        case_id=draft.case_id,
        kind=message.kind,
        recipient=draft.recipient,
        lane=draft.lane or (Lane.BILLING if message.kind in BILLING_KINDS else Lane.CASES),
        referral_id=draft.referral_id,
        sequence=message.sequence,
        body=sealed.body,
        digest=sealed.digest,
        needs_receipt=message.kind is not Kind.RECEIPT,
        state=OutboxState.PENDING,
        attempts=0,
        next_attempt_at=message.sent_at + draft.wait,
        created_at=message.sent_at,
        is_brief=draft.is_brief,
    )


def size_floor(terms: DeliveryTerms, row: Row) -> int:
    """Give the size in bytes to which every smaller message of a kind is padded before it is signed."""
    if row.kind is Kind.RECEIPT:
        return PADDED_SIZE
    return terms.common_size if row.shares_size else SMALLEST_MESSAGE_BYTES


async def partner_party(work: UnitOfWork, party_id: str) -> Party | None:
    """The party behind a partner id, when it was onboarded."""
    return next((p.party for p in await work.partners() if p.party.party_id == party_id), None)
