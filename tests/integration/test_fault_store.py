"""A store that is locked, full, read-only or gone, with cases on their way: nothing is taken that is not kept."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from dataclasses import replace

import psycopg
import pytest

from adapters.rabbitmq.topology import dead_name
from gateway.domain.errors import GatewayError
from gateway.ports.services import Services
from tests.support.broker import TestBroker
from tests.support.exchange import PARTIES, Exchange, exchange
from tests.support.postgres_handle import TestPostgres
from tests.support.world import OHS, POOL

CASES = ("released", "withheld")


@pytest.fixture(scope="module")
def broker(rabbitmq: TestBroker) -> TestBroker:
    rabbitmq.provision(*PARTIES)
    return rabbitmq


class Watched:
    """In place of a store: remembers what kept it from its work."""

    def __init__(self, store) -> None:
        self._store = store
        self.failures: list[str] = []

    def __getattr__(self, name: str):
        return getattr(self._store, name)

    @asynccontextmanager
    async def begin(self):
        try:
            async with self._store.begin() as work:
                yield work
        except GatewayError as error:
            self.failures.append(error.code)
            raise

    async def fails(self, code: str, times: int = 3) -> None:
        """Wait until it could not do its work for this reason so many times more."""
        wanted = self.failures.count(code) + times
        async with asyncio.timeout(30):
            while self.failures.count(code) < wanted:
                await asyncio.sleep(0.02)


def watched(services: Services) -> Services:
    return replace(services, store=Watched(services.store))


@asynccontextmanager
async def locked(home, services: Services) -> AsyncIterator[str]:
    """Somebody else holds the file for writing, longer than anybody waits for it."""
    await _pragma(services, "busy_timeout = 100")
    with closing(sqlite3.connect(home / "store.db", isolation_level=None, check_same_thread=False)) as other:
        await asyncio.to_thread(other.execute, "BEGIN EXCLUSIVE")  # whoever writes just now must be able to end
        yield "store-busy"
        other.execute("ROLLBACK")


@asynccontextmanager
async def full(_, services: Services) -> AsyncIterator[str]:
    """SQLite's own full disk: the file may not grow."""
    await _pragma(services, "max_page_count = 1")
    yield "store-disk-full"
    await _pragma(services, "max_page_count = 1000000")


@asynccontextmanager
async def read_only(_, services: Services) -> AsyncIterator[str]:
    """The connection may not write, as in a file system that was remounted after an error."""
    await _pragma(services, "query_only = ON")
    yield "store-unwritable"
    await _pragma(services, "query_only = OFF")


async def _pragma(services: Services, words: str) -> None:
    async with services.store._engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        await driver.execute(f"PRAGMA {words}")


@pytest.mark.parametrize("fault", [locked, full, read_only])
async def test_a_store_that_cannot_be_written_stops_the_intake_and_nothing_is_lost(broker, tmp_path, fault):
    here = broker.host, broker.port
    await broker.purge(*PARTIES)
    async with exchange(tmp_path, {OHS: here, POOL: here}) as both:
        ohs, pool = both.sites
        async with ohs.serving(watched) as sender, pool.serving(watched) as recipient:
            both.begin(*CASES)
            await both.delivered()
            async with fault(pool.home, recipient.services) as code:
                both.begin(*CASES)
                await recipient.services.store.fails(code)
            async with fault(ohs.home, sender.services) as code:
                both.begin(*CASES)
                await sender.services.store.fails(code)
            await both.end()
        assert await _dead(broker) == 0


async def _dead(broker: TestBroker) -> int:
    """How many deliveries the broker gave up."""
    lines = (await asyncio.to_thread(broker.ctl, "--silent", "-p", "so", "list_queues", "name", "messages")).split("\n")
    depths = dict(line.split() for line in lines if len(line.split()) == 2)
    return sum(int(depths[dead_name(party_id)]) for party_id in PARTIES)


async def test_a_database_server_that_is_killed_stops_the_intake_and_nothing_is_lost(
    broker, killable_postgres: TestPostgres, tmp_path
):
    here = broker.host, broker.port
    await broker.purge(*PARTIES)
    urls = {party_id: killable_postgres.database() for party_id in PARTIES}
    async with AsyncExitStack() as stack:
        both: Exchange = await stack.enter_async_context(exchange(tmp_path, {OHS: here, POOL: here}, urls.__getitem__))
        served = [await stack.enter_async_context(site.serving(watched)) for site in both.sites]
        both.begin(*CASES)
        await both.delivered()
        both.begin(*CASES)
        await asyncio.to_thread(killable_postgres.kill)
        for gateway in served:
            await gateway.services.store.fails("store-unreachable", times=1)
        await asyncio.to_thread(killable_postgres.start)
        await both.end()
    for url in urls.values():
        killable_postgres.drop(url)
    assert await _dead(broker) == 0


async def test_a_database_server_without_disk_stops_the_intake_and_nothing_is_lost(
    broker, killable_postgres: TestPostgres, on_small_disk, tmp_path
):
    here = broker.host, broker.port
    await broker.purge(*PARTIES)
    # The sender has disk enough: it goes on until the recipient must store what no page has room for.
    urls = {OHS.party_id: killable_postgres.database(), POOL.party_id: on_small_disk()}
    async with AsyncExitStack() as stack:
        both: Exchange = await stack.enter_async_context(exchange(tmp_path, {OHS: here, POOL: here}, urls.__getitem__))
        _, recipient = [await stack.enter_async_context(site.serving(watched)) for site in both.sites]
        both.begin(*CASES)
        await both.delivered()
        async with _filled(urls[POOL.party_id]):
            both.begin(*CASES)
            await recipient.services.store.fails("store-disk-full", times=1)
        await both.end()
    killable_postgres.drop(urls[OHS.party_id])
    assert await _dead(broker) == 0


@asynccontextmanager
async def _filled(url: str) -> AsyncIterator[None]:
    """Every page that is left on the disk of a database is taken."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute("CREATE TABLE filler (content text)")
        await connection.execute("ALTER TABLE filler ALTER content SET STORAGE EXTERNAL")
        for size in (1_048_576, 65_536, 4_096):
            with suppress(psycopg.errors.DiskFull):
                while True:
                    await connection.execute("INSERT INTO filler VALUES (repeat('x', %s))", (size,))
        yield
        await connection.execute("DROP TABLE filler")
