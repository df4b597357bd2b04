"""Deliver again what a partner received and lost: the same bytes under the same ids, each with one effect."""

from dataclasses import dataclass, replace
from datetime import datetime

from gateway.application.perform_act import known_partner
from gateway.application.permit_act import permit_role
from gateway.domain.permissions import Permission
from gateway.domain.steps import Actor, MessageReplayed
from gateway.ports.services import Services
from gateway.ports.store import GATEWAY_CASE, OutboxItem, OutboxState

LOST = "partner-restored"
"""Why a delivered message goes again."""


@dataclass(frozen=True, slots=True)
class Resent:
    """What came of it.

    Attributes:
        sent: Ids of the messages that go again.
        too_old: Ids of those that cannot: their envelope has expired, or is not kept any more.
    """

    sent: tuple[str, ...]
    too_old: tuple[str, ...]


async def resend_since(services: Services, partner: str, since: datetime, by: Actor) -> Resent:
    """Send again what was made since an instant and delivered to a partner that restored an older store.

    Consent is weighed again before each leaves. What the partner does know it answers with the receipt of then.

    Raises:
        OperatorError: ``partner-unknown``.
    """
    permit_role(services, by, Permission.PARTNER_MANAGE)
    now = services.clock.now()
    async with services.store.begin() as work:
        await known_partner(work, partner)
        lost = [item for item in await work.outbox() if _was_delivered(item, partner, since)]
        fresh = [i for i in lost if i.body and now - i.created_at <= services.terms.give_up_after]
        for item in fresh:
            await work.update_outbox(replace(item, state=OutboxState.PENDING, next_attempt_at=now, reason=LOST))
        steps = [MessageReplayed(at=now, by=by, message_id=item.message_id, reason=LOST) for item in fresh]
        await work.append(GATEWAY_CASE, steps)
    sent = tuple(item.message_id for item in fresh)
    return Resent(sent, tuple(item.message_id for item in lost if item.message_id not in sent))


def _was_delivered(item: OutboxItem, partner: str, since: datetime) -> bool:
    is_delivered = item.state is OutboxState.DELIVERED and item.needs_receipt
    return is_delivered and item.recipient == partner and item.created_at >= since
