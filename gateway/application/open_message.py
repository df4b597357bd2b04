"""Open a held or parked message for a person: what it says, after the journal says who looked and why (R50, R52)."""

from dataclasses import dataclass

from gateway.application.find_stuck import find_held, find_taken, not_found
from gateway.application.permit_act import permit_role
from gateway.domain.errors import EnvelopeError, RefusedError
from gateway.domain.permissions import Permission
from gateway.domain.steps import Actor, MessageOpened
from gateway.ports.services import Services
from gateway.ports.store import GATEWAY_CASE, InboxItem, QuarantineItem, UnitOfWork


@dataclass(frozen=True, slots=True)
class OpenedContent:
    """What was in a message.

    Attributes:
        message_id: Of the message.
        partner: Who sent it, as the broker said.
        content: The bundle as it was signed; the bytes as received when they cannot be opened.
        reason: Why they cannot be opened; None when they were.
    """

    message_id: str
    partner: str
    content: bytes
    reason: str | None = None


NOT_KEPT = "not-kept"
"""Of a stranger, and of what lay here past its term, only digest and size are on record."""


async def open_message(services: Services, wanted: str, reason: str, by: Actor) -> OpenedContent:
    """Open one message that waits for a person; the journal is written before anything is shown.

    Args:
        services: Ours.
        wanted: Message id, or the local id of a held delivery.
        reason: Why the content must be seen.
        by: Who looks; a person with a name.

    Raises:
        RefusedError: Not a named operator, no reason is given, or the content is not kept as a message.
    """
    permit_role(services, by, Permission.MESSAGE_OPEN)
    if not reason.strip():
        raise RefusedError(
            "opening-without-reason",
            "Content is opened only for a reason.",
            remedy="Give --reason TEXT.",
            rules=("R50", "R52"),
        )
    async with services.store.begin() as work:
        item = await _waiting(work, wanted)
        sender = item.sender
        message_id = item.message_id or (item.item_id if isinstance(item, QuarantineItem) else "")
        content, problem = _opened(services, item)
        step = MessageOpened(at=services.clock.now(), by=by, message_id=message_id, partner=sender, reason=reason)
        case_id = await _case(services, work, sender, content, problem)
        for journal in dict.fromkeys(name for name in (case_id, GATEWAY_CASE) if name):
            await work.append(journal, (step,))
    return OpenedContent(message_id, sender, content, problem)


async def _waiting(work: UnitOfWork, wanted: str) -> QuarantineItem | InboxItem:
    held = await find_held(work, wanted)
    if held is not None:
        return held
    taken = await find_taken(work, wanted)
    if taken is not None and taken.body is not None:
        return taken
    if taken is None and await work.outbox_item(wanted) is None:
        raise not_found()
    raise RefusedError(
        "message-not-openable",
        "Only a held or parked message is opened; what was sent or taken in stands in its case.",
        remedy="See: sogw case show CASE",
    )


def _opened(services: Services, item: QuarantineItem | InboxItem) -> tuple[bytes, str | None]:
    """As of the instant it came: what has expired while it waited is still to be understood."""
    body = item.body or b""
    if not body:
        return body, NOT_KEPT
    try:
        return services.sealer.open(body, at=item.received_at).payload, None
    except EnvelopeError as error:
        return body, error.reason


async def _case(services: Services, work: UnitOfWork, sender: str, content: bytes, problem: str | None) -> str | None:
    """The case whose log must tell it: of a conversation that this sender is part of."""
    if problem is not None:
        return None
    try:
        referral_id = services.mapper.from_bundle(content).referral_id
    except RefusedError:
        return None
    if referral_id is None or await work.partner_of_referral(referral_id) != sender:
        return None
    return await work.case_of_referral(referral_id)
