"""A partner with software of its own: rightly signed and sealed, and nothing that its own rules would let it say."""

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from adapters.keyrings import AesVault
from adapters.objects import DirectoryObjects
from adapters.sql import SqlStore
from gateway.application import conduct_referral as pool
from gateway.application.receive_message import receive
from gateway.application.submit_case import submit_case
from gateway.domain import messages as m
from gateway.domain.consent import Consent, Purpose
from gateway.ports.services import Services
from gateway.ports.store import InboxItem, QuarantineItem
from gateway.ports.transport import Delivery, Lane
from tests.support import skipping
from tests.support.world import OHS, POOL, SECOND, SECOND_PHYSICIAN, World, accepted_case, consent

CASE = "SO-2026-0001"


async def on_disk(world: World, folder: Path, **changes: object) -> World:
    """Give the arbodienst a store in SQLite, and everybody a directory for large documents; and change its services."""
    async with world.ohs.store.look() as work:
        partners = await work.partners()
    store = SqlStore(f"sqlite:///{folder}/store.db", AesVault(bytes(32)), world.clock)
    await store.open()
    async with store.begin() as work:
        for partner in partners:
            await work.save_partner(partner)
    await world.ohs.store.close()
    for party_id, services in world.parties.items():
        objects = DirectoryObjects(party_id, folder / "shared", folder / party_id)
        more = {"store": store, **changes} if party_id == OHS.party_id else {}
        await renewed(world, party_id, replace(services, objects=objects, **more))
    return world


async def renewed(world: World, party_id: str, services: Services) -> None:
    """Let a party go on with other services."""
    await services.transport.drain()
    world.parties[party_id] = services
    await services.transport.consume(world._handler(services))


async def referred(world: World, *consents: Consent) -> str:
    """Refer the case to the pool; returns the referral's id."""
    given = (consent(Purpose.CONTACT_TO_SO), consent(Purpose.FEEDBACK_TO_SO), *consents)
    assert (await submit_case(world.ohs, CASE, accepted_case(*given))).refusals == ()
    await world.settle()
    return (await world.case(world.ohs, CASE)).referrals[-1].referral_id


async def examined(world: World, *consents: Consent) -> str:
    """The same, until the second opinion has started."""
    referral_id = await referred(world, *consents)
    await pool.accept_referral(world.pool, referral_id, SECOND_PHYSICIAN, SECOND)
    await pool.reach_milestone(world.pool, referral_id, SECOND_PHYSICIAN, m.Milestone.SO_STARTED)
    await world.settle()
    world.clock.forward(hours=1)
    return referral_id


async def sealed(
    world: World,
    content: m.Content,
    referral_id: str | None,
    *,
    sequence: int | None = None,
    side: Services | None = None,
    to: Services | None = None,
) -> Delivery:
    """What a side says, as the broker would bring it; the pool to the arbodienst, at the next place, when not told."""
    side, to = side or world.pool, to or world.ohs
    if sequence is None and referral_id is not None:
        async with to.store.look() as work:
            sequence = await work.last_received(side.party.party_id, referral_id) + 1
    return skipping.sealed(side, to.party.party_id, content, referral_id, sequence)


async def inject(world: World, content: m.Content, referral_id: str | None, **how: object) -> Delivery:
    """Say it, and have it received."""
    delivery = await sealed(world, content, referral_id, **how)
    await receive(how.get("to") or world.ohs, delivery)
    return delivery


def garbage(body: bytes, sender: str = POOL.party_id, recipient: str = OHS.party_id) -> Delivery:
    """Bytes that are no envelope, in somebody's name."""
    return Delivery(str(uuid4()), sender, sender, recipient, body, Lane.CASES)


async def inbox(services: Services, kind: m.Kind | None = None) -> list[InboxItem]:
    async with services.store.look() as work:
        return [item for item in await work.inbox() if kind in {None, item.kind}]


async def held(services: Services) -> list[QuarantineItem]:
    async with services.store.look() as work:
        return await work.quarantine()


def reached(services: Services) -> list[tuple[str, str]]:
    return [(partner, ceiling.value) for partner, ceiling in services.reached.since(services.clock.now())]
