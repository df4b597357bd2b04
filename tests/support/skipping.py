"""A partner with valid keys that skips its own rules: it says whatever it likes, rightly signed and sealed."""

from dataclasses import dataclass
from uuid import uuid4

from gateway.application.compose_message import size_floor as size_floor_of
from gateway.application.receive_message import receive
from gateway.domain import messages as m
from gateway.domain.protocol import PROTOCOL
from gateway.ports.services import Services
from gateway.ports.transport import Delivery, Lane
from tests.support.world import World


@dataclass(frozen=True)
class Heard:
    """What became of a message.

    Attributes:
        message_id: Of the message.
        state: Of its inbox row: ``processed``, ``refused``, ``parked``; ``held`` when it is in quarantine.
        code: Why it was refused or held.
    """

    message_id: str
    state: str
    code: str | None


def sealed(
    sender: Services,
    recipient: str,
    content: m.Content,
    referral_id: str | None,
    sequence: int | None,
    size_floor: int | None = None,
) -> Delivery:
    """A message as a program of the sender's own would make it."""
    at = sender.clock.now()
    row = PROTOCOL[content.kind]
    if not row.is_sequenced:
        referral_id = sequence = None
    message = m.Message(str(uuid4()), sender.party.party_id, recipient, at, content, referral_id, sequence)
    floor = size_floor_of(sender.terms, row)
    body = sender.sealer.seal(
        sender.mapper.to_bundle(message),
        recipient=recipient,
        message_id=message.message_id,
        issued_at=at,
        size_floor=floor if size_floor is None else size_floor,
    ).body
    lane = Lane.BILLING if content.kind is m.Kind.INVOICE_ISSUED else Lane.CASES
    party_id = sender.party.party_id
    return Delivery(message.message_id, party_id, party_id, recipient, body, lane=lane)


async def insist(
    sender: Services,
    victim: Services,
    content: m.Content,
    referral_id: str | None = None,
    *,
    later: int = 0,
    size_floor: int | None = None,
) -> Heard:
    """Say it to a party, at the next place in the line, and see what that party makes of it.

    Args:
        sender: Who says it.
        victim: Who hears it.
        content: What is said.
        referral_id: In which conversation.
        later: So many places later than the next: it comes before its turn.
        size_floor: Other than the sender's common size.
    """
    async with victim.store.look() as work:
        before = await work.last_received(sender.party.party_id, referral_id) if referral_id else 0
    delivery = sealed(sender, victim.party.party_id, content, referral_id, before + 1 + later, size_floor)
    await receive(victim, delivery)
    return await heard(victim, sender.party.party_id, delivery.message_id)


async def heard(victim: Services, sender: str, message_id: str) -> Heard:
    """What a party has of a message."""
    async with victim.store.look() as work:
        taken = await work.inbox_item(sender, message_id)
        held = [one for one in await work.quarantine() if one.message_id == message_id]
    if taken is not None:
        return Heard(message_id, taken.state.value, taken.reason)
    return Heard(message_id, "held", held[0].reason) if held else Heard(message_id, "lost", None)


async def insist_in(world: World, sender: str, victim: str, content: m.Content, referral_id: str | None) -> Heard:
    """The same, between parties of a world."""
    return await insist(world.parties[sender], world.parties[victim], content, referral_id)
