"""Copies of the store's file: taken while it is used, and put in its place when nobody uses it.

A copy is made by SQLite itself, page by page under its own locks, so that it is the store of one moment. It holds what
the file holds: content sealed under keys that are wrapped under a key that is not in it.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from adapters.sql import sqlite
from adapters.sql.sqlite import location_of
from gateway.domain.errors import OperatorError, RefusedError

PATIENCE = 10.0
"""Seconds to wait for who uses a file."""

_DRAFT, _ASIDE = ".restoring", ".replaced"
_BESIDES = ("", "-wal", "-shm")


class StoreFile:
    """The file of a store.

    Args:
        url: Of the store.

    Raises:
        OperatorError: ``backup-by-server``: the store is a database on a server.
    """

    def __init__(self, url: str) -> None:
        if url.startswith("postgresql"):
            raise OperatorError(
                "backup-by-server",
                "The store is a database on a server, which has tools of its own for that.",
                remedy="Use pg_dump and pg_restore, and after restoring run: sogw backup restored --reason TEXT",
            )
        self._path = Path(location_of(url).database or "").absolute()

    @property
    def draft_url(self) -> str:
        """The address of what ``take_in`` made."""
        return f"sqlite:///{self._beside(_DRAFT)}"

    def copy_to(self, file: Path) -> int:
        """Copy the store as it is now; returns how many bytes.

        Raises:
            RefusedError: ``backup-exists``.
            OperatorError, TemporaryError: The file cannot be written, or the store not read.
        """
        if file.exists():
            raise RefusedError(
                "backup-exists", "There is a file already; it is not overwritten.", remedy="Choose another name."
            )
        self._copy(self._path, file)
        return file.stat().st_size

    def take_in(self, file: Path) -> None:
        """Copy a backup beside the store, and see that it is whole; the store itself stays as it is.

        Raises:
            OperatorError: ``backup-unreadable``: it is not there, or not a whole store.
        """
        self.leave()
        try:
            self._copy(file, self._beside(_DRAFT))
            with closing(sqlite3.connect(self._beside(_DRAFT))) as draft:
                is_whole = draft.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                is_store = bool(draft.execute("SELECT count(*) FROM alembic_version").fetchone())
        except (sqlite3.Error, OperatorError):
            is_whole = is_store = False
        if is_whole and is_store:
            return
        self.leave()
        raise OperatorError(
            "backup-unreadable", "This is not a whole copy of a store.", where=str(file), remedy="Use another backup."
        )

    def put_in_place(self) -> Path | None:
        """Let what was taken in be the store; there is always one under its name.

        Returns:
            Where the file is now that was the store until here; None when there was none.

        Raises:
            TemporaryError: ``store-busy``: somebody uses it.
        """
        aside = None
        if self._path.exists():
            self._alone()
            aside = self._beside(_ASIDE)
            aside.unlink(missing_ok=True)
            os.link(self._path, aside)
        self._beside(_DRAFT).replace(self._path)
        return aside

    def leave(self) -> None:
        """Remove what was taken in."""
        for besides in _BESIDES:
            self._beside(_DRAFT + besides).unlink(missing_ok=True)

    def _alone(self) -> None:
        """Only who is alone can end the write-ahead log. A damaged file has none to be ended, and nobody to use it."""
        with suppress(OperatorError), _plain(), closing(sqlite3.connect(self._path, timeout=PATIENCE)) as store:
            store.execute("PRAGMA journal_mode = DELETE")
        for besides in _BESIDES[1:]:
            Path(f"{self._path}{besides}").unlink(missing_ok=True)

    def _copy(self, source: Path, target: Path) -> None:
        with _plain():
            sqlite.make_file(target)
            opened = sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=PATIENCE)
            with closing(opened) as read, closing(sqlite3.connect(target)) as written:
                read.backup(written)

    def _beside(self, suffix: str) -> Path:
        return self._path.with_name(self._path.name + suffix)


@contextmanager
def _plain() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise sqlite.failure(error) from None
