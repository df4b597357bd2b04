"""Letters: what people receive in plain Dutch (R15, R35, R43, R48, R50, R54).

A ``Letter`` never leaves the house by e-mail; it is read in a portal or on paper. What may show outside, in an
envelope window or a mail subject, is ``subject``, which says nothing about the matter (Q29).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from gateway.domain.case import Case
from gateway.domain.entry import PublicEntry
from gateway.domain.policy import Policy
from gateway.domain.steps import EmployerInvoiced
from gateway.ports.store import JournalEntry

NEUTRAL_SUBJECT: Final = "Er is een bericht voor u"
"""The only words about a letter that may be seen by others."""


class LetterKind(StrEnum):
    """Every letter there is."""

    DECLINE = "decline"
    REDIRECT = "redirect"
    INADMISSIBLE = "inadmissible"
    REASSESSMENT = "reassessment"
    FOLLOW_UP = "follow-up"
    ADOPTION = "adoption"
    TRANSFER_REFUSED = "transfer-refused"
    CONSENT_OVERVIEW = "consent-overview"
    HANDOVER = "handover"
    GENERAL_ANSWER = "general-answer"
    EMPLOYER_INVOICE = "employer-invoice"


class Audience(StrEnum):
    """Who may receive a letter; nobody else may."""

    EMPLOYEE = "employee"
    COLLEAGUE = "colleague"
    EMPLOYER = "employer"


@dataclass(frozen=True, slots=True)
class ReviewFlag:
    """A part of a letter that a person must read before it goes out.

    Attributes:
        part: Which part: ``text``.
        words: What was found there, as written in the list of opinion words.
    """

    part: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter.

    Attributes:
        kind: Which letter.
        audience: Who may receive it.
        title: For inside the letter and behind a login; never on an envelope or in a mail.
        text: The whole letter; what people wrote stands in it character for character.
        paper: The same, with lines of at most 80 columns: only spaces became line ends.
        subject: For outside use (Q29).
        review: Parts to be read by a person first (R48); empty when there are none.
    """

    kind: LetterKind
    audience: Audience
    title: str
    text: str
    paper: str
    subject: str = NEUTRAL_SUBJECT
    review: tuple[ReviewFlag, ...] = ()

    @property
    def needs_review(self) -> bool:
        """Whether a person must read it before it goes out."""
        return bool(self.review)


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the employee's log, in values that JSON can hold (R50).

    Attributes:
        sequence: Place in the journal.
        at: ISO 8601 in Europe/Amsterdam with offset: when it happened.
        day, time: The same as people write it: ``13-01-2026``, ``09:12``.
        season: ``zomertijd`` or ``wintertijd`` in the hour that occurs twice a year; else None.
        recorded_on: Day of recording, when that was another day.
        code: Step code.
        what: What happened, in Dutch, on one line.
        by: Who did it, in Dutch: name, role, organisation.
        role: Role code of who did it.
        organisation: Organisation id of who did it.
        on_behalf_of: The responsible person, when somebody else acted.
        recipient: For whom it was meant, by name; None when for nobody outside the case.
        partner: The other party in the exchange, by name; None when there was none.
        consents: Under which consents, in Dutch; says so when there was none.
        rules: The rules behind it.
        rule_words: What those rules ask, in Dutch, where that matters to the employee.
        message_id: The message that carried it.
    """

    sequence: int
    at: str
    day: str
    time: str
    season: str | None
    recorded_on: str | None
    code: str
    what: str
    by: str
    role: str
    organisation: str
    on_behalf_of: str | None
    recipient: str | None
    partner: str | None
    consents: tuple[str, ...]
    rules: tuple[str, ...]
    rule_words: tuple[str, ...]
    message_id: str | None


class LetterWriter(Protocol):
    """Writes what people receive. Every method may raise RefusedError when the case has no ground for the letter.

    A letter about a step takes the case as it was then: see ``gateway.ports.letter_occasions``.
    """

    def employee_log(self, case: Case, entries: Sequence[JournalEntry]) -> str:
        """The whole log as plain text of 80 columns, oldest first (R49, R50, R52)."""
        ...

    def employee_log_lines(self, case: Case, entries: Sequence[JournalEntry]) -> list[LogLine]:
        """The same lines as values."""
        ...

    def trace(self, case_id: str, entries: Sequence[PublicEntry]) -> str:
        """The log of a case whose content was erased: steps with time, role and organisation, nobody's name (R57)."""
        ...

    def decline(self, case: Case) -> Letter:
        """The first physician's refusal, to the employee only (R15, R16, R21)."""
        ...

    def redirect(self, case: Case) -> Letter:
        """Redirection to a UWV expert opinion; the employee applies there (R17)."""
        ...

    def inadmissible(self, case: Case) -> Letter:
        """Why this cannot be taken up as a request (R2, R11)."""
        ...

    def general_answer(self) -> Letter:
        """The same answer to every employer who asks anything: it holds no case data (R2, R35)."""
        ...

    def reassessment(self, case: Case) -> Letter:
        """A new consultation comes first, with its time once planned; not a refusal (R13)."""
        ...

    def follow_up(self, case: Case) -> Letter:
        """The invitation to the consultation after the opinion: when and with whom, nothing of a report (R42)."""
        ...

    def adoption(self, case: Case) -> Letter:
        """Which way the first physician took the advice, and why (R43, R45)."""
        ...

    def transfer_refused(self, case: Case) -> Letter:
        """Why the guidance stays with the first physician (R47)."""
        ...

    def handover(self, case: Case) -> Letter:
        """The neutral handover to a colleague (R48); see ``Letter.review``."""
        ...

    def employer_invoice(self, case: Case, invoice: EmployerInvoiced, policy: Policy) -> Letter:
        """The invoice without personal data (R54, R55).

        Args:
            case: Gives the debtor, and what may not be found in the invoice.
            invoice: Number, period, quantities and prices.
            policy: The threshold below which only a total is shown.
        """
        ...

    def consent_overview(self, case: Case) -> Letter:
        """What the employee decided, what was sent to whom, and how to take it back (R25, R27, R58)."""
        ...
