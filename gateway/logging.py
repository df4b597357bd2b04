"""Logging: structured, to standard error, with an allow-list of keys so that personal data cannot slip in."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

from gateway.domain.printable import printable

ALLOWED_KEYS = frozenset(
    {
        "event", "level", "timestamp", "party", "partner", "lane", "kind", "outcome", "state", "reason", "code",
        "attempt", "count", "seconds", "version", "message_id", "error", "how", "port", "queue", "rules",
        "remedy", "subject",
    }
)  # fmt: skip
"""Everything else is dropped before a line is written."""


def only_allowed(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every key that is not on the list; exceptions are reduced to their type."""
    if event.pop("exc_info", None):
        error = sys.exc_info()[1]
        event.setdefault("error", type(error).__name__ if error else "unknown")
    return {key: value for key, value in event.items() if key in ALLOWED_KEYS}


def printable_values(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Write out what a terminal might obey; a partner or a broker chose some of the values."""
    return {key: printable(value) if isinstance(value, str) else value for key, value in event.items()}


def configure_logging(level: str = "info", form: str = "text", stream: TextIO | None = None) -> None:
    """Set up structlog, and quieten the libraries: their messages may quote what they handle.

    Args:
        level: ``debug`` to ``error``.
        form: ``text`` or ``json``.
        stream: Standard error when None.
    """
    renderer = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_allowed,
            printable_values,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )
    for name in ("aio_pika", "aiormq", "sqlalchemy", "alembic", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
