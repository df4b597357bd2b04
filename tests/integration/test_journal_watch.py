"""``sogw serve`` verifies the journal while it is written, a page at a time, and tells when it is not what was signed."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from adapters.memory.transport import MemoryBroker, MemoryTransport
from gateway.application.attest_journal import attest
from gateway.bootstrap import build
from gateway.domain import steps as s
from gateway.domain.errors import TemporaryError
from gateway.entrypoints.workers import PartyWorkers, journal
from tests.support.sites import settle_in
from tests.support.tamperer import SqliteTamperer
from tests.support.world import FIRST_PHYSICIAN, OHS, START

QUICK = "\n[journal]\nverify_every_seconds = 0.01\n[alerts]\nevery_seconds = 0.02\n"


@pytest.fixture
async def site(tmp_path, monkeypatch):
    """A gateway that verifies three entries at a time; nobody answers at its broker's address, nor is asked."""
    monkeypatch.setattr(journal, "PAGE", 3)
    (made,) = await settle_in(tmp_path, {OHS: ("127.0.0.1", 9)})
    with (made.home / "sogw.toml").open("a") as settings:
        settings.write(QUICK)
    return made


@asynccontextmanager
async def serving(site):
    """Its workers, with a broker in memory."""
    transport = MemoryTransport(OHS.party_id, MemoryBroker())
    async with build(site.settings, transport=transport) as gateway:
        is_ready = asyncio.Event()
        workers = PartyWorkers(gateway, is_ready.set)
        running = asyncio.create_task(workers.run())
        await is_ready.wait()
        try:
            yield workers, gateway.services
        finally:
            workers.stop()
            await running


async def write(services, count):
    async with services.store.begin() as work:
        for number in range(count):
            await work.append("case", [s.NoteRecorded(at=START, by=FIRST_PHYSICIAN, topic=f"topic {number}")])


async def alerts(services):
    """Those of the journal: its finding, and whether it is over."""
    try:
        async with services.store.look() as work:
            found = await work.alerts()
    except TemporaryError:
        return None
    return [(alert.subject, alert.cleared_at is not None) for alert in found if alert.code == "journal-doubted"]


async def until(services, expected):
    async with asyncio.timeout(30):
        while await alerts(services) != expected:
            await asyncio.sleep(0.02)


async def rounds(workers, count):
    """So many whole looks from now on; each replaces what the last one found."""
    for _ in range(count + 1):
        workers._journal.facts = None
        async with asyncio.timeout(30):
            while workers._journal.facts is None:
                await asyncio.sleep(0.01)
    return workers._journal.facts


async def test_what_is_changed_while_it_serves_is_an_alert_until_it_is_put_right(site):
    async with serving(site) as (workers, services):
        await write(services, 10)
        async with services.store.begin() as work:
            await attest(services, work)
        assert await rounds(workers, 1) == ()
        assert await alerts(services) == []
        hand = SqliteTamperer(site.home)
        hand.take()
        hand("UPDATE journal SET outcome = 'refused' WHERE sequence = 5")
        await until(services, [("journal-changed", False)])
    async with serving(site) as (workers, services):
        await until(services, [("journal-changed", False)])
        hand("UPDATE journal SET outcome = 'done' WHERE sequence = 5")
        await until(services, [("journal-changed", True)])
        assert await rounds(workers, 1) == ()


async def test_a_journal_that_grows_while_it_is_verified_is_whole(site):
    async with serving(site) as (workers, services):
        looking = asyncio.create_task(rounds(workers, 2))
        while not looking.done():
            await write(services, 5)
            async with services.store.begin() as work:
                await attest(services, work)
            await asyncio.sleep(0)
        assert looking.result() == ()


async def test_who_stops_does_not_wait_for_the_rest_of_the_journal(site):
    settings = site.home / "sogw.toml"
    settings.write_text(settings.read_text().replace("verify_every_seconds = 0.01", "verify_every_seconds = 600"))
    async with site.office() as office:
        await write(office.services, 10)
    async with asyncio.timeout(30), serving(site) as (workers, _):
        await asyncio.sleep(0.1)
        assert workers._journal.facts is None
