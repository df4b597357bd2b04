"""Prove to a witness that our journal still holds the checkpoint it has of us."""

from gateway.application.attest_journal import attest
from gateway.application.read_journal import leaves
from gateway.domain.errors import OperatorError, RefusedError
from gateway.domain.merkle import consistency_path
from gateway.domain.tlog_growth import GrowthProof
from gateway.ports.services import Services


async def prove_growth(services: Services, note: str) -> GrowthProof:
    """From a checkpoint of ours in other hands to one of this moment.

    Raises:
        RefusedError: The note is not ours.
        OperatorError: ``journal-changed``: our journal does not hold it any more.
    """
    former = services.notary.verify(note, services.party.party_id).checkpoint
    async with services.store.begin() as work:
        signed = await attest(services, work)
    hashes = [leaf.entry.leaf() async for leaf in leaves(services, signed.checkpoint.size)]
    try:
        proof = GrowthProof(former.size, consistency_path(hashes, former.size), signed.note)
        proof.check(former, signed.checkpoint)
    except (ValueError, RefusedError):
        raise OperatorError(
            "journal-changed",
            "Our journal does not hold that checkpoint any more; nothing can be proven.",
            remedy="Run: sogw journal verify --checkpoint FILE. Keep the store as evidence.",
        ) from None
    return proof
