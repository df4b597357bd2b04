"""Errors in three families, by who must act; each has a stable code, the rules behind it and a remedy.

A message says what happened, where, why and what to do. It never carries input data.
"""

import os
from datetime import datetime


class GatewayError(Exception):
    """The root of all errors this program raises on purpose.

    Args:
        code: Stable, kebab-case; printed, logged and documented.
        message: What happened, in words for a person; no personal data.
        remedy: What to do about it.
        where: A place the reader can go to: a setting, a line, a JSON path.
        rules: The rules (``"R27"``) behind a refusal; empty for technical errors.
    """

    exit_status = 1

    def __init__(
        self, code: str, message: str, *, remedy: str = "", where: str = "", rules: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy
        self.where = where
        self.rules = rules

    def __str__(self) -> str:
        parts = [f"{self.where}: {self.message}" if self.where else self.message]
        if self.rules:
            parts.append(f"[{', '.join(self.rules)}]")
        if self.remedy:
            parts.append(self.remedy)
        return " ".join(parts)


class RefusedError(GatewayError):
    """The caller must act: a rule, a consent or the input stands in the way."""

    exit_status = 3


class TemporaryError(GatewayError):
    """Nobody must act: the work is retried by itself."""

    exit_status = 75


class OperatorError(GatewayError):
    """The operator must act: a setting, a key, the store or the broker is not as it must be."""

    exit_status = 78


class EnvelopeError(RefusedError):
    """An envelope that is not exactly what ``so-envelope/1`` allows. One error to the outside, whatever the reason.

    Args:
        reason: Kebab-case reason for the local journal only (``"wrong-recipient"``); never sent to a partner.
        begins_at: Of one that was verified and whose time has only not come: when it does.
    """

    def __init__(self, reason: str, *, begins_at: datetime | None = None) -> None:
        super().__init__(
            "envelope-refused", "The envelope was refused.", remedy="See the local journal for the reason."
        )
        self.reason = reason
        self.begins_at = begins_at


def reason_of(error: BaseException) -> str:
    """The system's own reason for an error, also where a library wrapped it; never the name of a library's class."""
    found: BaseException | None = error
    for _ in range(_DEPTH):
        if isinstance(found, TimeoutError):
            return "it took too long"
        if isinstance(found, OSError) and found.errno:
            return os.strerror(found.errno) if found.errno > 0 else str(found.strerror)
        if found is None:
            break
        beneath = getattr(found, "reason", None)
        found = beneath if isinstance(beneath, BaseException) else found.__cause__ or found.__context__
    return "no reason is given"


_DEPTH = 5
"""So many errors lie within each other at most."""
