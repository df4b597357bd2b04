"""Messages between parties, as values: what a bundle says, without FHIR (protocol.md section 1).

``Message`` is the header plus one content; the kind follows from the content's class. Mappings translate a
message to a bundle and back; whatever is not a field here cannot travel (R28: a closed list).
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from gateway.domain.advice import AdviceKind
from gateway.domain.consent import Consent, Purpose
from gateway.domain.contact import Channel
from gateway.domain.enclosure import Enclosure
from gateway.domain.people import Address, Organisation, PersonName, Physician


class Kind(StrEnum):
    """Message kinds; the codes of MessageHeader.eventCoding."""

    AVAILABILITY_ASKED = "availability-asked"
    AVAILABILITY_ANSWERED = "availability-answered"
    REFERRAL_REQUESTED = "referral-requested"
    CONTACT_CORRECTED = "contact-corrected"
    REFERRAL_ACCEPTED = "referral-accepted"
    REFERRAL_DECLINED = "referral-declined"
    MILESTONE_REACHED = "milestone-reached"
    INFORMATION_REQUESTED = "information-requested"
    INFORMATION_PROVIDED = "information-provided"
    INFORMATION_DECLINED = "information-declined"
    REPORT_RELEASED = "report-released"
    REPORT_WITHHELD = "report-withheld"
    REFERRAL_WITHDRAWN = "referral-withdrawn"
    REFERRAL_STOPPED = "referral-stopped"
    CONSENT_WITHDRAWN = "consent-withdrawn"
    ERASURE_REQUESTED = "erasure-requested"
    ERASURE_CONFIRMED = "erasure-confirmed"
    INVOICE_ISSUED = "invoice-issued"
    RECEIPT = "receipt"


class DeclineCode(StrEnum):
    """Why a pool declines (domain 1.9); never a refusal of the employee's right."""

    NOT_AVAILABLE = "not-available"
    CONFLICT_OF_INTEREST = "conflict-of-interest"
    OUTSIDE_EXPERTISE = "outside-expertise"
    OUT_OF_REGION = "out-of-region"
    INCOMPLETE = "incomplete"
    NOT_COVERED = "not-covered"


class StopCode(StrEnum):
    """Why a second opinion stopped before an end."""

    NO_SHOW = "no-show"
    PHYSICIAN_UNAVAILABLE = "physician-unavailable"


class KeptBecause(StrEnum):
    """Why what was received is kept though the other side asked to erase it (R57, R58)."""

    COMPLAINT_OPEN = "complaint-open"
    RIGHT_AT_STAKE = "right-at-stake"
    WITHDRAWAL_UNDER_WAY = "withdrawal-under-way"
    MESSAGES_UNDER_WAY = "messages-under-way"


class Milestone(StrEnum):
    """What the arbodienst may see of the course of a second opinion (R38)."""

    APPOINTMENT_PLANNED = "appointment-planned"
    SO_STARTED = "so-started"
    DRAFT_WITH_EMPLOYEE = "draft-with-employee"


class InformationKind(StrEnum):
    """What the second physician may ask; each is decided separately (R30, R32)."""

    MEDICAL_DATA = "medical-data"
    REASONING = "reasoning"
    WORK_CIRCUMSTANCES = "work-circumstances"


class InformationDeclineCode(StrEnum):
    """Why no information is given; never content."""

    NOT_PERMITTED = "not-permitted"
    NOT_AVAILABLE = "not-available"


class DocumentRole(StrEnum):
    """What a document in a message is."""

    CONTESTED_FEEDBACK = "contested-feedback"
    REFERRAL_QUESTION = "referral-question"
    MEDICAL_DATA = "medical-data"
    REASONING = "reasoning"
    WORK_CIRCUMSTANCES = "work-circumstances"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Document:
    """A text or a file that travels untruncated (R12).

    Attributes:
        document_id: UUID text.
        role: What it is.
        text: Unicode text, unchanged end to end; empty when it is a file.
        created_at: Aware instant of its origin.
        author: Name of the author, when it may travel.
        enclosure: The file, when it is one.
    """

    document_id: str
    role: DocumentRole
    text: str
    created_at: datetime
    author: str | None = None
    enclosure: Enclosure | None = None


@dataclass(frozen=True, slots=True)
class PatientContact:
    """All that may travel about the employee as a person: name, address and contact data (R28).

    Attributes:
        name, address, telephone, email: As the arbodienst knows them; a protected address stays home.
        preferred_channel: One of those that are here.
        language: BCP 47 tag, as ``gateway.domain.contact.language_of`` writes it.
        needs_interpreter: Whether the employee needs an interpreter.
    """

    name: PersonName
    address: Address | None = None
    telephone: str | None = None
    email: str | None = None
    preferred_channel: Channel | None = None
    language: str | None = None
    needs_interpreter: bool = False


