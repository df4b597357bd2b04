"""Read work lists: cases, referrals and requests under the AVG, what is due first on top (R23, R36, R58).

They show no person, and so are no reading of a case. Nothing is opened or folded but what is kept of the lines shown.
"""

from dataclasses import replace
from random import SystemRandom
from typing import Final

import structlog

from gateway.application.permit_act import permit_role, raise_ruling
from gateway.domain.errors import OperatorError, TemporaryError
from gateway.domain.permissions import Bond, Permission
from gateway.domain.relation import Identity, identity_of
from gateway.domain.rules.permission import actor_may, bond_of
from gateway.domain.steps import Actor
from gateway.ports.services import Services
from gateway.ports.store import Page, WorkLine, WorkQuery

__all__ = ["Page", "WorkLine", "WorkQuery", "rebuild_summaries", "refresh_summaries", "stale_summaries", "work_list"]

_AT_ONCE: Final = 100
"""Cases of which the lines are made anew in one unit of work, so that others have their turn in between."""
_log = structlog.get_logger(__name__)


async def work_list(services: Services, by: Actor, query: WorkQuery) -> Page[WorkLine]:
    """Give a page of a work list: all lines of who works on all cases, or those of a physician's own cases.

    Args:
        services: Ours.
        by: Who looks.
        query: Which lines; ``physician`` is set here.

    Raises:
        RefusedError: This role lists no cases, nobody is named whose cases they are, or ``cursor-invalid``.
    """
    permit_role(services, by, Permission.WORKLIST_READ)
    raise_ruling(actor_may(Permission.WORKLIST_READ, by, services.party.role, services.policy, None))
    if query.cursor is None:
        await refresh_summaries(services)
    async with services.store.look() as work:
        return await work.work_list(replace(query, physician=_whose(services, by)))


async def refresh_summaries(services: Services) -> int:
    """Make anew what time alone may have changed, and what was never made; returns of how many cases.

    A case that cannot be read, or that somebody holds too long, keeps its lines and keeps nobody else from the list.
    """
    tried, made = set[str](), 0
    while True:
        now = services.clock.now()
        async with services.store.look() as work:
            due = [one for one in await work.summaries_due(now, _AT_ONCE + len(tried)) if one not in tried]
        if not due:
            return made
        tried.update(due)
        made += len(due) if await _is_made(services, due) else sum([await _is_made(services, [one]) for one in due])


async def rebuild_summaries(services: Services, by: Actor) -> int:
    """Make the lines of every case anew from its steps; returns of how many cases.

    Raises:
        RefusedError: This role does not keep the store.
    """
    permit_role(services, by, Permission.STORE_KEEP)
    async with services.store.look() as work:
        case_ids = await work.case_ids()
    made = 0
    for first in range(0, len(case_ids), _AT_ONCE):
        some = case_ids[first : first + _AT_ONCE]
        made += len(some) if await _is_made(services, some) else sum([await _is_made(services, [one]) for one in some])
    return made


async def stale_summaries(services: Services, number: int = _AT_ONCE) -> int:
    """Compare the lines of some cases, chosen by chance, with their steps; returns of how many they differ."""
    await refresh_summaries(services)
    async with services.store.look() as work:
        case_ids = await work.case_ids()
        some = SystemRandom().sample(case_ids, min(number, len(case_ids)))
        return sum([not await work.is_summary_true(case_id) for case_id in some])


async def _is_made(services: Services, case_ids: list[str]) -> bool:
    try:
        async with services.store.begin() as work:
            await work.summarise_anew(case_ids)
    except (OperatorError, TemporaryError) as error:
        _log.warning("work-list-incomplete", code=error.code)
        return False
    return True


def _whose(services: Services, by: Actor) -> tuple[Identity, ...] | None:
    """Name the physicians of whose cases somebody sees the lines; None for all cases (``rules.permission``)."""
    bond = bond_of(Permission.WORKLIST_READ, by.role, services.party.role)
    principal = identity_of(by.on_behalf_of)
    if bond is Bond.OF_CASE:
        return identity_of(by.name, by.big), principal
    return (principal,) if bond is Bond.DELEGATED else None
