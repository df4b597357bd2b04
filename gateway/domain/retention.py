"""How long each kind of data is kept, on what ground, and what happens then, as data (R57, Q25).

The table drives the housekeeping, the settings' limits, the employee's export and the reference page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final


class DataKind(StrEnum):
    """Kinds of data that have a term of their own."""

    TRANSPORT_COPY = "transport-copy"
    RECEIPT_COPY = "receipt-copy"
    HELD_DELIVERY = "held-delivery"
    LAID_OUT = "laid-out"
    CASE_COPY = "case-copy"
    INVOICE = "invoice"
    LOG = "log"
    BACKUP = "backup"
    SECOND_OPINION_FILE = "second-opinion-file"
    MEDICAL_FILE = "medical-file"
    EXPOSURE_FILE = "exposure-file"


class Ending(StrEnum):
    """What happens at the end of a term."""

    DELETED = "deleted"
    """The bytes are deleted."""
    SHREDDED = "shredded"
    """The key is destroyed: the content is gone in every copy, the pseudonymous log stays."""
    KEPT = "kept"
    """The gateway never deletes it; it holds nothing about the person."""
    ELSEWHERE = "elsewhere"
    """The gateway does not hold it; who does, sees to its term."""


@dataclass(frozen=True, slots=True)
class Term:
    """How long one kind of data is kept.

    Attributes:
        words: What it is, for people.
        lasts: How long, by default; with ``KEPT`` and ``ELSEWHERE``: at least.
        since: From when it is counted.
        shortest, longest: What a party may choose; both equal to ``lasts`` when it has no choice.
        ending: What happens then.
        ground: Why so long.
        is_verified: Whether the ground was read in its source; what was not is never shown as law.
    """

    words: str
    lasts: timedelta
    since: str
    shortest: timedelta
    longest: timedelta
    ending: Ending
    ground: str
    is_verified: bool = True


def _days(number: int) -> timedelta:
    return timedelta(days=number)


def _years(number: int) -> timedelta:
    return timedelta(days=366 * number)


def _fixed(words: str, lasts: timedelta, since: str, ending: Ending, ground: str, *, is_verified: bool = True) -> Term:
    return Term(words, lasts, since, lasts, lasts, ending, ground, is_verified)


TERMS: Final[Mapping[DataKind, Term]] = {
    DataKind.TRANSPORT_COPY: Term(
        "the sealed bytes of a message that was delivered, refused or dropped",
        timedelta(hours=72),
        "it was settled",
        timedelta(hours=1),
        _days(7),
        Ending.DELETED,
        "own choice; after 7 days nobody may open them any more",
    ),
    DataKind.RECEIPT_COPY: _fixed(
        "the sealed bytes of a receipt",
        _days(8),
        "it was made",
        Ending.DELETED,
        "the message that it answers may come again for 7 days and then has the same answer",
    ),
    DataKind.HELD_DELIVERY: Term(
        "the bytes of a delivery that was held, once it was replayed or discarded, and all of one that was replayed",
        _days(7),
        "it came in",
        _days(1),
        _days(30),
        Ending.DELETED,
        "own choice",
    ),
    DataKind.LAID_OUT: _fixed(
        "a sealed file that lies out for a partner, beside its message",
        _days(8),
        "it was laid out",
        Ending.DELETED,
        "the message that names it may come again for 7 days",
    ),
    DataKind.CASE_COPY: Term(
        "what the gateway knows of a case: dossier, consents, documents, report",
        _days(90),
        "the last event of a case that is over",
        _days(0),
        _days(730),
        Ending.SHREDDED,
        "own choice: the gateway carries, the files of the physicians keep; process data may be kept"
        " for 2 years after the end",
        is_verified=False,
    ),
    DataKind.INVOICE: _fixed(
        "invoices: number, period, amounts; nothing about a person",
        _years(7),
        "their date",
        Ending.KEPT,
        "tax law",
        is_verified=False,
    ),
    DataKind.LOG: _fixed(
        "the journal's public part: which step, when, by which role, under a pseudonym",
        _years(5),
        "it was written",
        Ending.KEPT,
        "NEN 7513 and the decree on electronic data in care: at least 5 years; whether the decree covers an arbodienst"
        " is not certain",
        is_verified=False,
    ),
    DataKind.BACKUP: _fixed(
        "a backup of the store",
        _days(30),
        "it was made",
        Ending.ELSEWHERE,
        "own choice: what was erased lives on in older backups until then, or until the vault's key is rotated",
    ),
    DataKind.SECOND_OPINION_FILE: _fixed(
        "the file of the second physician",
        _years(20),
        "its making",
        Ending.ELSEWHERE,
        "NVAB: the second opinion is a treatment agreement (WGBO)",
    ),
    DataKind.MEDICAL_FILE: _fixed(
        "the medical file of the first physician",
        _years(20),
        "its making",
        Ending.ELSEWHERE,
        "WGBO, where it applies",
        is_verified=False,
    ),
    DataKind.EXPOSURE_FILE: _fixed(
        "records of exposure to hazardous substances",
        _years(40),
        "the exposure",
        Ending.ELSEWHERE,
        "30 to 40 years; 30 is named for asbestos",
        is_verified=False,
    ),
}
"""By kind of data."""


@dataclass(frozen=True, slots=True)
class RetentionTerms:
    """What one party chose, within ``TERMS``.

    Raises:
        ValueError: A term is shorter or longer than the table allows; the text names it and its limits.
    """

    transport_copy: timedelta = TERMS[DataKind.TRANSPORT_COPY].lasts
    held_delivery: timedelta = TERMS[DataKind.HELD_DELIVERY].lasts
    case_copy: timedelta = TERMS[DataKind.CASE_COPY].lasts

    def __post_init__(self) -> None:
        for kind in CHOSEN:
            term, chosen = TERMS[kind], self.of(kind)
            if not term.shortest <= chosen <= term.longest:
                raise ValueError(f"{kind.value} is kept for {_spoken(term.shortest)} to {_spoken(term.longest)}")

    def of(self, kind: DataKind) -> timedelta:
        """How long this kind is kept here."""
        chosen: timedelta = getattr(self, kind.replace("-", "_"), TERMS[kind].lasts)
        return chosen


CHOSEN: Final = (DataKind.TRANSPORT_COPY, DataKind.HELD_DELIVERY, DataKind.CASE_COPY)
"""Kinds of which a party chooses the term."""


def _spoken(span: timedelta) -> str:
    hours = int(span.total_seconds() // 3600)
    return f"{hours} hours" if hours % 24 else f"{hours // 24} days"
