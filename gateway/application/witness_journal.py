"""Be the witness of a partner's journal: keep the checkpoint in its receipt, and say when two cannot both be true.

A doubt never stands in the way of the receipt: the message was delivered. It is a step in the gateway's own journal,
and the notes that contradict each other are kept as evidence.
"""

from gateway.domain.errors import RefusedError
from gateway.domain.steps import Actor, ActorRole, PartnerJournalDoubted
from gateway.ports.services import Services
from gateway.ports.store import GATEWAY_CASE, UnitOfWork

CONTRADICTS = "checkpoint-contradicts"
"""Why a well-signed checkpoint is doubted: a split view, or a journal that went back."""


async def witness(services: Services, work: UnitOfWork, partner: str, note: str) -> None:
    """Keep a partner's checkpoint, after its signatures were verified and it was held against the earlier ones."""
    newest = await work.newest_witnessed(partner)
    if newest is not None and newest.note == note:
        return
    try:
        signed = services.notary.verify(note, partner)
    except RefusedError as error:
        await _doubt(services, work, partner, error.code, None)
        return
    if await work.save_witnessed(partner, signed) and await work.contradicting(partner, signed):
        await _doubt(services, work, partner, CONTRADICTS, signed.checkpoint.size)


async def _doubt(services: Services, work: UnitOfWork, partner: str, reason: str, size: int | None) -> None:
    step = PartnerJournalDoubted(
        at=services.clock.now(),
        by=Actor(ActorRole.SYSTEM, services.party.party_id),
        partner=partner,
        reason=reason,
        size=size,
    )
    await work.append(GATEWAY_CASE, (step,))
