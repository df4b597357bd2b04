"""How Alembic runs here: on the connection it is given, inside the transaction that connection is in."""

from alembic import context

from adapters.sql.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
context.run_migrations()
