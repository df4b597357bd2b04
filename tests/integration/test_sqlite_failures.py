"""What the store says when the file, the disk or the schema is not as it must be; and that it says no more."""

import _sqlite3
import ctypes
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from inspect import isfunction
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event

from adapters.keyrings import AesVault
from adapters.sql import SqlStore, schema, sqlite
from adapters.sql.store import SqlUnitOfWork, _transaction
from adapters.sql.tables import metadata
from gateway.domain import steps as s
from gateway.domain.errors import OperatorError, TemporaryError

AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
BY = s.Actor(s.ActorRole.SYSTEM, "arbo-lindehof")


class Clock:
    def now(self):
        return AT


def new_store(path, patience=0.1):
    return SqlStore(f"sqlite:///{path}", AesVault(bytes(32)), Clock(), patience=patience)


@pytest.fixture
async def store(tmp_path):
    made = new_store(tmp_path / "store.db")
    await made.open()
    yield made
    await made.close()


def note(text="x"):
    return s.NoteRecorded(at=AT, by=BY, topic=text)


async def refused(store):
    with pytest.raises(OperatorError) as error:
        await store.open()
    assert error.value.remedy
    assert error.value.__suppress_context__ or error.value.__context__ is None
    return error.value.code


# Where it is


@pytest.mark.parametrize(
    "url",
    ["", "store.db", "sqlite://", "sqlite:///:memory:", "sqlite:///a.db?mode=ro", "mysql://u:hunter2@h/d", "::"],
)
async def test_an_address_that_is_no_file_is_refused_without_repeating_it(url):
    with pytest.raises(OperatorError) as error:
        await SqlStore(url, AesVault(bytes(32)), Clock()).open()
    assert error.value.code == "store-url-invalid"
    assert "hunter2" not in str(error.value)


@pytest.fixture
def without_shared_memory() -> Iterator[None]:
    """Files are as on a network share: locked by a file beside them, and shared by no memory (``unix-dotfile``)."""
    library = ctypes.CDLL(_sqlite3.__file__)
    library.sqlite3_vfs_find.restype = ctypes.c_void_p
    library.sqlite3_vfs_register.argtypes = (ctypes.c_void_p, ctypes.c_int)
    usual, poor = library.sqlite3_vfs_find(None), library.sqlite3_vfs_find(b"unix-dotfile")
    library.sqlite3_vfs_register(poor, 1)
    yield
    library.sqlite3_vfs_register(usual, 1)


@pytest.mark.usefixtures("without_shared_memory")
async def test_a_disk_that_cannot_share_a_write_ahead_log_is_refused(tmp_path):
    store = new_store(tmp_path / "store.db")
    with pytest.raises(OperatorError) as error:
        await store.open()
    assert error.value.code == "store-disk-unfit"
    assert "local disk" in error.value.remedy


async def test_both_ways_to_write_the_driver_are_understood(tmp_path):
    for driver in ("sqlite", "sqlite+aiosqlite"):
        made = SqlStore(f"{driver}:///{tmp_path}/store.db", AesVault(bytes(32)), Clock())
        await made.open()
        await made.close()


async def test_a_path_may_hold_spaces_percents_and_letters(tmp_path):
    folder = tmp_path / "map één 100% #1"
    folder.mkdir()
    made = new_store(folder / "mijn store.db")
    await made.open()
    await made.close()
    assert (folder / "mijn store.db").stat().st_size


@pytest.mark.parametrize("place", ["missing/store.db", "file/store.db", "folder"])
async def test_a_path_that_cannot_be_written_is_named_with_a_remedy(tmp_path, place):
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(OperatorError) as error:
        await new_store(tmp_path / place).open()
    assert error.value.code == "store-unwritable"
    assert str(tmp_path / place) in str(error.value)


async def test_a_file_of_somebody_else_is_refused(tmp_path, monkeypatch):
    def forbid(*args, **kwargs):
        raise PermissionError(13, "Permission denied", "a path")

    monkeypatch.setattr("adapters.sql.sqlite.os.open", forbid)  # the tests may run as root, who may write everything
    assert await refused(new_store(tmp_path / "store.db")) == "store-unwritable"


# What is in it


async def test_a_file_of_something_else_is_refused(tmp_path):
    (tmp_path / "text.db").write_text("dear diary, " * 1000)
    assert await refused(new_store(tmp_path / "text.db")) == "store-damaged"
    with closing(sqlite3.connect(tmp_path / "other.db")) as file:
        file.execute("CREATE TABLE songs (title TEXT)")
    assert await refused(new_store(tmp_path / "other.db")) == "store-foreign"


async def test_a_store_of_a_newer_version_is_refused_and_left_alone(store, tmp_path):
    await store.close()
    with closing(sqlite3.connect(tmp_path / "store.db")) as file, file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
    assert await refused(store) == "store-newer"
    with closing(sqlite3.connect(tmp_path / "store.db")) as file:
        assert file.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]


async def test_a_migration_that_fails_leaves_nothing(tmp_path, monkeypatch):
    def fail(connection, *, may_make):
        schema.bring_up_to_date(connection, may_make=may_make)
        raise ZeroDivisionError

    monkeypatch.setattr("adapters.sql.store.bring_up_to_date", fail)
    with pytest.raises(ZeroDivisionError):
        await new_store(tmp_path / "store.db").open()
    with closing(sqlite3.connect(tmp_path / "store.db")) as file:
        assert file.execute("SELECT name FROM sqlite_master").fetchall() == []