@dataclass(frozen=True, slots=True)
class AvailabilityQuery:
    """Is there room? Nothing personal."""

    kind: ClassVar[Kind] = Kind.AVAILABILITY_ASKED
    region: str | None = None
    specialism: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class AvailabilityAnswer:
    """Yes or no, and from when."""

    kind: ClassVar[Kind] = Kind.AVAILABILITY_ANSWERED
    is_available: bool
    earliest_on: date | None = None


@dataclass(frozen=True, slots=True)
class Referral:
    """The referral: the closed list of R28, with the consents that let it pass.

    Attributes:
        authored_at: When the first physician requested it (``ServiceRequest.authoredOn``).
        advice_kind: Category of the contested advice.
        requester: The first physician; a bedrijfsarts (R10).
        requester_organisation, performer_organisation: The two sides.
        performer: The physician asked, when the employee chose a person.
        recipient: The recipient text the consents name.
        patient: Contact data.
        question: The referral question, when policy sends it (R31); longer than 4,000 characters goes as document.
        documents: Contested feedback, medical data, work circumstances; each under its own consent.
        consents: Those that let this disclosure pass, as they stand.
    """

    kind: ClassVar[Kind] = Kind.REFERRAL_REQUESTED
    authored_at: datetime
    advice_kind: AdviceKind
    requester: Physician
    requester_organisation: Organisation
    performer_organisation: Organisation
    recipient: str
    patient: PatientContact
    consents: tuple[Consent, ...]
    performer: Physician | None = None
    question: str | None = None
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True)
class ContactCorrection:
    """The contact data as they are now, in the place of those of the referral; what is absent is gone (R27, R28).

    Attributes:
        contact: All of it; None when the correction was dropped and only its place in the line is taken.
        consents: The contact consent it rests on; none without contact data.
    """

    kind: ClassVar[Kind] = Kind.CONTACT_CORRECTED
    contact: PatientContact | None
    consents: tuple[Consent, ...] = ()


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The pool accepts; names the physician so that independence is checked again (R5)."""

    kind: ClassVar[Kind] = Kind.REFERRAL_ACCEPTED
    physician: Physician


@dataclass(frozen=True, slots=True)
class Declination:
    """The pool declines, with a code and nothing else (R36)."""

    kind: ClassVar[Kind] = Kind.REFERRAL_DECLINED
    reason: DeclineCode


@dataclass(frozen=True, slots=True)
class MilestoneNotice:
    """A code and a time, never content (R38)."""

    kind: ClassVar[Kind] = Kind.MILESTONE_REACHED
    milestone: Milestone
    reached_at: datetime
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class InformationRequest:
    """The second physician asks, on the employee's decision (R32)."""

    kind: ClassVar[Kind] = Kind.INFORMATION_REQUESTED
    request_id: str
    asked: InformationKind
    employee_decided_at: datetime | None
    consents: tuple[Consent, ...] = ()


@dataclass(frozen=True, slots=True)
class InformationAnswer:
    """The asked set and nothing more."""

    kind: ClassVar[Kind] = Kind.INFORMATION_PROVIDED
    request_id: str
    documents: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class InformationRefusal:
    """No information, a code, no content."""

    kind: ClassVar[Kind] = Kind.INFORMATION_DECLINED
    request_id: str
    reason: InformationDeclineCode


@dataclass(frozen=True, slots=True)
class ReportRelease:
    """The report, with the consent given after the employee saw the draft (R39, R40)."""

    kind: ClassVar[Kind] = Kind.REPORT_RELEASED
    report: Document
    draft_discussed_at: datetime
    consents: tuple[Consent, ...]


@dataclass(frozen=True, slots=True)
class ReportWithholding:
    """Finished, no report; no reason and no hint (R41)."""

    kind: ClassVar[Kind] = Kind.REPORT_WITHHELD


@dataclass(frozen=True, slots=True)
class ReferralWithdrawal:
    """The employee withdraws; always takes effect."""

    kind: ClassVar[Kind] = Kind.REFERRAL_WITHDRAWN


@dataclass(frozen=True, slots=True)
class ReferralStop:
    """The second opinion ends without completion."""

    kind: ClassVar[Kind] = Kind.REFERRAL_STOPPED
    reason: StopCode


