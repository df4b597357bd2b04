"""What a test holds of a PostgreSQL server, however it was started."""

import secrets
import time
from collections.abc import Callable
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

START_SECONDS = 60.0

_PLAIN = sql.SQL("TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'")
"""The same on every server, whatever its own language is."""


class PostgresUnavailable(Exception):  # noqa: N818  (reads as a sentence in the summary)
    """This way to get a server, or this power over it, does not work here; the text says why."""


class Machine(Protocol):
    """Power over the server's processes. After ``kill`` and ``halt`` the same data is there for ``start``."""

    def small_disk(self) -> str:
        """Return an empty folder for tables on a file system of some 48 MB, which lasts until the server stops."""

    def kill(self) -> None: ...

    def halt(self) -> None: ...

    def start(self) -> None: ...

    def freeze(self) -> None: ...

    def thaw(self) -> None: ...

    def remove(self) -> None: ...


class TestPostgres:
    """A running server; its address stays the same through ``kill`` and ``restart``.

    Attributes:
        url: Of the maintenance database, as a user who may create databases.
        how: How it was found, for people, with its version.
        machine: Power over its processes; None for a server that somebody else runs.
        notes: Why ways tried earlier did not work.
    """

    __test__ = False

    def __init__(self, url: str, how: str, machine: Machine | None = None) -> None:
        self.url = url
        self.machine = machine
        self.notes: list[str] = []
        self._templates: dict[Callable[[str], None], str] = {}
        self._made: set[str] = set()
        self._has_small_tablespace = False
        self.how = f"{how} ({self._await_answer()})"

    def database(self, prepare: Callable[[str], None] | None = None, *, on_small_disk: bool = False) -> str:
        """Return the URL of a new database that nobody else uses.

        Args:
            prepare: Fills a database given its URL; runs once, after that its result is copied. It must close its
                connections.
            on_small_disk: Put it where 48 MB is all there is, so that it can be filled.
        """
        return self.url_of(self._create(self._template(prepare) if prepare else None, on_small_disk))

    def url_of(self, database: str) -> str:
        """Return the URL of one of the server's databases."""
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{database}"))

    def drop(self, url: str) -> None:
        """Remove a database, and whoever is still connected to it."""
        name = urlsplit(url).path.lstrip("/")
        self._made.discard(name)
        self._command(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def kill(self) -> None:
        """End all its processes with SIGKILL, as a power cut would; ``start`` lets it recover."""
        self._power().kill()

    def start(self) -> None:
        """Start it after ``kill``, on the same address and data, and wait until it answers."""
        self._power().start()
        self._await_answer()

    def restart(self) -> None:
        """Stop it in an orderly way, which ends every connection, and start it again."""
        self._power().halt()
        self.start()

    def freeze(self) -> None:
        """Stop all its processes without ending them: connections stay, nothing answers."""
        self._power().freeze()

    def thaw(self) -> None:
        """Let them go on."""
        self._power().thaw()

    def stop(self) -> None:
        """Remove what was made: the databases, and the server if it is ours."""
        if self.machine is not None:
            self.machine.remove()
            return
        for name in list(self._made):
            self.drop(self.url_of(name))

    def _power(self) -> Machine:
        if self.machine is None:
            raise PostgresUnavailable("a server known by its URL only cannot be killed, restarted or frozen")
        return self.machine

    def _template(self, prepare: Callable[[str], None]) -> str:
        if prepare not in self._templates:
            name = self._create(None, on_small_disk=False)
            prepare(self.url_of(name))
            self._templates[prepare] = name
        return self._templates[prepare]

    def _create(self, template: str | None, on_small_disk: bool) -> str:
        name = f"sogw_test_{secrets.token_hex(6)}"
        create = sql.SQL("CREATE DATABASE {} ").format(sql.Identifier(name))
        create += sql.SQL("TEMPLATE {}").format(sql.Identifier(template)) if template else _PLAIN
        if on_small_disk:
            create += sql.SQL(" TABLESPACE {}").format(sql.Identifier(self._small_tablespace()))
        self._command(create)
        self._made.add(name)
        return name

    def _small_tablespace(self) -> str:
        if not self._has_small_tablespace:
            folder = sql.Literal(self._power().small_disk())
            self._command(sql.SQL("CREATE TABLESPACE sogw_small LOCATION {}").format(folder))
            self._has_small_tablespace = True
        return "sogw_small"

    def _command(self, command: sql.Composable) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(command)

    def _await_answer(self) -> str:
        """Return the version, once it answers."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                with psycopg.connect(self.url, connect_timeout=5) as connection:
                    version = connection.info.parameter_status("server_version") or "of unknown version"
                    return version.split()[0]  # the rest names the distribution
            except psycopg.OperationalError:
                if self.machine is None or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
