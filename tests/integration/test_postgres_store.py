"""The store on a server: cases held one by one, a journal without gaps all the same, and what it says when it fails."""

import asyncio
import hashlib
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from adapters.keyrings import AesVault
from adapters.sql import Credentials, SqlStore, postgresql
from adapters.sql.postgresql import PostgresqlDatabase
from adapters.sql.postgresql_failures import failure
from adapters.sql.store import _transaction
from adapters.sql.tables import metadata
from gateway.domain import steps as s
from gateway.domain.errors import OperatorError, TemporaryError

AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
BY = s.Actor(s.ActorRole.SYSTEM, "arbo-lindehof")


class Clock:
    def now(self):
        return AT


def new_store(url, **options):
    return SqlStore(url, AesVault(bytes(32)), Clock(), **options)


@pytest.fixture
async def stores(postgres_url):
    """Two, as two processes have them; they meet at the empty database."""
    made = [new_store(postgres_url, patience=5) for _ in range(2)]
    await asyncio.gather(*(store.open() for store in made))
    yield made
    for store in made:
        await store.close()


def note(text="x"):
    return s.NoteRecorded(at=AT, by=BY, topic=text)


# Where it is


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://",
        "postgresql://u:hunter2@127.0.0.1",
        "postgresql://u:hunter2@127.0.0.1/d?sslmode=disable",
        "postgresql+asyncpg://u:hunter2@127.0.0.1/d",
        "postgresql://u:hunter2@127.0.0.1:port/d",
    ],
)
def test_an_address_that_is_no_database_is_refused_without_repeating_it(url):
    with pytest.raises(OperatorError) as error:
        PostgresqlDatabase(url).engine(1)
    assert error.value.code == "store-url-invalid"
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize(
    "url", ["postgresql://db.example/so", "postgresql://10.0.0.8/so", "postgresql:///so?host=127.0.0.1,10.0.0.8"]
)
def test_another_machine_takes_certificates_or_an_explicit_risk(url):
    with pytest.raises(OperatorError) as error:
        PostgresqlDatabase(url).engine(1)
    assert error.value.code == "store-insecure"
    PostgresqlDatabase(url, Credentials(allow_insecure=True)).engine(1)
    PostgresqlDatabase(url, Credentials(ca_file=Path("ca.pem"))).engine(1)


@pytest.mark.parametrize("url", ["postgresql://[::1]/so", "postgresql://localhost/so", "postgresql:///so?host=/run/pg"])
def test_this_machine_may_do_without(url):
    PostgresqlDatabase(url).engine(1)


def test_with_an_authority_the_server_is_verified_by_name_whatever_its_address_says():
    files = Credentials(ca_file=Path("ca.pem"), certificate_file=Path("own.pem"), key_file=Path("own.key"))
    options = PostgresqlDatabase("postgresql://db.example/so", files)._encryption(postgresql.make_url("postgresql://x"))
    assert options == {
        "sslmode": "verify-full",
        "ssl_min_protocol_version": "TLSv1.3",
        "sslrootcert": "ca.pem",
        "sslcert": "own.pem",
        "sslkey": "own.key",
        "gssencmode": "disable",
    }


async def test_a_server_without_a_certificate_is_not_talked_to(postgres_url, tmp_path):
    authority = tmp_path / "ca.pem"
    authority.write_text("")
    with pytest.raises(OperatorError) as error:
        await new_store(postgres_url, credentials=Credentials(ca_file=authority)).open()
    assert error.value.code == "store-tls-missing"


async def test_a_password_from_a_file_counts_more_than_one_in_the_address(postgres_url):
    with pytest.raises(TemporaryError):
        await new_store(postgres_url, credentials=Credentials(password="wrong")).open()


# What is in it


