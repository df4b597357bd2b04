"""One store of each kind, empty, for the suites that ask the same of all of them."""

import shutil
from datetime import UTC, datetime

import pytest

from adapters.keyrings import AesVault
from adapters.memory.store import MemoryStore
from adapters.sql import SqlStore
from tests.support.store_database import empty

PATIENCE = 1.5


class StandingClock:
    def now(self):
        return datetime(2026, 1, 1, tzinfo=UTC)


def sql_store(url, clock):
    return SqlStore(url, AesVault(bytes(32)), clock, patience=PATIENCE)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def store(request, tmp_path, clock):
    """Made with the clock of the suite that asks."""
    if request.param == "memory":
        made = MemoryStore(clock, patience=PATIENCE)
    elif request.param == "sqlite":
        made = sql_store(f"sqlite:///{shutil.copy(await migrated_file(tmp_path.parent), tmp_path)}", clock)
    else:
        url = request.getfixturevalue("contract_database")
        empty(url)
        made = sql_store(url, clock)
    await made.open()
    yield made
    await made.close()


async def migrated_file(folder):
    """A new file; every test has a copy, because making one takes longer than most tests do."""
    path = folder / "migrated.db"
    if not path.exists():
        made = sql_store(f"sqlite:///{path}", StandingClock())
        await made.open()
        await made.close()
    return path


@pytest.fixture(scope="session")
def contract_database(postgres):
    """One database for all tests here, for the same reason."""
    return postgres.database()
