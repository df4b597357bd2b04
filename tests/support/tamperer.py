"""Whoever has the whole database in hand: drops what protects the journal, and changes what they like."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from adapters.sql.tables import journal
from gateway.domain.checkpoint import Checkpoint
from gateway.domain.entry import PublicEntry
from gateway.domain.merkle import Frontier
from tests.support.store_database import empty

_PUBLIC = ("sequence", "case_ref", "actor_role", "organisation", "code", "outcome", "message_id", "commitment")
_ALL_BUT_NUMBER = ", ".join(column.name for column in journal.columns if column.name != "sequence")


class Tamperer:
    """What both databases have in common.

    Attributes:
        url: Of the store.
        no_instant: A time that the database takes and that is none.
    """

    url: str
    no_instant: str

    def take(self) -> None:
        """Get rid of the triggers; before that the database is still as the store made it."""
        raise NotImplementedError

    def __call__(self, statement: str, *values: object) -> list[dict[str, Any]]:
        """Run SQL that is understood everywhere, with ``?`` for values; returns the rows."""
        raise NotImplementedError

    def copy_row(self, of: int, to: int) -> None:
        self(
            f"INSERT INTO journal (sequence, {_ALL_BUT_NUMBER}) SELECT {to}, {_ALL_BUT_NUMBER} FROM journal"
            f" WHERE sequence = {of}"
        )

    def renumber(self, first: int, by: int) -> None:
        """Move every row from ``first`` on, by way of numbers nobody has."""
        self("UPDATE journal SET sequence = -sequence WHERE sequence >= ?", first)
        self("UPDATE journal SET sequence = -sequence + ? WHERE sequence < 0", by)

    def rewrite_tree(self) -> Checkpoint:
        """Leave the stored tree as an attacker who knows the format would; returns its checkpoint."""
        tree = Frontier()
        for row in self("SELECT * FROM journal ORDER BY sequence"):
            tree = tree.append(_entry(row).leaf())
        nodes = b"".join(node for _, node in tree.subtrees)
        self("UPDATE tree SET size = ?, subtrees = ?", tree.size, nodes)
        return Checkpoint(tree.size, tree.root().hex())


def _entry(row: dict[str, Any]) -> PublicEntry:
    recorded_at = row["recorded_at"]
    if isinstance(recorded_at, str):
        recorded_at = datetime.fromisoformat(recorded_at).replace(tzinfo=UTC)
    public = {name: row[name] for name in _PUBLIC}
    return PublicEntry(recorded_at=recorded_at, rules=tuple(row["rules"].split()), **public)


class SqliteTamperer(Tamperer):
    """Has the file."""

    no_instant = "yesterday"

    def __init__(self, folder) -> None:
        self._path = folder / "store.db"
        self.url = f"sqlite:///{self._path}"

    def take(self) -> None:
        for trigger in self("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            self(f"DROP TRIGGER {trigger['name']}")

    def __call__(self, statement: str, *values: object) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(self._path, isolation_level=None, timeout=5)) as file:
            file.row_factory = sqlite3.Row
            return [dict(row) for row in file.execute(statement, values)]


class PostgresTamperer(Tamperer):
    """Owns the database, as the gateway's user does."""

    no_instant = "infinity"

    def __init__(self, url: str) -> None:
        self.url = url

    def take(self) -> None:
        self("ALTER TABLE journal DISABLE TRIGGER USER")

    def give_back(self) -> None:
        """For the next test."""
        self("ALTER TABLE journal ENABLE TRIGGER USER")
        empty(self.url)

    def __call__(self, statement: str, *values: object) -> list[dict[str, Any]]:
        with psycopg.connect(self.url, row_factory=dict_row) as connection:
            found = connection.execute(statement.replace("?", "%s"), values)
            return found.fetchall() if found.description else []
