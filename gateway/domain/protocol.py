"""The protocol as one data table: who may say what, when, under which consent, carrying which resources.

State machine, bundle check, tests and the reference page are made from ``PROTOCOL`` (protocol.md section 1).
"""

from dataclasses import dataclass
from enum import StrEnum

from gateway.domain.consent import Purpose
from gateway.domain.messages import ContactCorrection, Content, Kind
from gateway.domain.needs import JUDGED, Moment, Need
from gateway.domain.party import Role


class TaskStatus(StrEnum):
    """FHIR R4 Task.status codes in use."""

    REQUESTED = "requested"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"


class BusinessStatus(StrEnum):
    """Our Task.businessStatus codes: the state of one referral as both sides know it."""

    AVAILABILITY_ASKED = "availability-asked"
    AVAILABLE = "available"
    NOT_AVAILABLE = "not-available"
    REFERRED = "referred"
    SO_ACCEPTED = "so-accepted"
    SO_DECLINED = "so-declined"
    APPOINTMENT_PLANNED = "appointment-planned"
    SO_STARTED = "so-started"
    DRAFT_WITH_EMPLOYEE = "draft-with-employee"
    RELEASED = "released"
    FINISHED_WITHOUT_REPORT = "finished-without-report"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"


_B = BusinessStatus
_OPEN = frozenset({_B.REFERRED, _B.SO_ACCEPTED, _B.APPOINTMENT_PLANNED, _B.SO_STARTED, _B.DRAFT_WITH_EMPLOYEE})
_ACCEPTED = _OPEN - {_B.REFERRED}
_EXAMINED = frozenset({_B.SO_STARTED, _B.DRAFT_WITH_EMPLOYEE})
_ENDED = frozenset({_B.SO_DECLINED, _B.RELEASED, _B.FINISHED_WITHOUT_REPORT, _B.WITHDRAWN, _B.STOPPED})
_ALWAYS = frozenset({"MessageHeader", "Task", "AuditEvent"})


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the protocol.

    Attributes:
        kind: Message kind.
        senders: Roles that may send it.
        before: Business states of the referral in which it is allowed; empty set with ``opens`` for a first message.
        opens: Whether it starts a conversation.
        task_status, after: State afterwards; ``after`` None means unchanged, or one of ``choices``.
        crosses: States in which it still has its effect, though nobody says it there by themselves: it met the other
            side's last word on the way, or takes the place of a message that was dropped (R27).
        choices: States it may lead to where the content decides: a milestone, an answer on availability.
        consents: Purposes that must be active at send, in the queue and at receipt; judged within ``needs``.
        needs: What must hold, in the order in which it is judged.
        resources: Resource types the bundle may contain.
        rules: Rules behind the row.
        audit: What the audit line says: disclosure, notice or receipt.
        is_sequenced: Whether it takes part in the order of the conversation.
        shares_size: Whether its padded size is the common one (a sensitive difference).
    """

    kind: Kind
    senders: frozenset[Role]
    before: frozenset[BusinessStatus]
    task_status: TaskStatus | None
    after: BusinessStatus | None
    rules: tuple[str, ...]
    resources: frozenset[str] = _ALWAYS
    consents: tuple[Purpose, ...] = ()
    needs: tuple[Need, ...] = ()
    opens: bool = False
    audit: str = "notice"
    crosses: frozenset[BusinessStatus] = frozenset()
    choices: frozenset[BusinessStatus] = frozenset()
    is_sequenced: bool = True
    shares_size: bool = False

    def judged_at(self, moment: Moment) -> tuple[Need, ...]:
        """What is judged of it at a moment."""
        return tuple(need for need in self.needs if moment in JUDGED[need])


_OHS = frozenset({Role.OHS})
_POOL = frozenset({Role.POOL})
_EITHER = _OHS | _POOL
_BASE = (Need.SENDER_ROLE, Need.STATE, Need.PARTNER_OF_REFERRAL)
_DISCLOSED = (*_BASE, Need.STILL_OPEN, Need.NOT_OVERTAKEN, Need.NOT_RESTRICTED, Need.NOT_IN_DOUBT, Need.TIMES)
_NONE: frozenset[BusinessStatus] = frozenset()
_DOCUMENTS = frozenset({"DocumentReference", "Binary"})

_ROWS = (
    Row(
        Kind.AVAILABILITY_ASKED,
        _OHS,
        _NONE,
        TaskStatus.REQUESTED,
        _B.AVAILABILITY_ASKED,
        ("R8",),
        needs=(*_BASE, Need.REFERRAL_MAY_FOLLOW, Need.LABELS_READABLE, Need.ANONYMOUS_TEXTS),
        opens=True,
    ),
    Row(
        Kind.AVAILABILITY_ANSWERED,
        _POOL,
        frozenset({_B.AVAILABILITY_ASKED}),
        TaskStatus.RECEIVED,
        _B.AVAILABLE,
        ("R8",),
        needs=(*_BASE, Need.TIMES),
        choices=frozenset({_B.AVAILABLE, _B.NOT_AVAILABLE}),
    ),
    Row(
        Kind.REFERRAL_REQUESTED,
        _OHS,
        _NONE,
        TaskStatus.REQUESTED,
        _B.REFERRED,
        ("R2", "R3", "R5", "R6", "R8", "R10", "R11", "R12", "R13", "R14", "R22", "R25", "R28"),
        resources=_ALWAYS
        | _DOCUMENTS
        | {"ServiceRequest", "Consent", "Patient", "Organization", "Practitioner", "PractitionerRole"},
        consents=(Purpose.CONTACT_TO_SO,),
        needs=(
            *_DISCLOSED,
            Need.REFERRAL_PERMITTED,
            Need.RECIPIENT_SERVED,
            Need.PARTIES_NAMED,
            Need.REQUESTER_REGISTERED,
            Need.LABELS_READABLE,
            Need.INDEPENDENCE,
            Need.DOCUMENTS_IN_PLACE,
            Need.CONSENTS_IN_PLACE,
            Need.CONTACT_PERMITTED,
            Need.DOCUMENTS_PERMITTED,
        ),
        opens=True,
        audit="disclosure",
    ),
    Row(
        Kind.CONTACT_CORRECTED,
        _OHS,
        _OPEN,
        None,
        None,
        ("R25", "R27", "R28"),
        resources=_ALWAYS | {"Consent", "Patient"},
        consents=(Purpose.CONTACT_TO_SO,),
        needs=(*_DISCLOSED, Need.LABELS_READABLE, Need.CONSENTS_IN_PLACE, Need.CONTACT_PERMITTED),
        audit="disclosure",
    ),
    Row(
        Kind.REFERRAL_ACCEPTED,
        _POOL,
        frozenset({_B.REFERRED}),
        TaskStatus.ACCEPTED,
        _B.SO_ACCEPTED,
        ("R5", "R36"),
        resources=_ALWAYS | {"PractitionerRole", "Practitioner"},
        needs=(*_BASE, Need.TIMES, Need.INDEPENDENCE, Need.LABELS_READABLE, Need.PHYSICIAN_CHOSEN),
    ),
    Row(
        Kind.REFERRAL_DECLINED,
        _POOL,
        frozenset({_B.REFERRED}),
        TaskStatus.REJECTED,
        _B.SO_DECLINED,
        ("R36", "R37"),
        needs=_BASE,
    ),
    Row(
        Kind.MILESTONE_REACHED,
        _POOL,
        _ACCEPTED,
        TaskStatus.IN_PROGRESS,
        None,
        ("R38",),
        needs=(*_BASE, Need.TIMES),
        choices=frozenset({_B.APPOINTMENT_PLANNED, _B.SO_STARTED, _B.DRAFT_WITH_EMPLOYEE}),
    ),
    Row(
        Kind.INFORMATION_REQUESTED,
        _POOL,
        _EXAMINED,
        TaskStatus.REQUESTED,
        None,
        ("R29", "R30", "R32"),
        resources=_ALWAYS | {"Consent"},
        needs=(
            *_BASE,
            Need.TIMES,
            Need.LABELS_READABLE,
            Need.INFORMATION_ASKED,
            Need.CONSENTS_IN_PLACE,
            Need.ASKED_WITH_CONSENT,
        ),
    ),
    Row(
        Kind.INFORMATION_PROVIDED,
        _OHS,
        _EXAMINED,
        TaskStatus.COMPLETED,
        None,
        ("R29", "R30", "R32"),
        resources=_ALWAYS | _DOCUMENTS,
        needs=(
            *_DISCLOSED,
            Need.SHARED_SIZE,
            Need.REQUEST_OPEN,
            Need.LABELS_READABLE,
            Need.DOCUMENTS_IN_PLACE,
            Need.INFORMATION_PERMITTED,
        ),
        audit="disclosure",
        shares_size=True,
    ),
    Row(
        Kind.INFORMATION_DECLINED,
        _OHS,
        _EXAMINED,
        TaskStatus.REJECTED,
        None,
        ("R32",),
        needs=(*_BASE, Need.SHARED_SIZE, Need.REQUEST_OPEN),
        shares_size=True,
    ),
    Row(
        Kind.REPORT_RELEASED,
        _POOL,
        frozenset({_B.DRAFT_WITH_EMPLOYEE, _B.FINISHED_WITHOUT_REPORT}),
        TaskStatus.COMPLETED,
        _B.RELEASED,
        ("R27", "R39", "R40"),
        resources=_ALWAYS | _DOCUMENTS | {"Consent"},
        consents=(Purpose.OUTCOME_TO_FIRST,),
        needs=(
            *_DISCLOSED,
            Need.SHARED_SIZE,
            Need.LABELS_READABLE,
            Need.DOCUMENTS_IN_PLACE,
            Need.CONSENTS_IN_PLACE,
            Need.REPORT_PERMITTED,
        ),
        audit="disclosure",
        shares_size=True,
    ),
    Row(
        Kind.REPORT_WITHHELD,
        _POOL,
        _EXAMINED,
        TaskStatus.COMPLETED,
        _B.FINISHED_WITHOUT_REPORT,
        ("R41",),
        needs=(*_BASE, Need.SHARED_SIZE),
        crosses=frozenset({_B.FINISHED_WITHOUT_REPORT}),
        shares_size=True,
    ),
    Row(
        Kind.REFERRAL_WITHDRAWN,
        _OHS,
        _OPEN,
        TaskStatus.CANCELLED,
        _B.WITHDRAWN,
        ("R27",),
        needs=_BASE,
        crosses=_ENDED - {_B.WITHDRAWN},
    ),
    Row(Kind.REFERRAL_STOPPED, _POOL, _OPEN, TaskStatus.FAILED, _B.STOPPED, ("R37",), needs=_BASE),
    Row(
        Kind.CONSENT_WITHDRAWN,
        _EITHER,
        _OPEN | _ENDED,
        None,
        None,
        ("R27",),
        resources=_ALWAYS | {"Consent"},
        needs=(Need.STATE, Need.PARTNER_OF_REFERRAL, Need.CONSENT_KNOWN),
    ),
    Row(
        Kind.ERASURE_REQUESTED,
        _OHS,
        _ENDED,
        None,
        None,
        ("R37", "R58"),
        needs=(*_BASE, Need.ERASURE_NOT_ASKED, Need.NOTHING_TO_KEEP),
    ),
    Row(
        Kind.ERASURE_CONFIRMED,
        _POOL,
        _ENDED,
        None,
        None,
        ("R37", "R58"),
        needs=(*_BASE, Need.TIMES, Need.ERASURE_ASKED),
    ),
    Row(
        Kind.INVOICE_ISSUED,
        _POOL,
        _NONE,
        None,
        None,
        ("R53", "R54", "R55", "R56"),
        needs=(Need.SENDER_ROLE, Need.INVOICE_OF_PARTIES, Need.LABELS_READABLE, Need.INVOICE_ANONYMOUS),
        resources=frozenset({"MessageHeader", "Invoice", "Organization", "AuditEvent"}),
        is_sequenced=False,
    ),
    Row(
        Kind.RECEIPT,
        _EITHER,
        _NONE,
        None,
        None,
        (),
        needs=(Need.RECEIPT_OF_OURS,),
        resources=frozenset({"MessageHeader", "OperationOutcome", "AuditEvent"}),
        audit="receipt",
        is_sequenced=False,
    ),
)

WITHDRAWALS = frozenset({Kind.CONSENT_WITHDRAWN, Kind.REFERRAL_WITHDRAWN})
"""Kinds by which the employee takes back a consent or the request (R27)."""

TAKES_BACK = WITHDRAWALS | {Kind.ERASURE_REQUESTED}
"""Kinds that take something back: they count whenever they come, and no refusal by itself ends them (R27, R37)."""

ENDS_DISCLOSURE = TAKES_BACK | {Kind.REFERRAL_STOPPED}
"""Kinds after which nothing more is disclosed; said by who may say them, they count before their turn (R27, R37)."""

ENDINGS = frozenset(row.kind for row in _ROWS if row.after in _ENDED)
"""Kinds that end a referral."""

INFORMATION_ANSWERS = frozenset({Kind.INFORMATION_PROVIDED, Kind.INFORMATION_DECLINED})
"""Kinds that answer a request for information (R32)."""

PROTOCOL: dict[Kind, Row] = {row.kind: row for row in _ROWS}
"""The protocol table, one row per kind."""


def may_say(role: Role, kind: Kind) -> bool:
    """Tell whether a role may say such a thing at all, whatever came before."""
    return role in PROTOCOL[kind].senders


def audit_of(content: Content) -> str:
    """What the audit line of a content says: that of its row; who only takes a place in the line discloses nothing."""
    is_empty = isinstance(content, ContactCorrection) and content.contact is None
    return "notice" if is_empty else PROTOCOL[content.kind].audit


OPEN_STATES = _OPEN
"""States in which a referral is active; never two active referrals in one case."""

ENDED_STATES = _ENDED
"""States from which a referral does not return."""

OPINION_STATES = frozenset({_B.RELEASED, _B.FINISHED_WITHOUT_REPORT})
"""States of a referral that came to an opinion."""

ENQUIRY_STATES = frozenset({_B.AVAILABILITY_ASKED, _B.AVAILABLE, _B.NOT_AVAILABLE})
"""States of a question for room; nothing personal went along."""
