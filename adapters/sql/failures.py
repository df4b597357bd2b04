"""Database errors become ours, rebuilt without the statement and its values (they may be personal)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from adapters.sql import postgresql_failures, sqlite
from gateway.domain.errors import GatewayError, OperatorError

_OF_DRIVER: dict[str, Callable[[BaseException], GatewayError]] = {
    "sqlite3": sqlite.failure,
    "psycopg": postgresql_failures.failure,
}


@contextmanager
def plain_failures(*others: type[Exception]) -> Iterator[None]:
    """Raise what SQLAlchemy, or its driver, raises inside as TemporaryError or OperatorError, without its chain.

    Args:
        others: Errors the driver lets through as they are.
    """
    caught: tuple[type[Exception], ...] = (SQLAlchemyError, *others)
    try:
        yield
    except caught as error:
        raise _rebuilt(error) from None


def _rebuilt(error: Exception) -> GatewayError:
    if isinstance(error, IntegrityError):
        return OperatorError(
            "store-conflict",
            "A row with the same identity is already stored.",
            remedy="Report this as a defect; nothing was changed.",
        )
    if isinstance(error, DBAPIError) and error.orig is not None:
        return _OF_DRIVER[type(error.orig).__module__.partition(".")[0]](error.orig)
    return OperatorError(
        "store-failed",
        f"The store could not do its work ({type(error).__name__}).",
        remedy="Report this as a defect; nothing was changed.",
    )
