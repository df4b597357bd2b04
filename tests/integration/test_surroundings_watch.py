"""What ``sogw serve`` sees around it becomes alerts: keys of ours and of partners that end, a list past its review."""

from datetime import timedelta

from adapters.memory.transport import MemoryBroker, MemoryTransport
from gateway.bootstrap import build
from gateway.entrypoints.workers.housekeeping import HousekeepingWorker
from gateway.entrypoints.workers.journal import JournalWorker
from gateway.entrypoints.workers.watch import AlertWorker, AuditWorker
from tests.support.sites import settle_in
from tests.support.world import OHS, POOL, HandClock


async def test_years_later_every_key_has_ended_and_somebody_hears_of_each(tmp_path):
    site, _ = await settle_in(tmp_path, {OHS: ("127.0.0.1", 9), POOL: ("127.0.0.1", 9)})
    clock = HandClock()
    clock.forward(days=5 * 365)
    transport = MemoryTransport(OHS.party_id, MemoryBroker())
    async with build(site.settings, clock=clock, transport=transport) as gateway:
        journal = JournalWorker(gateway.services, timedelta(days=1).total_seconds())
        audit = AuditWorker(gateway, lambda _: None)
        worker = AlertWorker(gateway, audit, journal, HousekeepingWorker(gateway.services))
        await worker.look()
        async with gateway.services.store.look() as work:
            told = {(alert.code, alert.subject) for alert in await work.alerts()}
    assert ("partner-unreachable", POOL.party_id) in told
    assert {("key-ended", "sig"), ("key-ended", "enc")} <= told
    assert ("broker-not-audited", "") in told
