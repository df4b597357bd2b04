"""One run of the soak, from founding the sites to the balance of their books."""

import asyncio
import importlib.metadata
import platform
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gateway.bootstrap import Gateway
from gateway.domain.case import fold
from gateway.ports.services import Services
from tests.soak.gateways import KeptGateway
from tests.soak.hostile import HOSTILE, Hostile, hostile
from tests.soak.mishaps import Mishap, addresses_of, go_wrong, of_broker, of_database, of_gateways
from tests.soak.people import People
from tests.support.broker_handle import TestBroker
from tests.support.chaos_proxy import ChaosProxy
from tests.support.ledger import CHECKS, Book, balance, book_of, story_of
from tests.support.postgres_handle import TestPostgres
from tests.support.sites import at_rest, settle_in
from tests.support.world import OHS, OTHER_POOL, POOL

PARTIES = (OHS, POOL, OTHER_POOL)
IMPATIENT = {"receipt_within_seconds": 5, "longest_retry_seconds": 2, "poll_seconds": 0.2}


_MORE = ("gained by lies", "memory without bound", "never at rest", "unclean ends")


BUSY = dict.fromkeys(("new_referrals_per_day", "open_referrals", "invoices_per_day"), 100_000)
"""Some minutes of a soak hold more honest cases than a day does, and no ceiling is there to end them."""


@dataclass(frozen=True)
class Plan:
    """How long, how much and how bad.

    Attributes:
        minutes: How long cases begin and things go wrong, at most.
        messages: So many messages are enough to stop before that.
        at_once: How many cases are under way at a time.
        every: Seconds between two mishaps, on average.
        patience: Seconds in which everything must come to rest afterwards.
        is_hostile: Whether a partner with valid keys that keeps to no rule is there too.
        memory: MiB that no gateway may need more of than it did when it began.
    """

    minutes: float = 5.0
    messages: int = 100_000
    at_once: int = 24
    every: float = 6.0
    patience: float = 300.0
    is_hostile: bool = False
    memory: int = 256


@dataclass
class Report:
    """What a run showed.

    Attributes:
        servers: With their versions.
        seconds: How long things went wrong, and how long it took to come to rest.
        mishaps: How often each happened.
        courses: How many cases of each came to their end.
        kinds: Messages by kind.
        states: Messages by the state of the sender's outbox.
        resent: Messages, receipts included, that were tried more than once.
        absorbed: Deliveries that were taken in again without effect.
        lies: What the hostile partner said, by what it is called.
        memory: MiB that each gateway's process needed at most, and soon after its start.
        findings: What is wrong, by the names of the ledger; empty when the promise was kept.
    """

    servers: Sequence[str] = ()
    seconds: tuple[float, float] = (0.0, 0.0)
    mishaps: Counter[str] = field(default_factory=Counter)
    courses: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    resent: int = 0
    absorbed: int = 0
    lies: Counter[str] = field(default_factory=Counter)
    memory: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    findings: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def is_kept(self) -> bool:
        return not self.findings and bool(self.mishaps) and bool(self.states)

    def lines(self) -> list[str]:
        """The table, for people."""
        wrong = [(name, len(self.findings.get(name, ()))) for name in (*CHECKS, *_MORE)]
        rows = [
            ("ran", f"{self.seconds[0]:.0f} s, then {self.seconds[1]:.0f} s to come to rest"),
            *(("with", server) for server in self.servers),
            ("kills and freezes", str(sum(self.mishaps.values()))),
            *((f"  {name}", str(count)) for name, count in sorted(self.mishaps.items())),
            ("cases ended", str(sum(self.courses.values()))),
            *((f"  {name}", str(count)) for name, count in sorted(self.courses.items())),
            ("lies of a hostile partner", str(sum(self.lies.values()))),
            *((f"  {name}", str(count)) for name, count in sorted(self.lies.items())),
            *(
                (f"memory of {one}", f"{most} MiB at most, {first} at first")
                for one, (most, first) in self.memory.items()
            ),
            ("messages sent", str(sum(self.states.values()))),
            *((f"  {state}", str(count)) for state, count in sorted(self.states.items())),
            ("kinds", ", ".join(f"{kind} {count}" for kind, count in sorted(self.kinds.items()))),
            ("sent again", str(self.resent)),
            ("duplicates absorbed", f"{self.absorbed} or more"),
            *((name, str(count)) for name, count in wrong),
        ]
        details = [f"  ! {name}: {finding}" for name, found in self.findings.items() for finding in found[:10]]
        return [f"{name:<34}{value}" for name, value in rows] + details


async def soak(plan: Plan, broker: TestBroker, database: TestPostgres | None = None) -> Report:
    """Run it.

    Args:
        plan: How long, how much and how bad.
        broker: Where everything crosses; nothing else should use it, for it is killed.
        database: Where the stores are; SQLite files when None.
    """
    with tempfile.TemporaryDirectory(prefix="sogw-soak-") as folder:
        async with _founded(Path(folder), broker, database, is_hostile=plan.is_hostile) as founded:
            offices, gateways, proxy, liar = founded
            mishaps = [*of_gateways(gateways), *of_broker(broker, proxy), *of_database(database)]
            return await _run(plan, offices, gateways, mishaps, _servers(broker, database), liar)


