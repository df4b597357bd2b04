"""What a page of a list costs beside how many cases and messages there are."""

import asyncio
import os
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from adapters.keyrings import AesVault
from adapters.sql import SqlStore
from benchmarks.material import POOL, case_steps
from gateway.bootstrap import SystemClock
from gateway.domain.messages import Kind
from gateway.domain.worklist import ItemKind
from gateway.ports.store import MessageQuery, OutboxItem, OutboxState, WorkQuery
from gateway.ports.transport import Lane
from tests.support.postgres import find_postgres

_BATCH = 200
_ROUNDS = 15
_PAGES: dict[str, Callable[[SqlStore], Awaitable[object]]] = {}


def reading(sizes: list[int], database: str) -> dict[str, dict[str, tuple[float, float]]]:
    """Measure a page of fifty of each list: median milliseconds and KiB at most, by list and number of cases.

    Args:
        sizes: Numbers of cases, each with one message.
        database: ``sqlite`` or ``postgresql``.
    """
    with _places(database, len(sizes)) as urls:
        return asyncio.run(_measured(dict(zip(sizes, urls, strict=True))))


@contextmanager
def _places(database: str, number: int) -> Iterator[list[str]]:
    if database == "postgresql":
        server = find_postgres()
        try:
            yield [server.database() for _ in range(number)]
        finally:
            server.stop()
    else:
        with tempfile.TemporaryDirectory(prefix="sogw-bench-") as folder:
            yield [f"sqlite:///{Path(folder)}/{place}.db" for place in range(number)]


async def _measured(urls: dict[int, str]) -> dict[str, dict[str, tuple[float, float]]]:
    stores = {size: await _filled(url, size) for size, url in urls.items()}
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for name, page in _PAGES.items():
        taken: dict[int, list[float]] = {size: [] for size in stores}
        for _ in range(_ROUNDS):
            for size, store in stores.items():  # in turn, so that what else the machine does touches all of them
                began = time.perf_counter()
                await page(store)
                taken[size].append((time.perf_counter() - began) * 1e3)
        most = {size: await _memory(page, store) for size, store in stores.items()}
        found[name] = {str(size): (statistics.median(taken[size]), most[size]) for size in stores}
    for store in stores.values():
        await store.close()
    return found


async def _memory(page: Callable[[SqlStore], Awaitable[object]], store: SqlStore) -> float:
    tracemalloc.start()
    try:
        await page(store)
        return tracemalloc.get_traced_memory()[1] / 1024
    finally:
        tracemalloc.stop()


async def _filled(url: str, size: int) -> SqlStore:
    store = SqlStore(url, AesVault(os.urandom(32)), SystemClock(), patience=60)
    await store.open()
    now = datetime.now(UTC)
    request, accepted, *_ = case_steps(now)
    for first in range(0, size, _BATCH):
        async with store.begin() as work:
            for number in range(first, min(size, first + _BATCH)):
                await work.append(f"SO-{number}", (request, accepted) if number % 2 else (request,))
                await work.enqueue(_message(number, now - timedelta(seconds=number)))
    return store


def _message(number: int, at: datetime) -> OutboxItem:
    return OutboxItem(
        message_id=f"message-{number}",
        case_id=f"SO-{number}",
        kind=Kind.REFERRAL_REQUESTED,
        recipient=POOL.party_id,
        lane=Lane.CASES,
        referral_id=f"referral-{number}",
        sequence=1,
        body=b"x" * 90_000 if number < _BATCH else b"x",
        digest="0" * 64,
        needs_receipt=True,
        state=OutboxState.DELIVERED if number % 10 else OutboxState.REFUSED,
        attempts=1,
        next_attempt_at=at,
        created_at=at,
    )


def _page(name: str) -> Callable[[Callable[[SqlStore], Awaitable[object]]], Callable[[SqlStore], Awaitable[object]]]:
    def keep(page: Callable[[SqlStore], Awaitable[object]]) -> Callable[[SqlStore], Awaitable[object]]:
        _PAGES[name] = page
        return page

    return keep


@_page("cases, due first")
async def _cases(store: SqlStore) -> object:
    async with store.look() as work:
        return await work.work_list(WorkQuery(ItemKind.CASE))


@_page("cases that wait for one")
async def _cases_of_state(store: SqlStore) -> object:
    async with store.look() as work:
        return await work.work_list(WorkQuery(ItemKind.CASE, is_open=True, whom="employee"))


@_page("cases, the second page")
async def _second_page(store: SqlStore) -> object:
    async with store.look() as work:
        page = await work.work_list(WorkQuery(ItemKind.CASE))
        return await work.work_list(WorkQuery(ItemKind.CASE, cursor=page.cursor))


@_page("messages, newest first")
async def _messages(store: SqlStore) -> object:
    async with store.look() as work:
        return await work.message_list(MessageQuery())


@_page("messages that were refused")
async def _refused(store: SqlStore) -> object:
    async with store.look() as work:
        return await work.message_list(MessageQuery(state=OutboxState.REFUSED.value))


def table(figures: dict[str, dict[str, tuple[float, float]]]) -> str:
    """Set out the figures, and the ratio of the largest to the smallest."""
    sizes = list(next(iter(figures.values())))
    head = f"{'a page of 50':<28}" + "".join(f"{size:>12}{'KiB':>8}" for size in sizes) + f"{'ratio':>8}"
    lines = [head]
    for name, by_size in figures.items():
        cells = "".join(f"{ms:>9.1f} ms{kib:>8.0f}" for ms, kib in by_size.values())
        lines.append(f"{name:<28}{cells}{by_size[sizes[-1]][0] / by_size[sizes[0]][0]:>8.2f}")
    return "\n".join(lines)
