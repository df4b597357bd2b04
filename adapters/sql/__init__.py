"""The store in SQL (SQLAlchemy Core): one party's journal, deliveries, quarantine and partners in a SQLite file.

Invariants:
    * A unit of work is one transaction that has the write lock from its start and is flushed to disk at its end.
    * The journal only grows; the database itself refuses to change or delete an entry.
    * What is personal, or might be, is sealed under the key of its case; what must outlive a case (deliveries,
      conversations, partners, quarantine) is sealed under the gateway's own key. Lookups use blind indexes.
    * Database errors leave this package as TemporaryError or OperatorError, without statements or values.
    * ``sqlite.py`` and ``sqlite_driver.py`` alone know the dialect, next to the triggers in the first migration.
"""

from adapters.sql.store import SqlStore

__all__ = ["SqlStore"]
