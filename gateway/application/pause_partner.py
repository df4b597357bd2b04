"""Pause and resume what goes out to a partner; what comes from it is taken in as ever."""

from dataclasses import replace

from gateway.application.circuit_breaker import mended
from gateway.application.perform_act import known_partner
from gateway.application.permit_act import permit_role
from gateway.domain.errors import RefusedError
from gateway.domain.permissions import Permission
from gateway.domain.steps import Actor, PartnerPaused, PartnerResumed
from gateway.ports.services import Services
from gateway.ports.store import GATEWAY_CASE, Route


async def pause_partner(services: Services, partner: str, reason: str, by: Actor) -> Route:
    """Let nothing go out to a partner until it is resumed, in every process and after every restart.

    Raises:
        RefusedError: ``partner-paused``: it is already.
    """
    permit_role(services, by, Permission.PARTNER_MANAGE)
    now = services.clock.now()
    async with services.store.begin() as work:
        await known_partner(work, partner)
        route = await work.hold_route(partner)
        if route.paused_at is not None:
            raise RefusedError(
                "partner-paused", "This partner is paused already.", remedy="See: sogw partner show PARTY"
            )
        route = replace(route, paused_at=now, paused_because=reason)
        await work.save_route(route)
        await work.append(GATEWAY_CASE, (PartnerPaused(at=now, by=by, partner=partner, reason=reason),))
    return route


async def resume_partner(services: Services, partner: str, reason: str, by: Actor) -> Route:
    """Let messages go out again; an open circuit is closed too, for a person says that the way is there.

    Raises:
        RefusedError: ``partner-not-paused``: it is neither paused nor resting.
    """
    permit_role(services, by, Permission.PARTNER_MANAGE)
    now = services.clock.now()
    async with services.store.begin() as work:
        await known_partner(work, partner)
        route = await work.hold_route(partner)
        if route.paused_at is None and route.opened_at is None:
            raise RefusedError(
                "partner-not-paused",
                "This partner is not paused, and its circuit is closed.",
                remedy="See: sogw partner show PARTY",
            )
        route = replace(mended(route), paused_at=None, paused_because=None)
        await work.save_route(route)
        await work.append(GATEWAY_CASE, (PartnerResumed(at=now, by=by, partner=partner, reason=reason),))
    return route
