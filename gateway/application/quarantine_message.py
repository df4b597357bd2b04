"""Quarantine what cannot be opened, verified or understood; tell the sender, when known, that it failed."""

from uuid import UUID

from gateway.application.compose_message import Draft, compose, partner_party
from gateway.domain.messages import Receipt, ReceiptVerdict
from gateway.domain.steps import Actor, ActorRole, MessageQuarantined
from gateway.ports.services import Services
from gateway.ports.store import GATEWAY_CASE, QuarantineItem
from gateway.ports.transport import Delivery

OUTSIDE_CODE = "message-refused"
"""The one code a sender hears, whatever the reason; the reason stays in our journal."""


async def quarantine(services: Services, delivery: Delivery, reason: str) -> None:
    """Keep the delivery for an operator, journal it, and answer with a fatal-error receipt.

    The receipt goes to the user the broker vouches for, when that is a partner and the message has an id.
    """
    now = services.clock.now()
    by = Actor(ActorRole.SYSTEM, services.party.party_id)
    item = QuarantineItem(
        item_id=services.new_id(),
        message_id=delivery.message_id,
        sender=delivery.user_id,
        lane=delivery.lane,
        body=delivery.body,
        reason=reason,
        received_at=now,
    )
    async with services.store.begin() as work:
        if await work.quarantined([(item.sender, item.body)]) != [None]:
            return  # A sender that resends must not fill the quarantine: the same bytes are kept once.
        await work.save_quarantine(item)
        partner = await partner_party(work, delivery.user_id)
        step = MessageQuarantined(at=now, by=by, partner=partner.party_id if partner else "", reason=reason)
        await work.append(GATEWAY_CASE, (step,))
        if partner is not None and _is_uuid(delivery.message_id):
            content = Receipt(delivery.message_id, "", ReceiptVerdict.FATAL_ERROR, OUTSIDE_CODE, now)
            await compose(services, work, Draft(content, partner.party_id, GATEWAY_CASE, by, lane=delivery.lane))


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
