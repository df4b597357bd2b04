"""Attest the journal: sign its newest checkpoint, seldom enough that a receipt seldom waits for a signature."""

from gateway.domain.checkpoint import Checkpoint, SignedCheckpoint
from gateway.ports.services import Services
from gateway.ports.store import UnitOfWork


async def current_checkpoint(services: Services, work: UnitOfWork) -> str:
    """The note for a receipt: the newest one, or a new one when it has grown too old (``CheckpointTerms``).

    Returns:
        The whole signed note.
    """
    newest = await work.newest_checkpoint()
    checkpoint = await work.checkpoint()
    if newest is not None and not _is_due(services, newest, checkpoint):
        return newest.note
    return (await _sign(services, work, checkpoint, newest)).note


async def attest(services: Services, work: UnitOfWork) -> SignedCheckpoint:
    """A checkpoint of the journal as it is now, this unit of work included; signed again only when it has grown."""
    newest = await work.newest_checkpoint()
    checkpoint = await work.checkpoint()
    if newest is not None and newest.checkpoint == checkpoint:
        return newest
    return await _sign(services, work, checkpoint, newest)


def _is_due(services: Services, newest: SignedCheckpoint, checkpoint: Checkpoint) -> bool:
    grown = checkpoint.size - newest.checkpoint.size
    is_old = services.clock.now() - newest.signed_at >= services.checkpoints.within
    return grown >= services.checkpoints.every or (grown > 0 and is_old)


async def _sign(
    services: Services, work: UnitOfWork, checkpoint: Checkpoint, newest: SignedCheckpoint | None
) -> SignedCheckpoint:
    # Never before the last one: after a clock that went back, a partner would take us for a journal that did.
    now = services.clock.now()
    signed = services.notary.sign(checkpoint, max(now, newest.signed_at) if newest else now)
    await work.save_checkpoint(signed)
    return signed
