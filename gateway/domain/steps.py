"""Steps: everything that can happen to a case, in the past tense (R49).

A step is what the journal keeps. ``code`` and ``rules`` are public (pseudonymous); every other field of a step is
content and is sealed at rest. The case, the decisions, the employee's log and the audit lines all come from steps.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from gateway.domain.advice import ContestedAdvice
from gateway.domain.consent import Consent, ConsentProof, Purpose
from gateway.domain.contract import Contract
from gateway.domain.messages import (
    DeclineCode,
    Document,
    InformationDeclineCode,
    InformationKind,
    InvoiceLine,
    InvoiceNotice,
    KeptBecause,
    Milestone,
    PatientContact,
    Referral,
    StopCode,
)
from gateway.domain.people import Employee, Employer, Physician

EVERY_OPTION = "*"
"""The option of a breach that cannot be tied to one option of the contract (R5)."""


class ActorRole(StrEnum):
    """In which role somebody acted."""

    EMPLOYEE = "employee"
    REPRESENTATIVE = "representative"
    FIRST_PHYSICIAN = "first-physician"
    SECOND_PHYSICIAN = "second-physician"
    PRACTICE_ASSISTANT = "practice-assistant"
    POOL_COORDINATOR = "pool-coordinator"
    BACK_OFFICE = "back-office"
    MANAGEMENT = "management"
    COMPLAINTS_OFFICER = "complaints-officer"
    EMPLOYER = "employer"
    OPERATOR = "operator"
    AUDITOR = "auditor"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: role and organisation are public, name and BIG number are sealed (R50)."""

    role: ActorRole
    organisation: str
    name: str | None = None
    on_behalf_of: str | None = None
    big: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What happened, when, by whom.

    Attributes:
        at: Aware instant at which it happened.
        by: Who did it.
        message_id: The message that carried it, when one did.
    """

    code: ClassVar[str] = "step"
    rules: ClassVar[tuple[str, ...]] = ("R49",)
    at: datetime
    by: Actor
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class EarlierCase:
    """An earlier second opinion of the same employee (R19).

    ``advice_on``: day of the advice it was about; None where the back office does not say.
    """

    case_id: str
    question: str | None = None
    completed_on: date | None = None
    adoption: str | None = None
    advice_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSubmitted(Step):
    """The employee asked; the dossier as the arbodienst knew it (R1, R2, R10 to R12, R22, R24)."""

    code = "request-submitted"
    rules = ("R1", "R2", "R10", "R12")
    submitted_by: ActorRole
    employee: Employee
    employer: Employer
    contract: Contract
    first_physician: Physician
    organisation: str
    advice: ContestedAdvice
    doubt: str | None = None
    channel: str | None = None
    chosen_option: str | None = None
    second_preference: str | None = None
    discussed_with_first_physician_on: date | None = None
    no_suspension_discussed: bool = False
    offered_by_physician: bool = False
    earlier_cases: tuple[EarlierCase, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierCorrected(Step):
    """The back office corrected the dossier of the same person; the state of the case stays (R12, R28).

    ``changed``: names of the parts that differ, such as ``employee.telephone``; never their values.
    """

    code = "dossier-corrected"
    rules = ("R12", "R28", "R49")
    dossier: RequestSubmitted
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStated(Step):
    """An export stated the case anew: which decisions it named, and why it holds the case, if it does (R25, R49).

    ``named``: keys of the decisions in it. ``missing``: keys of what an earlier statement named and this one leaves
    out. ``doubts``: codes of refusals; each holds the case until it is mended.
    """

    code = "case-stated"
    rules = ("R25", "R49")
    named: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementConfirmed(Step):
    """A person confirmed with the employee that what an export left out still stands (R25)."""

    code = "statement-confirmed"
    rules = ("R25", "R49")
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionSettled(Step):
    """The referral question was settled by the employee (R31)."""

    code = "question-settled"
    rules = ("R31",)
    text: str | None = None
    settled_with: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClarificationAsked(Step):
    """The employee was asked to explain the question (R18)."""

    code = "clarification-asked"
    rules = ("R18",)
    reply_by: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionAidDiscussed(Step):
    """Whether a second opinion is the best instrument was discussed; it never blocks (R20)."""

    code = "decision-aid-discussed"
    rules = ("R20",)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlternativeOffered(Step):
    """Another instrument was offered, and what the employee chose (R20).

    Attributes:
        alternative: What was offered.
        employee_insists: Whether the employee still wants the second opinion; None when there is no answer.
    """

    code = "alternative-offered"
    rules = ("R20",)
    alternative: str
    employee_insists: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRecorded(Step):
    """Something the back office recorded that changes no decision; kept for the log (R49)."""

    code = "note-recorded"
    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReassessmentPlanned(Step):
    """The advice is too old for the policy: a new consultation first, never a refusal (R13)."""

    code = "reassessment-planned"
    rules = ("R13",)
    for_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceRenewed(Step):
    """The first physician gave a new advice; the count starts again (R13)."""

    code = "advice-renewed"
    rules = ("R13",)
    feedback_text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestMaintained(Step):
    """After the new advice the employee still asks."""

    code = "request-maintained"
    rules = ("R13",)


@dataclass(frozen=True, slots=True, kw_only=True)
class MilitaryExceptionRecorded(Step):
    """Art. 1.34a: another physician of the same organisation may be asked (R5)."""

    code = "military-exception-recorded"
    rules = ("R5",)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndependenceBreached(Step):
    """An option turned out not to be independent: it is not used in this case, and the employee chooses again (R5).

    ``option_id``: of the contract; ``EVERY_OPTION`` where the record does not say which.
    """

    code = "independence-breached"
    rules = ("R5", "R37")
    option_id: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChoiceAsked(Step):
    """The employee was asked to choose again; nothing goes out before they have (R8, R37)."""

    code = "new-choice-asked"
    rules = ("R8", "R37")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReopened(Step):
    """A refused request was taken up again; it waits for the physician's own word (R14, R21)."""

    code = "case-reopened"
    rules = ("R14", "R21")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractShortfallReported(Step):
    """Management was told, in general terms, that a contract names no option (R3, R4, R35)."""

    code = "contract-shortfall-reported"
    rules = ("R3", "R4", "R35")


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployerAgreementRecorded(Step):
    """The employer agreed to a physician outside the contract and who pays (R9)."""

    code = "employer-agreement-recorded"
    rules = ("R9", "R53")
    payer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestAccepted(Step):
    """Accepted; needs no reason (R14)."""

    code = "request-accepted"
    rules = ("R14",)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestDeclined(Step):
    """Declined by the first physician, in writing, with reasons, naming the complaints procedure (R15, R16)."""

    code = "request-declined"
    rules = ("R15", "R16", "R21")
    reason_code: str | None
    reasons: str | None
    written_to_employee_on: date | None
    complaints_procedure_named: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRedirected(Step):
    """Redirected to a UWV expert opinion; nothing is sent to UWV (R17)."""

    code = "request-redirected"
    rules = ("R15", "R16", "R17")
    reason_code: str | None
    reasons: str | None
    written_to_employee_on: date | None
    complaints_procedure_named: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFoundInadmissible(Step):
    """Not by the employee, or outside the scope of the law (R2, R11)."""

    code = "request-found-inadmissible"
    rules = ("R2", "R11")
    reason_code: str | None
    reasons: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestWithdrawn(Step):
    """The employee took the request back."""

    code = "request-withdrawn"
    rules = ("R27",)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven(Step):
    """The employee consented (R25)."""

    code = "consent-given"
    rules = ("R25",)
    consent: Consent


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRefused(Step):
    """The employee refused (R25, R26)."""

    code = "consent-refused"
    rules = ("R25", "R26")
    consent: Consent


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWithdrawn(Step):
    """The employee took a consent back, as easily as it was given (R27)."""

    code = "consent-withdrawn"
    rules = ("R27",)
    consent_id: str
    purpose: Purpose
    told_by: str | None = None  # the partner that said so; None when this side recorded it


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientChosen(Step):
    """The employee chose who gives the second opinion (R8, R37)."""

    code = "recipient-chosen"
    rules = ("R8",)
    recipient: str
    option_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralStep(Step):
    """A step of one referral; the referral is found by its id."""

    referral_id: str
    partner: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityAsked(ReferralStep):
    """A pool was asked for room; nothing personal went along (R8)."""

    code = "availability-asked"
    rules = ("R8",)
    region: str | None = None
    specialism: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityAnswered(ReferralStep):
    """The pool has room, or not."""

    code = "availability-answered"
    rules = ("R8",)
    is_available: bool
    earliest_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralRequested(ReferralStep):
    """The referral went out (arbodienst) or came in (pool) (R23, R25, R28)."""

    code = "referral-requested"
    rules = ("R23", "R25", "R28")
    recipient: str
    contents: tuple[str, ...] = ()
    referral: Referral | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactCorrected(ReferralStep):
    """The other side was told the contact data as they are now, in the place of the earlier ones (R25, R27, R28).

    ``contact``: None when it might not be told any more and only its place in the line was taken.
    """

    code = "contact-corrected"
    rules = ("R25", "R27", "R28")
    contact: PatientContact | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralReceived(ReferralStep):
    """The pool acknowledged receipt (R36)."""

    code = "referral-received"
    rules = ("R36",)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralAccepted(ReferralStep):
    """The pool accepted; independence was checked again (R5, R36)."""

    code = "referral-accepted"
    rules = ("R5", "R36")
    physician: Physician | None = None
    accepted_at: datetime | None = None  # by the pool's own clock, where that was told


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralDeclined(ReferralStep):
    """The pool declined; the employee chooses again (R36, R37)."""

    code = "referral-declined"
    rules = ("R36", "R37")
    reason: DeclineCode


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneReached(ReferralStep):
    """A milestone: a code and a time (R38)."""

    code = "milestone-reached"
    rules = ("R38",)
    milestone: Milestone
    due_at: datetime | None = None
    reached_at: datetime | None = None  # by the pool's own clock, where that was told


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationRequested(ReferralStep):
    """The second physician asked for information, on the employee's decision (R32)."""

    code = "information-requested"
    rules = ("R30", "R32")
    request_id: str
    asked: InformationKind
    employee_decided_at: datetime | None = None
    consents: tuple[Consent, ...] = ()  # what the request said of the employee's consents


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationProvided(ReferralStep):
    """The asked set was given, nothing more (R29, R32)."""

    code = "information-provided"
    rules = ("R29", "R32")
    request_id: str
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationDeclined(ReferralStep):
    """No information was given; a code, no content (R32)."""

    code = "information-declined"
    rules = ("R32",)
    request_id: str
    reason: InformationDeclineCode


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftDiscussed(ReferralStep):
    """The draft advice was discussed with the employee, who may correct facts (R39)."""

    code = "draft-discussed"
    rules = ("R39",)
    corrections: str | None = None
    discussed_at: datetime | None = None  # by the pool's own clock, where that was told


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportReleased(ReferralStep):
    """The report went to the first physician, with consent given after the draft (R40)."""

    code = "report-released"
    rules = ("R39", "R40")
    report: Document | None = None
    consents: tuple[Consent, ...] = ()  # those it went under, as the message said


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWithheld(ReferralStep):
    """Finished, no report; no reason (R41)."""

    code = "report-withheld"
    rules = ("R41",)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralWithdrawn(ReferralStep):
    """The referral was withdrawn (R27)."""

    code = "referral-withdrawn"
    rules = ("R27",)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralStopped(ReferralStep):
    """The second opinion ended without completion."""

    code = "referral-stopped"
    rules = ("R37",)
    reason: StopCode


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWithdrawalNotified(ReferralStep):
    """The other side was told that a consent is gone: purpose and id only (R27)."""

    code = "consent-withdrawal-notified"
    rules = ("R27",)
    consent_id: str
    purpose: Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureRequested(ReferralStep):
    """The other side was asked to erase (R37, R58)."""

    code = "erasure-requested"
    rules = ("R37", "R58")


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureConfirmed(ReferralStep):
    """The other side erased, or keeps what it received and named the ground (R37, R58)."""

    code = "erasure-confirmed"
    rules = ("R37", "R58")
    kept_because: KeptBecause | None = None  # the ground; None when it erased
    proofs: tuple[ConsentProof, ...] = ()  # at the side that erased: the consents that its disclosures rested on


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDelivered(ReferralStep):
    """The receiver's signed receipt came: this message was accepted, or refused at ``where`` (FHIRPath)."""

    code = "message-delivered"
    rules = ("R49",)
    kind: str
    verdict: str
    reason: str
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDropped(ReferralStep):
    """A queued message was not sent, or not sent again, because its consent had gone (R27).

    ``was_attempted``: an earlier attempt may have arrived after all.
    """

    code = "message-dropped"
    rules = ("R27",)
    kind: str
    reason: str
    was_attempted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRefused(Step):
    """Somebody asked for something a rule does not allow; nothing left the house (R49)."""

    code = "action-refused"
    rules = ("R49",)
    action: str
    reason: str
    because_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionReported(Step):
    """Word that the second opinion is finished; from the employer it is stored unconfirmed and not answered (R41)."""

    code = "completion-reported"
    rules = ("R41",)
    channel: str
    is_confirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpPlanned(Step):
    """A consultation with the first physician, or by policy with the assistant, was planned (R42).

    ``held_by``: in which role; ``attender``: by whom. Absent: the first physician.
    """

    code = "follow-up-planned"
    rules = ("R42",)
    for_at: datetime | None = None
    held_by: ActorRole | None = None
    attender: str | None = None


