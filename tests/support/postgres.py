"""A real PostgreSQL for tests, from wherever one can be had; never a silent skip.

``find_postgres()`` tries, in this order: an address in the environment, a container, a private cluster of an installed
``initdb``, and installing that package (Debian or Ubuntu, as root).
"""

import os
from collections.abc import Callable, Sequence

from tests.support.postgres_cluster import cluster_postgres, installed_postgres
from tests.support.postgres_container import container_postgres
from tests.support.postgres_handle import PostgresUnavailable, TestPostgres
from tests.support.postgres_url import url_postgres

__all__ = ["PostgresUnavailable", "TestPostgres", "find_postgres"]

_WAYS: Sequence[tuple[str, Callable[[], TestPostgres]]] = (
    ("SOGW_TEST_POSTGRES_URL naming a running server, as a user who may create databases", url_postgres),
    ("a container engine (image from POSTGRES_IMAGE)", container_postgres),
    ("an installed PostgreSQL (initdb, postgres), run as a private cluster", cluster_postgres),
    ("apt-get install postgresql, as root on Debian or Ubuntu", installed_postgres),
)


def find_postgres() -> TestPostgres:
    """Return a running server, with in ``notes`` why better ways did not work; raises PostgresUnavailable."""
    notes: list[str] = []
    for way, start in _WAYS:
        try:
            server = start()
        except PostgresUnavailable as reason:
            notes.append(f"{way}: {reason}")
            if "SOGW_TEST_POSTGRES_URL" in os.environ:
                break  # the caller named a server: another one in its place would hide a mistake
        else:
            server.notes = notes
            return server
    raise PostgresUnavailable(
        "These tests need a real PostgreSQL and none of the ways to get one worked:\n  - " + "\n  - ".join(notes)
    )