async def test_the_migrations_make_the_tables_the_code_uses(store):
    def differences(connection):
        return compare_metadata(MigrationContext.configure(connection), metadata)

    async with _transaction(store._engine) as connection:
        assert await connection.run_sync(differences) == []
        partial = "SELECT name, sql FROM sqlite_master WHERE sql LIKE '%WHERE%' AND type = 'index'"
        found = dict((await connection.exec_driver_sql(partial)).all())
    assert "WHERE state IN ('pending', 'sent')" in found["ix_outbox_due"]
    assert "WHERE state <> 'dropped'" in found["uq_outbox_place"]


def test_the_migrations_are_one_line_numbered_in_order_and_the_newest_is_what_the_code_expects():
    migrations = ScriptDirectory("adapters/sql/migrations")
    line = [revision.revision for revision in migrations.walk_revisions()][::-1]
    assert line == [f"{number:04}" for number in range(1, len(line) + 1)]
    assert line[-1] == schema.NEWEST
    assert all(Path(revision.path).name.startswith(revision.revision) for revision in migrations.walk_revisions())


async def test_what_is_due_is_found_by_the_partial_index(store):
    plans = []

    def explain(connection, cursor, statement, parameters, context, executemany):
        if "earlier" in statement:
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.extend(row[3] for row in cursor.fetchall())

    event.listen(store._engine.sync_engine, "before_cursor_execute", explain)
    async with store.begin() as work:
        await work.claim("worker", AT, AT, 10)
    assert any("USING INDEX ix_outbox_due" in plan for plan in plans)
    assert not any("SCAN" in plan and "ix_outbox_due" not in plan for plan in plans)
    assert not any("TEMP B-TREE" in plan for plan in plans)


async def test_every_connection_is_set_for_safety(store):
    wanted = {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1, "busy_timeout": 100}
    async with _transaction(store._engine) as connection:
        for pragma, value in wanted.items():
            assert (await connection.exec_driver_sql(f"PRAGMA {pragma}")).scalar() == value


# While it works


async def test_another_process_that_holds_the_file_is_temporary(store, tmp_path):
    with closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(TemporaryError) as busy:
            async with store.begin():
                pass
        with pytest.raises(TemporaryError) as at_opening:
            await new_store(tmp_path / "store.db").open()
        other.execute("ROLLBACK")
    assert (busy.value.code, at_opening.value.code) == ("store-busy", "store-busy")
    async with store.begin() as work:
        await work.append("case", [note()])


async def test_a_full_disk_stops_the_unit_of_work_and_nothing_before_it(store):
    async with store.begin() as work:
        await work.append("case", [note("kept")])
    await limit_pages(store, 0)
    with pytest.raises(OperatorError) as full:
        async with store.begin() as work:
            await work.append("case", [note("a" * 100_000)])
    assert full.value.code == "store-disk-full"
    await limit_pages(store, 1_000_000)
    async with store.begin() as work:
        assert await work.steps("case") == [note("kept")]
        await work.append("case", [note("a" * 100_000)])


async def limit_pages(store, pages):
    """SQLite's own full disk: the file may not grow; below its size the limit becomes its size."""
    async with _transaction(store._engine) as connection:
        await connection.exec_driver_sql(f"PRAGMA max_page_count = {pages or 1}")


async def test_a_damaged_file_is_said_to_be_so(store, tmp_path):
    async with store.begin() as work:
        for number in range(50):
            await work.append(f"case-{number}", [note("a" * 2000)])
    await store.close()
    path = tmp_path / "store.db"
    content = path.read_bytes()
    path.write_bytes(content[:8192] + b"\xa5" * (len(content) - 8192))
    with pytest.raises(OperatorError) as damaged:
        await use(store)
    assert damaged.value.code == "store-damaged"


async def use(store):
    await store.open()
    async with store.begin() as work:
        await work.case_ids()
        await work.append("case", [note()])


@pytest.mark.parametrize(
    ("code", "ours", "kind"),
    [
        (sqlite3.SQLITE_BUSY, "store-busy", TemporaryError),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "store-busy", TemporaryError),
        (sqlite3.SQLITE_LOCKED, "store-busy", TemporaryError),
        (sqlite3.SQLITE_FULL, "store-disk-full", OperatorError),
        (sqlite3.SQLITE_READONLY_DIRECTORY, "store-unwritable", OperatorError),
        (sqlite3.SQLITE_CANTOPEN, "store-unwritable", OperatorError),
        (sqlite3.SQLITE_CORRUPT, "store-damaged", OperatorError),
        (sqlite3.SQLITE_IOERR_SHMSIZE, "store-disk-full", OperatorError),
        (sqlite3.SQLITE_IOERR_FSYNC, "store-disk-failed", OperatorError),
        (sqlite3.SQLITE_MISUSE, "store-failed", OperatorError),
    ],
)
def test_every_result_of_sqlite_has_its_family(code, ours, kind):
    error = sqlite3.OperationalError("near 'Jansen': anything")
    error.sqlite_errorcode = code
    made = sqlite.failure(error)
    assert isinstance(made, kind)
    assert made.code == ours
    assert "Jansen" not in str(made)


async def test_a_unit_of_work_that_ended_can_do_nothing_more(store):
    async with store.begin() as work:
        pass
    with pytest.raises(OperatorError) as ended:
        await work.append("case", [note()])
    assert ended.value.code == "store-failed"


def test_the_parts_of_a_unit_of_work_do_not_hide_each_other():
    parts = [part for part in SqlUnitOfWork.__mro__ if re.search(r"Part$", part.__name__)]
    methods = ((name, value) for part in parts for name, value in vars(part).items() if not name.startswith("__"))
    names = [name for name, value in methods if isfunction(value)]
    assert len(parts) == 13
    assert len(names) == len(set(names))
