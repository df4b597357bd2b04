"""Whoever serves takes over what changed without a restart: a partner's keys and revocations, and our own keys."""

import asyncio
import uuid
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial

import pytest

from adapters.jose import JoseSealer
from adapters.keyrings import PinnedPartners
from adapters.memory.transport import MemoryBroker, MemoryTransport
from gateway.application.onboard_partner import Introduction, update_partner
from gateway.bootstrap import Gateway, load_keyring
from gateway.domain.errors import OperatorError
from gateway.domain.steps import Actor, ActorRole
from gateway.entrypoints.cli.partner_trust import trust
from gateway.entrypoints.workers import refresh
from gateway.ports.keyring import Keyring
from gateway.ports.transport import Parcel, PublishOutcome
from tests.support.courses import play
from tests.support.ledger import balanced
from tests.support.sites import Site, at_rest, settle_in
from tests.support.world import OHS, POOL

NOBODY = ("127.0.0.1", 9)


class Served:
    """An arbodienst and a pool that serve all the time, with a broker in memory."""

    def __init__(self, ohs: Site, pool: Site, broker: MemoryBroker) -> None:
        self.ohs = ohs
        self.pool = pool
        self.broker = broker
        self.gateways: dict[str, Gateway] = {}

    async def goes_well(self, case_id: str) -> None:
        """A case from the request to the report, with people in offices that were opened just now."""
        async with self.ohs.office() as ohs, self.pool.office() as pool, asyncio.timeout(60):
            await play(ohs.services, {POOL.party_id: pool.services}, "released", case_id, pause=0.01)
            await at_rest(ohs.services, pool.services)
            await balanced(ohs.services, pool.services)

    async def told(self, of: Site, to: Site) -> Keyring:
        """The other side takes our manifest of now, and both that serve know it."""
        manifest = load_keyring(of.settings).manifest()
        by = Actor(ActorRole.OPERATOR, to.party.party_id)
        async with to.office() as office:
            await update_partner(office.services, Introduction(of.party, manifest.token), partial(trust, None), by)
        async with asyncio.timeout(30):
            while self._known(of, to) != (manifest.counter, manifest.counter):
                await asyncio.sleep(0.02)

    def _known(self, of: Site, to: Site) -> tuple[int, int]:
        own, other = self.gateways[of.party.party_id], self.gateways[to.party.party_id]
        return own.keyring.manifest().counter, other.directory.keys.manifest_of(of.party.party_id).counter


@pytest.fixture
async def served(tmp_path, monkeypatch):
    monkeypatch.setattr(refresh, "REFRESH_SECONDS", 0.05)
    made = Served(*await settle_in(tmp_path, {OHS: NOBODY, POOL: NOBODY}), MemoryBroker())
    async with AsyncExitStack() as stack:
        for site in (made.ohs, made.pool):
            transport = MemoryTransport(site.party.party_id, made.broker)
            serving = site.serving(transport=transport)
            made.gateways[site.party.party_id] = await stack.enter_async_context(serving)
        yield made


async def test_keys_that_another_process_replaced_are_used_by_who_serves(served):
    await served.goes_well("SO-0001")
    for site, other in ((served.ohs, served.pool), (served.pool, served.ohs)):
        load_keyring(site.settings).rotate(datetime.now(UTC), at_once=True)
        await served.told(site, other)
    await served.goes_well("SO-0002")


async def test_a_revoked_key_of_ours_signs_nothing_more_in_who_serves(served):
    """Receipts are signed by who serves: with the revoked key the other side would hold every one of them."""
    ring = load_keyring(served.ohs.settings)
    ring.revoke(ring.signing_key(datetime.now(UTC)).kid, datetime.now(UTC))
    await served.told(served.ohs, served.pool)
    await served.goes_well("SO-0001")


async def test_a_partners_revoked_key_is_believed_no_more_by_who_serves(served):
    now = datetime.now(UTC)
    stolen, ring = load_keyring(served.pool.settings), load_keyring(served.pool.settings)
    ring.revoke(ring.signing_key(now).kid, now)
    await served.told(served.pool, served.ohs)
    keys = PinnedPartners([load_keyring(served.ohs.settings).manifest()])
    forged = str(uuid.uuid4())
    sealed = JoseSealer(POOL.party_id, stolen, keys).seal(
        b"{}", recipient=OHS.party_id, message_id=forged, issued_at=now
    )
    thief = served.gateways[POOL.party_id].services.transport
    assert await thief.publish(Parcel(forged, POOL.party_id, OHS.party_id, sealed.body)) is PublishOutcome.CONFIRMED
    store = served.gateways[OHS.party_id].services.store
    async with asyncio.timeout(30):
        while not (held := await quarantine(store)):
            await asyncio.sleep(0.02)
    assert [(item.message_id, item.reason) for item in held] == [(forged, "signing-key-revoked")]


async def test_a_keyring_that_cannot_be_read_leaves_everything_as_it_was(served):
    file = served.ohs.home / "keys" / "keyring.json"
    aside = file.rename(file.with_name("aside"))
    with pytest.raises(OperatorError) as caught:
        await served.gateways[OHS.party_id].refresh()
    assert caught.value.code == "keyring-missing"
    aside.rename(file)
    await served.goes_well("SO-0001")


async def quarantine(store):
    async with store.look() as work:
        return await work.quarantine()