@asynccontextmanager
async def _founded(
    folder: Path, broker: TestBroker, database: TestPostgres | None, *, is_hostile: bool
) -> AsyncIterator[tuple[list[Gateway], list[KeptGateway], ChaosProxy, Hostile | None]]:
    parties = (*PARTIES, HOSTILE) if is_hostile else PARTIES
    broker.provision(*(party.party_id for party in parties))
    stores = {party.party_id: database.database() if database else "sqlite:///store.db" for party in parties}
    async with AsyncExitStack() as stack:
        proxy = await stack.enter_async_context(ChaosProxy(*addresses_of(broker)))
        sites = await settle_in(folder, dict.fromkeys(parties, proxy.address), stores.__getitem__, BUSY, **IMPATIENT)
        sites, others = sites[: len(PARTIES)], sites[len(PARTIES) :]
        offices = [await stack.enter_async_context(site.office()) for site in sites]
        gateways = [
            await stack.enter_async_context(KeptGateway(site, folder / f"{site.party.party_id}.log")) for site in sites
        ]
        liars = [await stack.enter_async_context(hostile(site, offices[0].services)) for site in others]
        yield offices, gateways, proxy, next(iter(liars), None)


async def _run(
    plan: Plan,
    offices: list[Gateway],
    gateways: list[KeptGateway],
    mishaps: list[Mishap],
    servers: list[str],
    liar: Hostile | None,
) -> Report:
    people = People({office.services.party.party_id: office.services for office in offices}, plan.at_once, 0.5)
    is_over = asyncio.Event()
    began = time.monotonic()
    working = asyncio.create_task(people.work(is_over))
    wrong = asyncio.create_task(go_wrong(mishaps, plan.every, is_over))
    lying = asyncio.create_task(liar.work(is_over)) if liar is not None else None
    await _enough(plan, people, gateways)
    is_over.set()
    ended = time.monotonic()
    happened = await wrong
    if lying is not None:
        await lying
    stuck = await _come_to_rest(plan, people, working, [office.services for office in offices])
    rested = time.monotonic()
    statuses = [await gateway.leave() for gateway in gateways]
    books = [await book_of(office.services) for office in offices]
    report = _reported(books, people, happened, sum(gateway.deliveries() for gateway in gateways))
    report.servers, report.seconds = servers, (ended - began, rested - ended)
    report.lies = liar.said if liar is not None else Counter()
    report.memory = {gateway.party_id: (gateway.most_memory, gateway.first_memory) for gateway in gateways}
    grown = [f"{one}: {most} MiB" for one, (most, first) in report.memory.items() if most > first + plan.memory]
    unclean = [f"{gateway.party_id}: {status}" for gateway, status in zip(gateways, statuses, strict=True) if status]
    gained = [gain async for gain in liar.gained()] if liar is not None else []
    more = dict(zip(_MORE, (gained, grown, stuck, unclean), strict=True))
    report.findings = {**report.findings, **{name: found for name, found in more.items() if found}}
    return report


async def _come_to_rest(plan: Plan, people: People, working: asyncio.Task[None], sides: list[Services]) -> list[str]:
    """Let people end what they began, and messages arrive; returns what does not, after all our patience."""
    _, unended = await asyncio.wait({working}, timeout=plan.patience)
    if unended:
        working.cancel()
        return [f"{case_id} ({course})" for case_id, course in people.busy.items()]
    await working
    try:
        await at_rest(*sides, patience=plan.patience, but_with=HOSTILE.party_id)
    except AssertionError as left:
        return [str(left)]
    return []


async def _enough(plan: Plan, people: People, gateways: list[KeptGateway]) -> None:
    """Wait until it has been long enough, or so many messages were said; look at what each gateway needs meanwhile."""
    deadline = time.monotonic() + plan.minutes * 60
    while time.monotonic() < deadline and people.messages < plan.messages:
        for gateway in gateways:
            gateway.look_at_memory()
        await asyncio.sleep(0.2)


def _reported(books: list[Book], people: People, wrong: Counter[str], taken: int) -> Report:
    ledger = balance(books)
    known = sum(len(book.inbox) + len(book.held) for book in books)
    ends = list(_never_ended(books, people))
    return Report(
        mishaps=wrong,
        courses=people.courses,
        kinds=Counter(item.kind.value for book in books for item in book.outbox.values()),
        states=ledger.counts,
        resent=ledger.resent,
        absorbed=max(0, taken - known),
        findings={**ledger.findings, **({"other ends": ends} if ends else {})},
    )


def _never_ended(books: list[Book], people: People) -> Iterator[str]:
    by_party = {book.party_id: book for book in books}
    for one in people.unended(books):
        referrals = fold(one.case_id, by_party[OHS.party_id].journals[one.case_id]).referrals
        told = (line for referral in referrals for line in story_of(referral.referral_id, by_party))
        yield "; ".join((f"{one.case_id} ({one.course}) never ended", *told))


def _servers(broker: TestBroker, database: TestPostgres | None) -> list[str]:
    drivers = [f"{name} {importlib.metadata.version(name)}" for name in ("aio-pika", "sqlalchemy", "psycopg")]
    return [
        f"RabbitMQ: {broker.how}",
        f"PostgreSQL: {database.how}" if database else "SQLite files",
        f"Python {platform.python_version()}, {', '.join(drivers)}",
    ]
