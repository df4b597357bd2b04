"""The store in SQL (SQLAlchemy Core): one party's journal, deliveries, quarantine and partners in one database.

A SQLite file serves one machine; a PostgreSQL database serves as many processes as there are.

Invariants:
    * A unit of work is one transaction, flushed to disk at its end. It holds the cases it reads until then: by the
      write lock of the file, or by a lock per case on the server.
    * Locks are taken in one order: cases (sorted), outgoing messages, and last the tree, for which all wait.
    * The journal only grows; the database itself refuses to change or delete an entry.
    * What is personal, or might be, is sealed under the key of its case; what must outlive a case (deliveries,
      conversations, partners, quarantine) is sealed under the gateway's own key. Lookups use blind indexes.
    * Database errors leave this package as TemporaryError or OperatorError, without statements or values.
    * ``sqlite.py``, ``sqlite_driver.py`` and ``postgresql.py`` alone know a dialect, next to the triggers in the first
      migration.
"""

from adapters.sql.postgresql import Credentials
from adapters.sql.store import SqlStore

__all__ = ["Credentials", "SqlStore"]
