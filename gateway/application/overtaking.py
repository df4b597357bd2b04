"""Read what a partner said later in a conversation and waits here for its turn: it restricts already (R27)."""

from gateway.domain.errors import EnvelopeError, RefusedError
from gateway.domain.messages import Content, Kind, Message, ReferralWithdrawal
from gateway.domain.party import Party
from gateway.domain.protocol import ENDS_DISCLOSURE, may_say
from gateway.domain.size_class import SMALLEST_MESSAGE_BYTES
from gateway.ports.services import Services
from gateway.ports.store import InboxItem, UnitOfWork

LARGEST_EARLY = 4 * SMALLEST_MESSAGE_BYTES
"""Bytes of a sealed message that is opened before its turn; one of ours of these kinds has less than half of it."""


def may_be_read_early(kind: Kind, body: bytes) -> bool:
    """Tell whether a message may wait here: what is opened at every look at its line says little, and is small."""
    return kind not in ENDS_DISCLOSURE or len(body) <= LARGEST_EARLY


async def overtaking(services: Services, work: UnitOfWork, partner: Party, referral_id: str) -> tuple[Content, ...]:
    """Give what a partner said in a line that ends disclosure, without what is not its to say (ADR 73).

    Without anything parked it is one look at the count of the line.
    """
    kinds = [kind for kind in ENDS_DISCLOSURE if may_say(partner.role, kind)]
    return tuple(_said(services, item) for item in await work.waiting(partner.party_id, referral_id, kinds))


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