@dataclass(frozen=True, slots=True)
class ConsentWithdrawal:
    """Names the purpose and the consent id only (R27)."""

    kind: ClassVar[Kind] = Kind.CONSENT_WITHDRAWN
    consent_id: str
    purpose: Purpose
    withdrawn_at: datetime


@dataclass(frozen=True, slots=True)
class ErasureRequest:
    """Please erase what you hold of this referral (R37, R58)."""

    kind: ClassVar[Kind] = Kind.ERASURE_REQUESTED


@dataclass(frozen=True, slots=True)
class ErasureConfirmation:
    """Erased, or kept with the ground; and when that was answered (R58)."""

    kind: ClassVar[Kind] = Kind.ERASURE_CONFIRMED
    answered_at: datetime
    kept_because: KeptBecause | None = None


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """Quantity and price; a text from which nobody can be found (R54)."""

    description: str
    quantity: int
    unit_price_cents: int


@dataclass(frozen=True, slots=True)
class InvoiceNotice:
    """The pool's invoice to the arbodienst: no Task, no case, no correlation (R53 to R56)."""

    kind: ClassVar[Kind] = Kind.INVOICE_ISSUED
    number: str
    issuer: Organisation
    recipient: Organisation
    period_start: date
    period_end: date
    lines: tuple[InvoiceLine, ...]


class ReceiptVerdict(StrEnum):
    """FHIR response codes of a receipt."""

    OK = "ok"
    TRANSIENT_ERROR = "transient-error"
    FATAL_ERROR = "fatal-error"


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """One more accepted message in a receipt: its id, and the digest of its inner signing input."""

    message_id: str
    digest: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """Signed proof of what the receiver accepted or refused.

    Attributes:
        for_message_id: Of the message.
        digest: SHA-256 hex of its inner signing input; with the code ``not-opened`` of its body as it came.
        verdict: Whether it had its effect.
        code: Why not, or ``accepted``.
        received_at: Aware instant.
        checkpoint: The receiver's newest signed checkpoint, a whole note (``gateway.domain.notes``): whoever holds the
            receipt is a witness of the receiver's journal.
        where: FHIRPath of what is wrong, once the signature was verified; empty when nothing is, or before that.
        also: Further messages of the same sender that were accepted with the same commit.
    """

    kind: ClassVar[Kind] = Kind.RECEIPT
    for_message_id: str
    digest: str
    verdict: ReceiptVerdict
    code: str
    received_at: datetime
    checkpoint: str | None = None
    where: str = ""
    also: tuple[Acknowledged, ...] = ()

    @property
    def message_ids(self) -> tuple[str, ...]:
        """The messages it is about."""
        return (self.for_message_id, *(one.message_id for one in self.also))

    def parts(self) -> "tuple[Receipt, ...]":
        """Split it into one receipt for each message."""
        if not self.also:
            return (self,)
        alone = replace(self, also=())
        also = (replace(alone, for_message_id=one.message_id, digest=one.digest) for one in self.also)
        return (alone, *also)


Content = (
    AvailabilityQuery
    | AvailabilityAnswer
    | Referral
    | ContactCorrection
    | Acceptance
    | Declination
    | MilestoneNotice
    | InformationRequest
    | InformationAnswer
    | InformationRefusal
    | ReportRelease
    | ReportWithholding
    | ReferralWithdrawal
    | ReferralStop
    | ConsentWithdrawal
    | ErasureRequest
    | ErasureConfirmation
    | InvoiceNotice
    | Receipt
)


def documents_of(content: Content) -> tuple[Document, ...]:
    """The documents in a message."""
    match content:
        case Referral(documents=documents) | InformationAnswer(documents=documents):
            return documents
        case ReportRelease(report=report):
            return (report,)
        case _:
            return ()


@dataclass(frozen=True, slots=True)
class Message:
    """One message.

    Attributes:
        message_id: UUID text; MessageHeader.id, Bundle.identifier, ``jti``.
        sender, recipient: Party ids.
        sent_at: Aware instant; Bundle.timestamp.
        content: What it says; its class fixes the kind.
        referral_id: UUID text of the referral's Task, the conversation; None for invoices and receipts.
        sequence: 1, 2, 3 ... per conversation and direction; None for invoices and receipts.
        acted_as: In which role somebody at the sender acted, as its audit line says; nothing is judged by it.
    """

    message_id: str
    sender: str
    recipient: str
    sent_at: datetime
    content: Content
    referral_id: str | None = None
    sequence: int | None = None
    acted_as: str | None = field(default=None, compare=False)

    @property
    def kind(self) -> Kind:
        """The message kind."""
        return self.content.kind
