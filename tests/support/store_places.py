"""Where a store lies, seen by somebody who has its disk: every byte, and copies of it."""

import re
import shutil
import sqlite3

import psycopg

from adapters.sql.tables import metadata


class SqlitePlace:
    """A file, its write-ahead log, and a copy made by SQLite itself."""

    keeps_deleted_rows = False

    def __init__(self, folder):
        self._file = folder / "store.db"
        self.url = f"sqlite:///{self._file}"

    def everything(self):
        """Every byte there is, and a backup taken now."""
        backup = self._file.with_name("backup.db")
        backup.unlink(missing_ok=True)
        with sqlite3.connect(self._file) as source, sqlite3.connect(backup) as target:
            source.backup(target)
        return b"".join(path.read_bytes() for path in (*self._file.parent.glob("store.db*"), backup))

    def copy(self):
        """An older backup; returns its address."""
        older = self._file.with_name("older")
        older.mkdir()
        for path in self._file.parent.glob("store.db*"):
            shutil.copy(path, older)
        return f"sqlite:///{older}/store.db"


class PostgresPlace:
    """The files of a database as the server sees them, its write-ahead log, and every row as a dump has it."""

    keeps_deleted_rows = True

    def __init__(self, server):
        self._server = server
        self.url = server.database()

    def everything(self):
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
            parts = [self._read(connection, path) for path in self._paths(connection)]
            for table in metadata.sorted_tables:
                with connection.cursor().copy(f"COPY {table.name} TO STDOUT (FORMAT binary)") as rows:
                    parts += [bytes(row) for row in rows]
        return b"".join(parts)

    @staticmethod
    def _paths(connection):
        folder = "SELECT 'base/' || oid FROM pg_database WHERE datname = current_database()"
        (home,) = connection.execute(folder).fetchone()
        files = connection.execute("SELECT %s || '/' || name FROM pg_ls_dir(%s) AS name", [home, home])
        logs = connection.execute("SELECT 'pg_wal/' || name FROM pg_ls_waldir()")
        return [path for (path,) in (*files, *logs) if re.search(r"/[0-9A-F_a-z]+$", path)]

    @staticmethod
    def _read(connection, path):
        return (
            connection.execute("SELECT pg_read_binary_file(%s, 0, 1000000000, true)", [path], binary=True).fetchone()[0]
            or b""
        )

    def copy(self):
        older = self._server.database()
        name, source = (url.rpartition("/")[2] for url in (older, self.url))
        self._server.drop(older)
        with psycopg.connect(self._server.url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
        return older


async def wrapped_key(store, case_id):
    async with store.look() as work:
        return (await work._transaction.find_key(case_id)).wrapped


def spellings(secret):
    return [secret, secret.hex().encode(), secret.hex().upper().encode()]


def found(secrets, everything):
    return [secret for secret in secrets for spelling in spellings(secret) if spelling in everything]
