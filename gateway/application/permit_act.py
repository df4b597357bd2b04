"""Permit an act or a look: the one place where the table of permissions is asked (R35, R38, R42, R51).

Role and name are judged before anything is looked up, so that who may not ask learns nothing, not even whether there
is such a case. The relation to the case is judged in the unit of work that acts.
"""

from gateway.domain.case import Case, fold
from gateway.domain.errors import RefusedError
from gateway.domain.permissions import Permission
from gateway.domain.rules.permission import actor_may, asks_relation, bond_of, role_may, sees_content
from gateway.domain.rules.refusal import PERMIT, Permit, Refusal, Ruling
from gateway.domain.steps import ActionRefused, Actor
from gateway.ports.services import Services
from gateway.ports.store import GATEWAY_CASE, UnitOfWork


def permit_role(services: Services, by: Actor, permission: Permission) -> None:
    """Ask whether role and name permit it; enough for what concerns no case.

    Raises:
        RefusedError: ``role-not-permitted`` or ``name-required``.
    """
    raise_ruling(role_may(permission, by, services.party.role))


async def permit(services: Services, work: UnitOfWork, case_id: str, by: Actor, permission: Permission) -> None:
    """Ask whether role, name and relation to the case permit it.

    Raises:
        RefusedError: As ``permit_role``, or the actor is not close enough to this case. A case that is not there
            is not told here.
    """
    permit_role(services, by, permission)
    raise_ruling(await _judged(services, work, case_id, by, permission))


def is_permitted(services: Services, case: Case, by: Actor, permission: Permission) -> bool:
    """Tell whether ``permit`` would permit it for a case at hand."""
    side = services.party.role
    if role_may(permission, by, side) is not PERMIT:
        return False
    known = case if asks_relation(bond_of(permission, by.role, side)) else None
    return actor_may(permission, by, side, services.policy, known) is PERMIT


async def _judged(services: Services, work: UnitOfWork, case_id: str, by: Actor, permission: Permission) -> Ruling:
    side = services.party.role
    needs_case = asks_relation(bond_of(permission, by.role, side)) and case_id != GATEWAY_CASE
    steps = await work.steps(case_id) if needs_case else []
    return actor_may(permission, by, side, services.policy, fold(case_id, steps) if steps else None)


async def permitted_place(services: Services, place: str, by: Actor, permission: Permission, action: str) -> str:
    """Find the case that a case id or a referral id names, for somebody whose role may ask.

    Args:
        services: Ours.
        place: Id of a case, or of one of its referrals.
        by: Who asks.
        permission: For what.
        action: Code of the act, for the journal.

    Returns:
        The id of the case; ``place`` itself when no referral has that id.

    Raises:
        RefusedError: As ``permit_role``; the same whether or not there is such a case.
    """
    async with services.store.look() as work:
        case_id = await work.case_of_referral(place) or place
    try:
        permit_role(services, by, permission)
    except RefusedError as refusal:
        await note_refusal(services, case_id, action, by, refusal)
        raise
    return case_id


async def case_of_referral(services: Services, referral_id: str, by: Actor, permission: Permission, action: str) -> str:
    """Find the case of a referral, for somebody whose role may ask.

    Raises:
        RefusedError: As ``permitted_place``, or ``referral-unknown``.
    """
    await permitted_place(services, referral_id, by, permission, action)
    async with services.store.look() as work:
        case_id = await work.case_of_referral(referral_id)
    if case_id is None:
        raise unknown_referral()
    return case_id


def unknown_referral() -> RefusedError:
    """Make the error for a referral that is not here."""
    return RefusedError("referral-unknown", "There is no such referral here.", remedy="See: sogw referral list")


async def note_refusal(services: Services, case_id: str, action: str, by: Actor, refusal: RefusedError) -> None:
    """Journal a refused act in its case (R49); what a role may not do is noted also where there is no such case."""
    step = ActionRefused(at=services.clock.now(), by=by, action=action, reason=refusal.code, because_of=refusal.rules)
    async with services.store.begin() as work:
        if await work.steps(case_id):
            await work.append(case_id, (step,))
        elif refusal.code == "role-not-permitted":
            await work.append(GATEWAY_CASE, (step,))


def sees_whole(services: Services, by: Actor, permission: Permission) -> bool:
    """Tell whether somebody who may look sees content too, and not only where a case stands."""
    return sees_content(permission, by.role, services.party.role)


def raise_ruling(ruling: Ruling) -> None:
    """Turn a refusal into an error that says why and what to do."""
    match ruling:
        case Permit():
            return
        case Refusal():
            raise RefusedError(ruling.code, ruling.message, remedy=ruling.remedy, rules=ruling.rules)
