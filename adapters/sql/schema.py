"""The schema of a database and its version: migrations are shipped in this package and run when a store opens."""

from sqlalchemy import Connection, inspect, text

from gateway.domain.errors import OperatorError

NEWEST = "0012"
"""Revision this version of the program works with; known here so that Alembic is loaded only when it has work."""

_VERSIONS = "alembic_version"


def bring_up_to_date(connection: Connection, *, may_make: bool) -> None:
    """Migrate, within the transaction of the connection.

    Args:
        connection: To the database.
        may_make: Whether an empty database becomes a store.

    Raises:
        OperatorError: ``store-missing``: it is empty, and nobody asked to make a store of it.
        OperatorError: ``store-newer``: a later version of the program changed the schema.
            ``store-foreign``: the database is of something else.
    """
    current = _revision(connection)
    if current is None and not may_make:
        raise missing()
    if current != NEWEST:
        _migrate(connection, current)


def missing(where: str | None = None) -> OperatorError:
    """Say that there is no store, which is never the same as an empty one: consents and refusals were in it."""
    return OperatorError(
        "store-missing",
        "There is no store here.",
        where=where or "[store] url",
        remedy="Correct the address, or bring it back: sogw backup restore. If there never was one: sogw store create",
    )


def _revision(connection: Connection) -> str | None:
    tables = inspect(connection).get_table_names()
    if _VERSIONS in tables:
        return str(connection.scalar(text("SELECT version_num FROM alembic_version")))
    if tables:
        raise OperatorError(
            "store-foreign",
            "The database holds tables that are not of this program.",
            remedy="Choose another file for the store.",
        )
    return None


def _migrate(connection: Connection, current: str | None) -> None:
    from alembic import command  # noqa: PLC0415 - slow to load, seldom needed
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "adapters.sql:migrations")
    config.set_main_option("path_separator", "os")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise OperatorError(
            "store-newer",
            "The store was written by a newer version of this program.",
            remedy="Use that version, or restore the backup made before it.",
        )
    command.upgrade(config, "head")
