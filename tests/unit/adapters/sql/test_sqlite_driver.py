"""The event loop waits for the disk in a thread, and for nothing else."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import aiosqlite
import pytest

from adapters.keyrings import AesVault
from adapters.sql import SqlStore
from gateway.domain import steps as s
from gateway.domain.errors import TemporaryError

AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
NOTE = s.NoteRecorded(at=AT, by=s.Actor(s.ActorRole.SYSTEM, "arbo-lindehof"), topic="x")


class Clock:
    def now(self):
        return AT


@pytest.fixture
async def store(tmp_path):
    made = SqlStore(f"sqlite:///{tmp_path}/store.db", AesVault(bytes(32)), Clock(), patience=0.3)
    await made.open()
    yield made
    await made.close()


async def test_a_unit_of_work_goes_to_the_thread_to_begin_and_to_commit_however_much_it_does(store, monkeypatch):
    detours = []
    original = aiosqlite.Connection._execute

    async def counted(self, fn, *args, **kwargs):
        detours.append(fn.__name__)
        return await original(self, fn, *args, **kwargs)

    monkeypatch.setattr(aiosqlite.Connection, "_execute", counted)
    async with store.begin() as work:
        for number in range(20):
            await work.append(f"case-{number}", [NOTE])
            await work.steps(f"case-{number}")
    assert detours.count("commit") == 1
    assert len(detours) <= 5


async def test_others_go_on_while_a_unit_of_work_waits_for_the_file(store, tmp_path):
    ticks = 0

    async def tick():
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    ticking = asyncio.create_task(tick())
    with closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(TemporaryError):
            async with store.begin():
                pass
    ticking.cancel()
    assert ticks >= 5


async def test_a_failing_statement_leaves_the_unit_of_work_usable(store):
    async with store.begin() as work:
        await work.append("case", [NOTE])
        with pytest.raises(Exception, match="not do its work"):
            await work._transaction.row(sqlite_nonsense())
        await work.append("case", [NOTE])
    async with store.begin() as work:
        assert len(await work.steps("case")) == 2


def sqlite_nonsense():
    from sqlalchemy import text  # noqa: PLC0415

    return text("SELECT nothing FROM nowhere")