async def test_the_migrations_make_the_tables_the_code_uses(stores):
    def differences(connection):
        return compare_metadata(MigrationContext.configure(connection), metadata)

    async with _transaction(stores[0]._engine) as connection:
        assert await connection.run_sync(differences) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE journal SET outcome = 'done'",
        "DELETE FROM journal WHERE sequence = 1",
        "TRUNCATE journal",
        "INSERT INTO journal SELECT 9, case_ref, opened_at, 'r', 'o', 'c', '', 'done', NULL, '', '' FROM cases LIMIT 1",
        "DELETE FROM cases",
    ],
)
async def test_the_database_refuses_to_change_what_was_written(stores, postgres_url, change):
    async with stores[0].begin() as work:
        await work.append("case", [note(), note()])
    with psycopg.connect(postgres_url) as connection, pytest.raises(psycopg.IntegrityError):
        connection.execute(change)


async def test_nothing_personal_is_in_its_files_in_clear(stores, postgres_url):
    marker = hashlib.sha256(b"marker").hexdigest()
    async with stores[0].begin() as work:
        await work.append(f"case {marker}", [note(marker)])
        await work.bind_referral(f"referral {marker}", f"case {marker}", "lpbso")
    with psycopg.connect(postgres_url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        dumped = [str(row) for (table,) in tables for row in connection.execute(f"SELECT t::text FROM {table} t")]
    assert len(dumped) > 4
    assert not any(marker in row or marker.encode().hex() in row for row in dumped)


# Together


async def test_units_of_work_on_different_cases_overlap(stores):
    one, two = stores
    async with one.begin() as first, two.begin() as second:
        await first.append("case-1", [note("a")])
        await second.append("case-2", [note("b")])
        assert await second.steps("case-2") == [note("b")]
    async with one.begin() as work:
        assert (await work.checkpoint()).size == 2


async def test_what_was_read_of_a_case_holds_until_the_commit(stores):
    one, two = stores
    order = []

    async def later():
        async with two.begin() as work:
            order.append(("two", len(await work.steps("case"))))

    async with one.begin() as work:
        assert await work.steps("case") == []
        waiting = asyncio.create_task(later())
        await asyncio.sleep(0.2)
        order.append(("one", len(await work.steps("case"))))
        await work.append("case", [note()])
    await waiting
    assert order == [("one", 0), ("two", 1)]


async def test_many_writers_leave_a_journal_without_gaps_in_the_order_of_their_commits(stores):
    async def write(store, number):
        async with store.begin() as work:
            await work.hold(["shared", f"case-{number}"])
            count = len(await work.steps("shared"))
            await work.append(f"case-{number}", [note("own")])
            await work.append("shared", [note(str(count))])

    await asyncio.gather(*(write(stores[number % 2], number) for number in range(30)))
    async with stores[0].begin() as work:
        shared = await work.entries("shared")
        assert [entry.step.topic for entry in shared] == [str(number) for number in range(30)]
        assert sorted(entry.sequence for entry in shared) == [entry.sequence for entry in shared]
        assert (await work.checkpoint()).size == 60


async def test_who_would_wait_for_each_other_for_ever_is_told_to_try_again(stores):
    both = asyncio.Barrier(2)

    async def cross(store, first, second):
        async with store.begin() as work:
            await work.hold([first])
            await both.wait()
            await work.hold([second])

    done = await asyncio.gather(cross(stores[0], "a", "b"), cross(stores[1], "b", "a"), return_exceptions=True)
    assert [type(result) for result in sorted(done, key=repr)] == [type(None), TemporaryError]
    assert next(error for error in done if error).code == "store-contested"


async def test_a_case_that_is_being_worked_on_is_claimed_in_a_later_round(stores):
    from tests.contract.test_store import outgoing  # noqa: PLC0415

    one, two = stores
    async with one.begin() as work:
        await work.enqueue(outgoing(1, sequence=1, case_id="case-1"))
        await work.enqueue(outgoing(2, sequence=1, case_id="case-2", referral_id="another"))
    async with one.begin() as busy:
        await busy.hold(["case-1"])
        async with two.begin() as work:
            assert [item.message_id for item in await work.claim("two", AT, AT, 10)] == ["message-2"]
    async with two.begin() as work:
        assert [item.message_id for item in await work.claim("two", AT, AT, 10)] == ["message-1", "message-2"]


async def test_two_that_claim_at_once_share_and_do_not_wait(stores):
    from tests.contract.test_store import outgoing  # noqa: PLC0415

    async with stores[0].begin() as work:
        for number in range(6):
            await work.enqueue(outgoing(number))
    async with stores[0].begin() as one, stores[1].begin() as two:
        mine = await one.claim("one", AT, AT, 4)
        theirs = await two.claim("two", AT, AT, 4)
    assert [item.message_id for item in (*mine, *theirs)] == [f"message-{number}" for number in range(6)]


# When it fails


async def test_a_process_frozen_in_a_transaction_does_not_keep_its_case(postgres_url, monkeypatch):
    monkeypatch.setattr(postgresql, "_LONGEST_IDLE_MS", 2_000)
    frozen, other = new_store(postgres_url), new_store(postgres_url)
    await asyncio.gather(frozen.open(), other.open())
    with pytest.raises(TemporaryError) as lost:  # noqa: PT012 - the whole unit of work is what fails
        async with frozen.begin() as work:
            await work.append("case", [note("never written")])
            async with other.begin() as theirs:
                await theirs.append("case", [note("theirs")])
    assert lost.value.code == "store-unreachable"
    async with frozen.begin() as work:
        assert await work.steps("case") == [note("theirs")]
    await asyncio.gather(frozen.close(), other.close())


async def test_a_server_that_goes_and_comes_is_temporary_and_costs_nothing_committed(postgres, postgres_url):
    store = new_store(postgres_url)
    await store.open()
    async with store.begin() as work:
        await work.append("case", [note("kept")])
    postgres.kill()
    with pytest.raises(TemporaryError) as away:
        async with store.begin() as work:
            await work.append("case", [note("lost")])
    assert away.value.code == "store-unreachable"
    postgres.start()
    async with store.begin() as work:
        assert await work.steps("case") == [note("kept")]
    await store.close()


@pytest.mark.parametrize(
    ("state", "code", "kind"),
    [
        (None, "store-unreachable", TemporaryError),
        ("08006", "store-unreachable", TemporaryError),
        ("57P01", "store-unreachable", TemporaryError),
        ("53300", "store-unreachable", TemporaryError),
        ("40001", "store-contested", TemporaryError),
        ("40P01", "store-contested", TemporaryError),
        ("55P03", "store-busy", TemporaryError),
        ("53100", "store-disk-full", OperatorError),
        ("25006", "store-unwritable", OperatorError),
        ("28P01", "store-login-refused", OperatorError),
        ("3D000", "store-missing", OperatorError),
        ("58030", "store-disk-failed", OperatorError),
        ("XX001", "store-damaged", OperatorError),
        ("42601", "store-failed", OperatorError),
    ],
)
def test_every_state_of_the_server_has_its_family(state, code, kind):
    error = psycopg.Error("near 'Jansen': anything")
    error.sqlstate = state
    made = failure(error)
    assert isinstance(made, kind)
    assert made.code == code
    assert made.remedy
    assert "Jansen" not in str(made)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("SSL error: sslv3 alert certificate expired", "store-certificate-refused"),
        ("SSL error: ssl/tls alert certificate expired", "store-certificate-refused"),
        ("SSL error: sslv3 alert certificate revoked", "store-certificate-refused"),
        ("SSL error: sslv3 alert bad certificate", "store-certificate-refused"),
        ("SSL error: sslv3 alert handshake failure", "store-certificate-refused"),
        ("SSL error: tlsv13 alert certificate required", "store-certificate-missing"),
        ("SSL error: unsupported protocol", "store-tls-version"),
        (
            "Multiple connection attempts failed: refused\n- SSL error: certificate verify failed",
            "store-certificate-untrusted",
        ),
        ("could not load certificate file 'x.pem': no start line", "tls-files-unreadable"),
        ("FATAL: Verbindung erfordert ein gültiges Client-Zertifikat", "store-unreachable"),
        ("connection timeout expired", "store-unreachable"),
    ],
)
def test_what_other_builds_of_openssl_and_other_servers_say_is_understood_or_temporary(words, code):
    assert failure(psycopg.OperationalError(words)).code == code


def test_a_value_that_no_program_can_read_is_damage_and_not_a_server_that_is_away():
    assert failure(psycopg.DataError("timestamp too large (after year 10K): 'infinity'")).code == "store-damaged"
