"""Copies: all that is held of a case, for the employee (R58; AVG 15(3), 20); for people and for programs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.domain.case import Case
from gateway.domain.party import Party
from gateway.domain.retention import RetentionTerms
from gateway.domain.steps import Actor
from gateway.ports.store import InboxItem, JournalEntry, OutboxItem


@dataclass(frozen=True, slots=True)
class CaseCopy:
    """What one party holds of a case.

    Attributes:
        holder: Whose gateway this is.
        case: Folded.
        entries: Its journal; the last one says that this copy was made.
        sent, received: Its messages, oldest first.
        made_at: When.
        made_by: Who made it.
        retention: How long the holder keeps what it may delete.
    """

    holder: Party
    case: Case
    entries: tuple[JournalEntry, ...]
    sent: tuple[OutboxItem, ...]
    received: tuple[InboxItem, ...]
    made_at: datetime
    made_by: Actor
    retention: RetentionTerms


class CopyWriter(Protocol):
    """Writes a copy down; nothing that is held of the case is left out of either form."""

    def document(self, copied: CaseCopy) -> str:
        """For programs: JSON by ``docs/reference/copy.schema.json``."""
        ...

    def page(self, copied: CaseCopy) -> str:
        """For people: plain Dutch in lines of 80 columns, to print."""
        ...
