"""Go on from a copy of the store without doing harm: nothing goes out until a person says that what was lost is known.

What happened since the copy was made is forgotten: also that a consent was withdrawn. So every partner is paused, in
the same unit of work that says that the store was restored. What partners send is taken in meanwhile: what they
deliver again has its effect now, and what is known already has none.
"""

from dataclasses import replace

from gateway.application.permit_act import permit_role
from gateway.domain.permissions import Permission
from gateway.domain.steps import Actor, BackupMade, PartnerPaused, StoreRestored
from gateway.ports.services import Services
from gateway.ports.store import GATEWAY_CASE


async def note_backup(services: Services, by: Actor) -> None:
    """Keep that a copy is made now; the copy will hold that too."""
    permit_role(services, by, Permission.STORE_KEEP)
    async with services.store.begin() as work:
        await work.append(GATEWAY_CASE, (BackupMade(at=services.clock.now(), by=by),))


async def begin_again(services: Services, reason: str, by: Actor) -> list[str]:
    """Pause every partner of a store that was restored; returns their ids."""
    permit_role(services, by, Permission.STORE_KEEP)
    now = services.clock.now()
    async with services.store.begin() as work:
        await work.append(GATEWAY_CASE, (StoreRestored(at=now, by=by, reason=reason),))
        partners = [partner.party.party_id for partner in await work.partners()]
        for partner in partners:
            route = await work.route(partner)
            if route.paused_at is None:
                await work.save_route(replace(route, paused_at=now, paused_because=reason))
                await work.append(GATEWAY_CASE, (PartnerPaused(at=now, by=by, partner=partner, reason=reason),))
    return partners
