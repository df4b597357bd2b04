"""Attest the journal: sign its newest checkpoint, seldom enough that a receipt seldom waits for a signature."""

from collections.abc import Callable

from gateway.domain.checkpoint import Checkpoint, SignedCheckpoint
from gateway.ports.services import Services
from gateway.ports.store import UnitOfWork


async def current_checkpoint(services: Services, work: UnitOfWork) -> str:
    """The note for a receipt: the newest one, or a new one when it has grown too old (``CheckpointTerms``).

    Returns:
        The whole signed note.
    """

    def suffices(newest: SignedCheckpoint, checkpoint: Checkpoint) -> bool:
        grown = checkpoint.size - newest.checkpoint.size
        is_old = services.clock.now() - newest.signed_at >= services.checkpoints.within
        return grown < services.checkpoints.every and not (grown > 0 and is_old)

    return (await _attested(services, work, suffices)).note


async def attest(services: Services, work: UnitOfWork) -> SignedCheckpoint:
    """A checkpoint of the journal as it is now, this unit of work included; signed again only when it has grown."""
    return await _attested(services, work, lambda newest, checkpoint: newest.checkpoint == checkpoint)


async def _attested(
    services: Services, work: UnitOfWork, suffices: Callable[[SignedCheckpoint, Checkpoint], bool]
) -> SignedCheckpoint:
    newest, checkpoint = await work.newest_checkpoint(), await work.checkpoint()
    if newest is None or not suffices(newest, checkpoint):
        # Who signs does so one after the other, or a partner could take us for a journal that went back.
        await work.hold_journal()
        newest, checkpoint = await work.newest_checkpoint(), await work.checkpoint()
    if newest is not None and suffices(newest, checkpoint):
        return newest
    # Never before the last one: a clock that went back would look the same.
    now = services.clock.now()
    signed = services.notary.sign(checkpoint, max(now, newest.signed_at) if newest else now)
    await work.save_checkpoint(signed)
    return signed
