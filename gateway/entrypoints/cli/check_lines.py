"""What ``sogw check`` looks at, line by line."""

from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import TYPE_CHECKING

from gateway.application.check_gateway import (
    CheckLine,
    Health,
    check,
    check_complaints,
    check_deliveries,
    check_eligibility,
    check_group,
    check_keys,
    check_objects,
    check_partners,
    check_routes,
    check_store,
    check_work_lists,
    failed,
)
from gateway.domain.errors import GatewayError
from gateway.domain.party import Role
from gateway.entrypoints.cli.session import Session

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.settings import Settings


async def lines(session: Session) -> AsyncIterator[CheckLine]:
    """Every line of the check, from the inside out; what depends on a line that failed is left out."""
    from gateway.logging import configure_logging

    async def settings() -> str:
        return f"party '{session.settings.party.id}', role {session.settings.party.role.value}"

    first = await check("settings", settings)
    yield first
    if first.health is Health.FAILED:
        return
    configure_logging("warning", session.settings.log.format)  # what a library says of the broker is in its line
    async for line in _choices(session.settings):
        yield line
        if line.health is Health.FAILED:
            return
    for line in _certificates(session.settings):
        yield line
    async for line in _inside(session):
        yield line
    async for line in _outside(session.settings):
        yield line


async def _choices(settings: "Settings") -> AsyncIterator[CheckLine]:
    """What an arbodienst chose: its policy, and the words of its back office; nothing where the settings name none."""
    if settings.policy.id is not None:
        yield await check("policy", partial(_policy, settings))
    if settings.backoffice.profile is not None:
        yield await check("profile", partial(_profile, settings.path(settings.backoffice.profile)))


async def _policy(settings: "Settings") -> str:
    from gateway.bootstrap import policy_of

    policy = policy_of(settings)
    groups = [f"fixed group of {len(g.members)} from {g.valid_from:%Y-%m-%d}" for g in policy.group[-1:]]
    pools = [f"{e.pool} asks {' or '.join(code.value for code in e.one_of)}" for e in policy.eligibility if e.one_of]
    return "; ".join([f"'{policy.policy_id}'", *groups, *pools])


async def _profile(file: "Path") -> str:
    from mappings.backoffices.profile import read_profile

    profile = read_profile(file)
    return f"{profile.count} words in {len(profile.words)} lists"


def _certificates(settings: "Settings") -> Iterator[CheckLine]:
    from gateway.bootstrap import SystemClock, certificate_lines

    return certificate_lines(settings, SystemClock().now())


async def _inside(session: Session) -> AsyncIterator[CheckLine]:
    from gateway.bootstrap import build

    try:
        gateway = build(session.settings)
        manifest = gateway.keyring.manifest()
        gateway.keyring.signing_key(gateway.services.clock.now())
        gateway.keyring.checkpoint_keys(gateway.services.clock.now())
    except GatewayError as error:
        yield failed("keys", error)
        return
    yield check_keys(manifest, gateway.services.clock.now())
    policy = gateway.services.policy
    for line in (*check_group(policy, gateway.services.clock.now()), *check_eligibility(policy)):
        yield line
    try:
        async with gateway:
            yield await check("store", lambda: check_store(gateway.services))
            yield await check_work_lists(gateway.services)
            if gateway.services.objects is not None:
                yield await check("documents", partial(check_objects, gateway.services.objects))
            yield await check_partners(gateway.services, gateway.directory.keys)
            if gateway.services.party.role is Role.OHS:
                yield check_complaints(gateway.services)
            yield await check_deliveries(gateway.services)
            ways_out = await check_routes(gateway.services)
            if ways_out is not None:
                yield ways_out
    except GatewayError as error:
        yield failed("store", error)


async def _outside(settings: "Settings") -> AsyncIterator[CheckLine]:
    if settings.broker.url is None:
        remedy = "Set url in [broker], or SOGW_BROKER__URL."
        yield CheckLine("broker", Health.ATTENTION, "No broker is named; nothing can be sent.", remedy)
        return
    from gateway.ports.transport import Lane

    first = await check("broker", lambda: _connect(settings))
    yield first
    if first.health is Health.FAILED:
        return
    for lane in Lane:
        yield await check(f"inbox {lane.value}", partial(_inbox, settings, lane.value))


async def _connect(settings: "Settings") -> str:
    from gateway.bootstrap import broker_transport

    transport = broker_transport(settings)
    try:
        await transport.open()
    finally:
        await transport.close()
    return "reached, and it lets us in"


async def _inbox(settings: "Settings", vhost: str) -> str:
    from gateway.entrypoints.cli.broker_probe import waiting_in_inbox

    return f"there, {await waiting_in_inbox(settings, vhost)} waiting"
