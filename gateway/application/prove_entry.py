"""Prove one entry of the journal to somebody who has nothing but a fingerprint (R50, R52).

The leaf hashes are made again from the rows, so the time grows with the journal; the proof itself grows with its
logarithm. A proof is checked before it leaves: a journal that was tampered with proves nothing.
"""

from dataclasses import dataclass

from gateway.application.attest_journal import attest
from gateway.application.perform_act import existing_case, recorded
from gateway.application.permit_act import permit, permit_role, permitted_place
from gateway.application.read_journal import leaves
from gateway.domain.checkpoint import SignedCheckpoint
from gateway.domain.entry import PublicEntry
from gateway.domain.errors import OperatorError, RefusedError
from gateway.domain.merkle import inclusion_path
from gateway.domain.permissions import Permission
from gateway.domain.steps import Actor, CaseRead
from gateway.domain.tlog_proof import EntryProof
from gateway.ports.services import Services
from gateway.ports.store import GATEWAY_CASE, EntryContent, UnitOfWork


@dataclass(frozen=True, slots=True)
class Proven:
    """A proof with the entry it is about."""

    entry: PublicEntry
    proof: EntryProof


async def find_entry(services: Services, case_id: str, code: str, by: Actor, *, with_content: bool = False) -> int:
    """The sequence of the newest step of that kind in a case.

    Raises:
        RefusedError: Somebody may not prove it, ``case-unknown`` or ``entry-unknown``.
    """
    permission = _permission(with_content=with_content)
    await permitted_place(services, case_id, by, permission, CaseRead.code)
    async with services.store.begin() as work:
        await permit(services, work, case_id, by, permission)
        await existing_case(work, case_id)
        found = [entry.sequence for entry in await work.entries(case_id) if entry.step.code == code]
    if not found:
        raise _unknown()
    return found[-1]


async def prove_entry(
    services: Services, sequence: int, manifest: str, by: Actor, *, with_content: bool = False
) -> Proven:
    """Make the proof of an entry under a checkpoint of this moment.

    Args:
        services: Ours.
        sequence: Number of the entry, from 1.
        manifest: Our current key manifest, which goes along.
        by: Who asks; it is an entry of the same case.
        with_content: Show what the entry commits to as well; it may be personal.

    Raises:
        RefusedError: Somebody may not prove it, ``entry-unknown``, or ``content-erased``.
        OperatorError: ``journal-changed``: the rows do not give the tree that is signed.
    """
    permission = _permission(with_content=with_content)
    permit_role(services, by, permission)
    async with services.store.look() as work:
        content = await work.content(sequence)
    case_id = content.case_id if content else GATEWAY_CASE

    async def run(work: UnitOfWork) -> tuple[SignedCheckpoint, EntryContent | None]:
        kept = await work.content(sequence)
        if kept is None and with_content:
            raise _erased()
        step = CaseRead(at=services.clock.now(), by=by, view="proof")
        await work.append(kept.case_id if kept else GATEWAY_CASE, (step,))
        return await attest(services, work), kept

    signed, content = await recorded(services, case_id, CaseRead.code, by, permission, run)
    if not 0 < sequence < signed.checkpoint.size:
        raise _unknown()
    entries = [leaf.entry async for leaf in leaves(services, signed.checkpoint.size)]
    if len(entries) != signed.checkpoint.size:
        raise _changed()
    path = inclusion_path([entry.leaf() for entry in entries], sequence - 1)
    leaf = entries[sequence - 1].canonical()
    proof = EntryProof(leaf, sequence - 1, path, signed.note, manifest, _shown(content, with_content=with_content))
    try:
        return Proven(proof.entry(signed.checkpoint.size, bytes.fromhex(signed.checkpoint.root)), proof)
    except RefusedError:
        raise _changed() from None


def _permission(*, with_content: bool) -> Permission:
    return Permission.PROOF_CONTENT if with_content else Permission.PROOF_MAKE


def _shown(content: EntryContent | None, *, with_content: bool) -> bytes | None:
    return content.value if content is not None and with_content else None


def _unknown() -> RefusedError:
    return RefusedError("entry-unknown", "There is no such entry in the journal.", remedy="See: sogw journal list")


def _erased() -> RefusedError:
    return RefusedError(
        "content-erased",
        "The content of this entry was erased, or there is no such entry.",
        remedy="Prove the entry without its content.",
        rules=("R58",),
    )


def _changed() -> OperatorError:
    return OperatorError(
        "journal-changed",
        "The rows of the journal do not give the tree that is signed; nothing can be proven.",
        remedy="Run: sogw journal verify. Keep the store as evidence.",
    )
