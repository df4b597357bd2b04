"""The PostgreSQL that other tests stand on: their databases are their own, and its faults are real ones."""

import psycopg
import pytest
from psycopg import errors

from tests.support import postgres as support
from tests.support.postgres_cluster import cluster_postgres
from tests.support.postgres_handle import PostgresUnavailable


def prepared(url):
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE note (text text PRIMARY KEY)")


def add(url, text):
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO note VALUES (%s)", (text,))


def texts(url):
    with psycopg.connect(url) as connection:
        return [text for (text,) in connection.execute("SELECT text FROM note ORDER BY text")]


@pytest.fixture
def notes(postgres):
    url = postgres.database(prepared)
    yield url
    postgres.drop(url)


def test_databases_of_one_template_know_nothing_of_each_other(postgres, notes):
    other = postgres.database(prepared)
    add(notes, "one")
    assert (texts(notes), texts(other)) == (["one"], [])
    postgres.drop(other)


def test_an_empty_database_is_empty(postgres_url):
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def test_a_dropped_database_is_gone_though_somebody_is_connected(postgres):
    url = postgres.database()
    with psycopg.connect(url) as connection:
        postgres.drop(url)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)


def test_a_killed_server_keeps_what_was_committed_and_nothing_else(killable_postgres, notes):
    add(notes, "committed")
    with psycopg.connect(notes) as connection:
        connection.execute("INSERT INTO note VALUES ('not committed')")
        killable_postgres.kill()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    killable_postgres.start()
    assert texts(notes) == ["committed"]


def test_a_restarted_server_ends_sessions_and_has_the_same_address(killable_postgres, notes):
    with psycopg.connect(notes) as connection:
        connection.execute("SELECT 1")
        killable_postgres.restart()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    assert texts(notes) == []


def test_a_frozen_server_does_not_answer_until_it_is_thawed(killable_postgres, notes):
    with psycopg.connect(notes) as connection:
        connection.execute("SELECT 1")
        killable_postgres.freeze()
        try:
            connection.pgconn.send_query(b"SELECT 1")
            with pytest.raises(psycopg.errors.ConnectionTimeout):
                psycopg.connect(notes, connect_timeout=2)
            connection.pgconn.consume_input()
            assert connection.pgconn.is_busy()
        finally:
            killable_postgres.thaw()
        while connection.pgconn.get_result() is not None:
            pass
        assert connection.execute("SELECT 2").fetchone() == (2,)


def test_a_full_disk_is_refused_as_such_and_freed_by_removal(on_small_disk):
    with psycopg.connect(on_small_disk(), autocommit=True) as connection:
        connection.execute("CREATE TABLE filler (content text)")
        connection.execute("ALTER TABLE filler ALTER content SET STORAGE EXTERNAL")
        with pytest.raises(errors.DiskFull):
            connection.execute("INSERT INTO filler SELECT repeat('x', 1048576) FROM generate_series(1, 64)")
        connection.execute("DROP TABLE filler")
        connection.execute("CREATE TABLE fits (content text)")
        connection.execute("INSERT INTO fits VALUES ('again')")


def test_a_private_cluster_takes_settings_of_the_tests_own():
    try:
        server = cluster_postgres("max_connections = 7\n")
    except PostgresUnavailable as reason:
        pytest.skip(f"settings of a test's own need an installed PostgreSQL: {reason}")
    try:
        with psycopg.connect(server.url) as connection:
            assert connection.execute("SHOW max_connections").fetchone() == ("7",)
    finally:
        home = server.machine.home
        server.stop()
    assert not home.exists()


def test_without_any_way_the_error_names_all_four(monkeypatch):
    def unavailable():
        raise PostgresUnavailable("not here")

    monkeypatch.delenv("SOGW_TEST_POSTGRES_URL", raising=False)
    monkeypatch.setattr(support, "_WAYS", [(way, unavailable) for way, _ in support._WAYS])
    with pytest.raises(PostgresUnavailable) as refused:
        support.find_postgres()
    for way in ("SOGW_TEST_POSTGRES_URL", "POSTGRES_IMAGE", "initdb", "apt-get install postgresql"):
        assert way in str(refused.value)


def test_a_named_server_that_does_not_answer_is_not_replaced_by_another(monkeypatch):
    monkeypatch.setenv("SOGW_TEST_POSTGRES_URL", "postgresql://nobody:nothing@127.0.0.1:9/postgres")
    with pytest.raises(PostgresUnavailable) as refused:
        support.find_postgres()
    assert "POSTGRES_IMAGE" not in str(refused.value)
