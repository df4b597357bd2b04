"""Read the journal's public part: pseudonymous entries, whole or of one case; the reading is an entry too (R52)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from gateway.application.perform_act import existing_case
from gateway.application.permit_act import permitted_place
from gateway.domain.entry import PublicEntry
from gateway.domain.permissions import Permission
from gateway.domain.steps import Actor, CaseRead
from gateway.ports.services import Services
from gateway.ports.store import GATEWAY_CASE, Leaf


async def _no_rest() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Pace:
    """How much of the journal is read at once, for others have their turn in between.

    Attributes:
        entries: Per unit of work.
        rest: Awaited after each.
    """

    entries: int = 1000
    rest: Callable[[], Awaitable[None]] = _no_rest


AT_ONCE = Pace()


async def read_journal(services: Services, by: Actor, *, case_id: str | None = None) -> list[PublicEntry]:
    """Entries in order; the last one says that they were read.

    Raises:
        RefusedError: This role does not review the journal, or ``case-unknown``.
    """
    await permitted_place(services, case_id or GATEWAY_CASE, by, Permission.JOURNAL_READ, CaseRead.code)
    async with services.store.begin() as work:
        if case_id is not None:
            await existing_case(work, case_id)
        step = CaseRead(at=services.clock.now(), by=by, view="journal")
        await work.append(case_id or GATEWAY_CASE, (step,))
        size = (await work.checkpoint()).size
        wanted = {entry.sequence for entry in await work.entries(case_id)} if case_id is not None else None
    entries = [leaf.entry async for leaf in leaves(services, size)]
    return entries if wanted is None else [entry for entry in entries if entry.sequence in wanted]


async def leaves(
    services: Services, size: int, *, with_content: bool = False, pace: Pace = AT_ONCE
) -> AsyncIterator[Leaf]:
    """The leaves up to a sequence, page by page. The journal only grows, so pages of different moments fit."""
    last: int | None = None
    while last is None or last < size:
        async with services.store.look() as work:
            page = await work.leaves(last, pace.entries, with_content=with_content)
        for leaf in page:
            if leaf.entry.sequence <= size:
                yield leaf
        if not page:
            return
        last = page[-1].entry.sequence
        await pace.rest()
