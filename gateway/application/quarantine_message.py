"""Quarantine what cannot be opened, verified or understood; tell the sender, when known, that it failed.

What only comes too early fails for now: its sender tries again with the same bytes, until their time has come.
"""

from dataclasses import replace
from uuid import UUID

from gateway.application.compose_message import Draft, compose, partner_party
from gateway.domain.messages import Receipt, ReceiptVerdict
from gateway.domain.steps import Actor, ActorRole, MessageQuarantined
from gateway.ports.services import Services
from gateway.ports.store import GATEWAY_CASE, QuarantineItem, QuarantineState, UnitOfWork
from gateway.ports.transport import Delivery

OUTSIDE_CODE = "message-refused"
"""The one code a sender hears, whatever the reason; the reason stays in our journal."""
PASSING = frozenset({"not-yet-valid"})
"""Reasons that pass by themselves: one clock of two is wrong."""


async def quarantine(services: Services, delivery: Delivery, reason: str) -> None:
    """Keep the delivery for an operator, journal it, and answer with a fatal-error receipt.

    The receipt goes to the user the broker vouches for, when that is a partner and the message has an id. A sender that
    resends must not fill the quarantine: the same bytes are kept once, and answered again only when it is to try again.
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
        (was,) = await work.quarantined([(item.sender, item.body)])
        if was is None:
            partner = await partner_party(work, item.sender)
            await work.save_quarantine(item)
            step = MessageQuarantined(at=now, by=by, partner=partner.party_id if partner else "", reason=reason)
            await work.append(GATEWAY_CASE, (step,))
        if was is None or reason in PASSING:
            await answer_held(services, work, replace(item, state=was or item.state))


async def answer_held(services: Services, work: UnitOfWork, item: QuarantineItem) -> None:
    """Tell the sender that a delivery failed: for now, when its reason passes and nobody gave it up; else for ever."""
    if await partner_party(work, item.sender) is None or not _is_uuid(item.message_id):
        return
    is_passing = item.state is not QuarantineState.DISCARDED and item.reason in PASSING
    verdict = ReceiptVerdict.TRANSIENT_ERROR if is_passing else ReceiptVerdict.FATAL_ERROR
    content = Receipt(item.message_id, "", verdict, OUTSIDE_CODE, services.clock.now())
    by = Actor(ActorRole.SYSTEM, services.party.party_id)
    await compose(services, work, Draft(content, item.sender, GATEWAY_CASE, by, lane=item.lane))


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
