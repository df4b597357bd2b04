"""Read what a partner said later in a conversation and waits here for its turn: it restricts already (R27)."""

from collections.abc import Collection

from gateway.domain.errors import EnvelopeError, RefusedError
from gateway.domain.messages import Content, Kind, Message, ReferralWithdrawal
from gateway.ports.services import Services
from gateway.ports.store import InboxItem, UnitOfWork


async def overtaking(
    services: Services, work: UnitOfWork, sender: str, referral_id: str, kinds: Collection[Kind]
) -> tuple[Content, ...]:
    """Give the content of the parked messages of these kinds in a line; without any, one look at its count."""
    return tuple(_said(services, item) for item in await work.waiting(sender, referral_id, kinds))


def _said(services: Services, item: InboxItem) -> Content:
    """What a parked message says; one that opens no more takes back the most it can (R27)."""
    try:
        return reopened(services, item, item.body or b"").content
    except (EnvelopeError, RefusedError):
        return ReferralWithdrawal()


def reopened(services: Services, item: InboxItem, body: bytes) -> Message:
    """Open a parked message, as of the moment it came.

    Raises:
        EnvelopeError, RefusedError: It opens no more: a key of its sender was revoked meanwhile.
    """
    return services.mapper.from_bundle(services.sealer.open(body, at=item.received_at).payload)
