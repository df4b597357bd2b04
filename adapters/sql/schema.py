"""The schema of a database and its version: migrations are shipped in this package and run when a store opens."""

from sqlalchemy import Connection, inspect, text

from gateway.domain.errors import OperatorError

NEWEST = "0011"
"""Revision this version of the program works with; known here so that Alembic is loaded only when it has work."""

_VERSIONS = "alembic_version"


def bring_up_to_date(connection: Connection) -> None:
    """Migrate, within the transaction of the connection.

    Raises:
        OperatorError: ``store-newer``: a later version of the program changed the schema.
            ``store-foreign``: the database is of something else.
    """
    current = _revision(connection)
    if current != NEWEST:
        _migrate(connection, current)


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
