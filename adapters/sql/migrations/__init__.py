"""Migrations, run by ``adapters.sql.schema``; a migration that was released is never changed."""