class Adoption(StrEnum):
    """Which way the first physician took the advice (R43)."""

    WHOLLY = "wholly"
    PARTLY = "partly"
    NOT = "not"
    NOT_ASSESSED = "not-assessed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceWeighed(Step):
    """The first physician adopted the advice wholly, partly or not, with reasons for the employee (R43, R45)."""

    code = "advice-weighed"
    rules = ("R43", "R44", "R45")
    adoption: Adoption
    reasons: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidanceDecided(Step):
    """Employee and first physician recorded whether guidance continues (R46)."""

    code = "guidance-decided"
    rules = ("R46",)
    continues: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRequested(Step):
    """The employee asked for another physician (R47)."""

    code = "transfer-requested"
    rules = ("R47",)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferDecided(Step):
    """The transfer was granted, or considered and refused with reasons (R47)."""

    code = "transfer-decided"
    rules = ("R47",)
    is_granted: bool
    colleague: str | None = None
    reasons: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverMade(Step):
    """A neutral handover of facts; no opinion (R48)."""

    code = "handover-made"
    rules = ("R48",)
    colleague: str | None = None
    parts: tuple[str, ...] = ()
    text: str | None = None


class ComplaintSubject(StrEnum):
    """What a complaint is about (R21)."""

    REFUSAL = "refusal"
    TRANSFER = "transfer"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintFiled(Step):
    """The employee complained (R21)."""

    code = "complaint-filed"
    rules = ("R21",)
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintDecided(Step):
    """Somebody not involved decided on the complaint (R21)."""

    code = "complaint-decided"
    rules = ("R21",)
    about: str
    is_upheld: bool
    outcome: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployerInvoiced(Step):
    """An invoice to the employer was made up; without personal data (R54 to R56)."""

    code = "employer-invoiced"
    rules = ("R54", "R55", "R56")
    number: str
    dated_on: date
    period_start: date
    period_end: date
    lines: tuple[InvoiceLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRead(Step):
    """Somebody looked into the case or its log; looking is logged too (R52)."""

    code = "case-read"
    rules = ("R50", "R52")
    view: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolInvoiceIssued(Step):
    """The pool invoiced the arbodienst; no case, no person, no correlation (R53 to R56)."""

    code = "pool-invoice-issued"
    rules = ("R53", "R54", "R55")
    partner: str
    invoice: InvoiceNotice


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolInvoiceReceived(Step):
    """The pool's invoice came in, by the billing lane (R55)."""

    code = "pool-invoice-received"
    rules = ("R53", "R54", "R55")
    partner: str
    invoice: InvoiceNotice


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerPinned(Step):
    """A partner's key manifest was pinned by its fingerprint.

    ``classical_until``: end of the exception that holds from then on for the suite that is not quantum-safe;
    ``recipients``: recipient texts that it serves from then on besides its id, as a person confirmed them.
    """

    code = "partner-pinned"
    partner: str
    fingerprint: str
    classical_until: datetime | None = None
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerJournalDoubted(Step):
    """A partner's receipt carried a checkpoint that cannot be of a journal that only grows, or is not signed by it.

    ``reason``: ``checkpoint-contradicts`` or the code for which the notary refused it. Both notes are kept.
    """

    code = "partner-journal-doubted"
    partner: str
    reason: str
    size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageQuarantined(Step):
    """A delivery could not be opened, verified or understood; it waits for an operator."""

    code = "message-quarantined"
    partner: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReplayed(Step):
    """An operator offered a held or undeliverable message again: same id, one effect."""

    code = "message-replayed"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageOpened(Step):
    """An operator looked at the content of a held or parked message; looking is logged too (R52)."""

    code = "message-opened"
    rules = ("R50", "R52")
    partner: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDiscarded(Step):
    """An operator gave up a message: it will not have its effect, here or at the other side."""

    code = "message-discarded"
    partner: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerPaused(Step):
    """An operator stopped what goes out to a partner; what comes from it is taken in as ever."""

    code = "partner-paused"
    partner: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerResumed(Step):
    """An operator let messages go out to a partner again."""

    code = "partner-resumed"
    partner: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageKeyReplaced(Step):
    """Every living case was wrapped under a new storage key; what was erased before opens nowhere any more (R58)."""

    code = "storage-key-replaced"
    rules = ("R57", "R58")
    keys: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupMade(Step):
    """An operator copied the store; the copy holds this step and nothing later."""

    code = "backup-made"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreRestored(Step):
    """A copy took the place of the store: what happened since it was made is not known here any more."""

    code = "store-restored"
    reason: str


class Right(StrEnum):
    """What the employee may ask for under the AVG (R58)."""

    ACCESS = "access"
    COPY = "copy"
    CORRECTION = "correction"
    RESTRICTION = "restriction"
    ERASURE = "erasure"


@dataclass(frozen=True, slots=True, kw_only=True)
class RightRequested(Step):
    """The employee asked for access, a copy, correction, restriction or erasure; the clock runs (R58)."""

    code = "right-requested"
    rules = ("R58",)
    request_id: str
    right: Right
    due_on: date
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RightAnswered(Step):
    """The request was granted, or refused with its ground; a correction is this text, beside what it corrects (R58).

    ``grounds``: codes of what must be kept.
    """

    code = "right-answered"
    rules = ("R58",)
    request_id: str
    right: Right
    is_granted: bool
    grounds: tuple[str, ...] = ()
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictionLifted(Step):
    """Data that were kept and not used may be used again; the employee was told first (AVG 18(3); R58)."""

    code = "restriction-lifted"
    rules = ("R58",)
    request_id: str
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionEnded(Step):
    """The term is over: the gateway's copy of the case was destroyed, this line is what remains of it (R57)."""

    code = "retention-ended"
    rules = ("R57",)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseErased(Step):
    """The case was erased on request of the employee or of the other side; this line is what remains of it (R58)."""

    code = "case-erased"
    rules = ("R37", "R57", "R58")


@dataclass(frozen=True, slots=True, kw_only=True)
class DataDeleted(Step):
    """Housekeeping deleted data whose term was over; of which kind, how much, and up to when (R57)."""

    code = "data-deleted"
    rules = ("R57",)
    kind: str
    count: int
    until: datetime


def step_classes(parent: type[Step] = Step) -> Iterator[type[Step]]:
    """Every class of step that can happen; those that only group others have no code of their own.

    A dataclass with slots is made twice and its first make lingers among the subclasses; a module has the second.
    """
    for kind in parent.__subclasses__():
        if "code" in vars(kind) and getattr(sys.modules[kind.__module__], kind.__name__, None) is kind:
            yield kind
        yield from step_classes(kind)
