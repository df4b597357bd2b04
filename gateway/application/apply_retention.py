"""Keep house: delete what has come to the end of its term, and keep in the journal that it was (R57, Q25).

Bodies of messages go by their age alone; the copy of a case goes when nothing needs it any more, case by case, each in
a unit of work of its own. What is not final is never touched.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.application.permit_act import permit_role
from gateway.domain.case import fold
from gateway.domain.permissions import Permission
from gateway.domain.retention import DataKind
from gateway.domain.rules.keeping import may_expire
from gateway.domain.rules.refusal import Decision
from gateway.domain.steps import Actor, DataDeleted, EmployerInvoiced, RetentionEnded, Step
from gateway.ports.objects import ObjectStore
from gateway.ports.services import Services
from gateway.ports.store import GATEWAY_CASE, SETTLED_OUTBOX_STATES, WAITING_INBOX_STATES, UnitOfWork

_ON_ITS_WAY = timedelta(days=1)
"""A copy is older than this before its case is missed: what came is kept before its message has its effect."""

_BODIES = (DataKind.TRANSPORT_COPY, DataKind.RECEIPT_COPY, DataKind.HELD_DELIVERY)


@dataclass(frozen=True, slots=True)
class Cleared:
    """What came to its end.

    Attributes:
        kind: Of which kind.
        count: How many.
        until: Everything settled before this instant.
    """

    kind: DataKind
    count: int
    until: datetime


async def apply_retention(services: Services, by: Actor, *, is_trial: bool = False) -> list[Cleared]:
    """Delete what is over its term, at a person's word.

    Raises:
        RefusedError: This role may not do that.
    """
    permit_role(services, by, Permission.STORE_KEEP)
    return await delete_expired(services, by, is_trial=is_trial)


async def delete_expired(services: Services, by: Actor, *, is_trial: bool = False) -> list[Cleared]:
    """Delete what is over its term.

    Args:
        services: Ours; ``retention`` says how long each kind is kept.
        by: Who does it; the system, when it does so by itself.
        is_trial: Only say what would be deleted.

    Returns:
        One line per kind, also when there was nothing.
    """
    bodies = [await _clear_bodies(services, kind, by, is_trial=is_trial) for kind in _BODIES]
    cases = await _clear_cases(services, by, is_trial=is_trial)
    objects = services.objects
    files = [await _clear_files(services, objects, by, is_trial=is_trial)] if objects is not None else []
    return [*bodies, *files, cases]


async def _clear_files(services: Services, objects: ObjectStore, by: Actor, *, is_trial: bool) -> Cleared:
    """Take back what lay out long enough, and drop sealed copies whose keys went with their case."""
    now = services.clock.now()
    until = now - services.retention.of(DataKind.LAID_OUT)
    for referral_id in () if is_trial else await objects.kept(now - _ON_ITS_WAY):
        if not await _is_alive(services, referral_id):
            await objects.drop(referral_id)
    if not is_trial:
        await _clear_aside(services, objects, now - _ON_ITS_WAY)
    count = await objects.expire(until, is_trial=is_trial)
    if count and not is_trial:
        async with services.store.begin() as work:
            await work.append(GATEWAY_CASE, (_deleted(now, by, DataKind.LAID_OUT, count, until),))
    return Cleared(DataKind.LAID_OUT, count, until)


async def _clear_aside(services: Services, objects: ObjectStore, before: datetime) -> None:
    """Remove what was fetched for a message that had no effect since, and does not wait for its turn either."""
    async with services.store.look() as work:
        waiting = await work.parked_digests()
    for sender, digest in await objects.aside(before):
        if digest not in waiting:
            await objects.release(sender, digest)


async def _is_alive(services: Services, referral_id: str) -> bool:
    async with services.store.look() as work:
        case_id = await work.case_of_referral(referral_id)
        return case_id is not None and await work.has_case(case_id)


async def _clear_bodies(services: Services, kind: DataKind, by: Actor, *, is_trial: bool) -> Cleared:
    now = services.clock.now()
    until = now - services.retention.of(kind)
    async with services.store.look() as work:
        count = await work.expired_bodies(kind, until)
    if count and not is_trial:
        async with services.store.begin() as work:
            count = await work.delete_expired_bodies(kind, until)
            if count:
                await work.append(GATEWAY_CASE, (_deleted(now, by, kind, count, until),))
    return Cleared(kind, count, until)


async def _clear_cases(services: Services, by: Actor, *, is_trial: bool) -> Cleared:
    now = services.clock.now()
    until = now - services.retention.case_copy
    async with services.store.look() as work:
        candidates = [c for c in await work.case_ids(until) if (await _decision(services, work, c)).is_permitted]
    if is_trial:
        return Cleared(DataKind.CASE_COPY, len(candidates), until)
    count = 0
    for case_id in candidates:
        async with services.store.begin() as work:
            count += await _shred(services, work, case_id, by)
    return Cleared(DataKind.CASE_COPY, count, until)


async def _shred(services: Services, work: UnitOfWork, case_id: str, by: Actor) -> bool:
    """Judged once more, now that the case is held: somebody may have acted in between."""
    await work.hold({case_id, GATEWAY_CASE})
    if not (await _decision(services, work, case_id)).is_permitted:
        return False
    await forget_case(work, case_id, RetentionEnded(at=services.clock.now(), by=by))
    return True


async def forget_case(work: UnitOfWork, case_id: str, last: Step) -> None:
    """Destroy the content of a case. What remains: its pseudonymous log, ended by ``last``, and its invoices.

    An invoice is kept for seven years and says nothing about a person: it moves to the gateway's own journal.
    """
    invoices = [step for step in await work.steps(case_id) if isinstance(step, EmployerInvoiced)]
    await work.append(case_id, (last,))
    await work.append(GATEWAY_CASE, invoices)
    await work.erase(case_id)


async def _decision(services: Services, work: UnitOfWork, case_id: str) -> Decision:
    case = fold(case_id, await work.steps(case_id))
    settled = await is_settled(work, case_id)
    return may_expire(case, services.policy, services.retention.case_copy, services.clock.now(), is_settled=settled)


async def is_settled(work: UnitOfWork, case_id: str) -> bool:
    """Every message of the case is delivered and confirmed, and none waits for its turn."""
    out, came = await work.outbox(case_id), await work.inbox(case_id)
    return all(item.state in SETTLED_OUTBOX_STATES for item in out) and not any(
        item.state in WAITING_INBOX_STATES for item in came
    )


def _deleted(at: datetime, by: Actor, kind: DataKind, count: int, until: datetime) -> DataDeleted:
    return DataDeleted(at=at, by=by, kind=kind.value, count=count, until=until)
