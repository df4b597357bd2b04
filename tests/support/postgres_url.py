"""A PostgreSQL server that somebody runs already, named in the environment."""

import os
from urllib.parse import urlsplit

import psycopg

from tests.support.postgres_handle import PostgresUnavailable, TestPostgres


def url_postgres() -> TestPostgres:
    """Use SOGW_TEST_POSTGRES_URL, such as ``postgresql://name:password@127.0.0.1:5432/postgres``."""
    url = os.environ.get("SOGW_TEST_POSTGRES_URL")
    if not url:
        raise PostgresUnavailable("SOGW_TEST_POSTGRES_URL is not set")
    try:
        return TestPostgres(url, f"the server of SOGW_TEST_POSTGRES_URL at {urlsplit(url).hostname}")
    except psycopg.Error as error:
        raise PostgresUnavailable(f"the server does not let us in: {str(error).strip()}") from error
