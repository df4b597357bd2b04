"""What a store's size does to its work: sending and journalling beside rows that are done with."""

import asyncio
import os
import sqlite3
import statistics
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from adapters.keyrings import AesVault
from adapters.sql import SqlStore
from benchmarks.material import POOL, case_steps
from gateway.bootstrap import SystemClock
from gateway.domain.messages import Kind
from gateway.ports.store import OutboxItem, OutboxState
from gateway.ports.transport import Lane

BATCH = 50
ROUNDS = 7
_NUMBERS = "WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < {count})"
_OLD_MESSAGES = """
INSERT INTO outbox (message_id, case_index, kind, recipient, lane, referral_index, sequence, digest, needs_receipt,
                    state, attempts, next_attempt_at, created_at, sealed)
{numbers} SELECT 'm' || i, hex(i), 'referral-requested', 'pool-x', 'cases', hex(i), 1, hex(i), 1,
                 'delivered', 1, '2026-01-01 00:00:00.000000', '2026-01-01 00:00:00.000000', randomblob(120)
FROM numbers"""
_OLD_ENTRIES = """
INSERT INTO journal (sequence, case_ref, recorded_at, actor_role, organisation, code, rules, outcome, commitment,
                     sealed)
{numbers} SELECT i, 'c' || (i / 10), '2026-01-01 00:00:00.000000', 'system', 'arbo-a', 'old', '', 'recorded', hex(i),
                 randomblob(300)
FROM numbers"""
_OLD_CASES = """
INSERT INTO cases (case_ref, case_index, sealed_id, opened_at)
{numbers} SELECT 'c' || (i - 1), hex(i), randomblob(60), '2026-01-01 00:00:00.000000' FROM numbers"""


def rows(sizes: list[int]) -> dict[str, dict[str, float]]:
    """Milliseconds by number of old rows: for one of a batch of messages from outbox to sent, and for one new case.

    Args:
        sizes: Rows in the outbox, and entries in the journal, that nobody waits for.
    """
    return asyncio.run(_beside(sizes))


async def _beside(sizes: list[int]) -> dict[str, dict[str, float]]:
    """Stores of all sizes take turns, so that what else the machine does touches all of them."""
    with tempfile.TemporaryDirectory(prefix="sogw-bench-") as folder:
        stores = {size: await _filled(Path(folder) / f"{size}.db", size) for size in sizes}
        os.sync()  # what lies there is on the disk, and nobody waits for that any more
        sent: dict[int, list[float]] = {size: [] for size in sizes}
        written: dict[int, list[float]] = {size: [] for size in sizes}
        for _ in range(ROUNDS):
            for size, store in stores.items():
                sent[size].append(await _send(store))
                written[size].append(await _journal(store))
        for store in stores.values():
            await store.close()
    middle = statistics.median
    return {str(size): {"send_ms": middle(sent[size]), "journal_ms": middle(written[size])} for size in sizes}


async def _filled(file: Path, size: int) -> SqlStore:
    store = SqlStore(f"sqlite:///{file}", AesVault(os.urandom(32)), SystemClock())
    await store.open()
    await store.close()
    _fill(file, size)
    await store.open()
    return store


def _fill(file: Path, size: int) -> None:
    """Rows as they lie there, and a tree of that size; nobody opens what is sealed in them."""
    with sqlite3.connect(file) as connection:
        connection.execute(_OLD_MESSAGES.format(numbers=_NUMBERS.format(count=size)))
        connection.execute(_OLD_CASES.format(numbers=_NUMBERS.format(count=size // 10 + 1)))
        connection.execute(_OLD_ENTRIES.format(numbers=_NUMBERS.format(count=size)))
        connection.execute("DELETE FROM tree")
        connection.execute("INSERT INTO tree VALUES (1, ?, ?)", (size, os.urandom(32 * size.bit_count())))
    connection.close()


async def _send(store: SqlStore) -> float:
    now = datetime.now(UTC)
    items = [_item(now) for _ in range(BATCH)]
    begin = time.perf_counter()
    async with store.begin() as work:
        for item in items:
            await work.enqueue(item)
    async with store.begin() as work:
        claimed = await work.claim("bench", now, now + timedelta(minutes=1), BATCH)
    async with store.begin() as work:
        await work.settle([replace(item, state=OutboxState.DELIVERED) for item in claimed])
    return (time.perf_counter() - begin) * 1000 / len(claimed)


async def _journal(store: SqlStore) -> float:
    begin = time.perf_counter()
    async with store.begin() as work:
        for _ in range(BATCH):
            await work.append(str(uuid4()), case_steps(datetime.now(UTC)))
    return (time.perf_counter() - begin) * 1000 / BATCH


def _item(now: datetime) -> OutboxItem:
    return OutboxItem(
        message_id=str(uuid4()),
        case_id=str(uuid4()),
        kind=Kind.REFERRAL_REQUESTED,
        recipient=POOL.party_id,
        lane=Lane.CASES,
        referral_id=str(uuid4()),
        sequence=1,
        body=os.urandom(35_000),
        digest="0" * 64,
        needs_receipt=True,
        state=OutboxState.PENDING,
        attempts=0,
        next_attempt_at=now,
        created_at=now,
    )
