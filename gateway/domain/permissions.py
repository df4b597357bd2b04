"""Permissions: who may do and see what, as one table of role and permission; what it does not grant is refused.

A cell says how close somebody must be to the case (``Bond``). The employer and the management have no cell: they can
do and see nothing, at either side (R35, R51). The system has none either: what the gateway does of itself it asks
nobody for, so nobody can act in its name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gateway.domain import steps as s
from gateway.domain.messages import (
    Content,
    DocumentRole,
    InformationAnswer,
    Kind,
    Milestone,
    MilestoneNotice,
)
from gateway.domain.party import Role
from gateway.domain.steps import ActorRole


class Permission(StrEnum):
    """What can be permitted: an act, or a look."""

    WORKLIST_READ = "worklist.read"
    CASE_READ = "case.read"
    REFERRAL_READ = "referral.read"
    DOCUMENT_READ = "document.read"
    CONSENT_READ = "consent.read"
    LETTER_WRITE = "letter.write"
    LETTER_WRITE_PLAIN = "letter.write-plain"
    LOG_READ = "log.read"
    CASE_COPY = "case.copy"
    CASE_SUBMIT = "case.submit"
    REQUEST_DECIDE = "request.decide"
    REQUEST_CLARIFY = "request.clarify"
    REQUEST_NOTE = "request.note"
    REQUEST_WITHDRAW = "request.withdraw"
    ADVICE_GIVE = "advice.give"
    CHOICE_RECORD = "choice.record"
    QUESTION_SETTLE = "question.settle"
    CONSENT_GIVE = "consent.give"
    CONSENT_REFUSE = "consent.refuse"
    CONSENT_WITHDRAW = "consent.withdraw"
    REFERRAL_SEND = "referral.send"
    AVAILABILITY_ASK = "availability.ask"
    AVAILABILITY_ANSWER = "availability.answer"
    REFERRAL_ACCEPT = "referral.accept"
    REFERRAL_DECLINE = "referral.decline"
    REFERRAL_STOP = "referral.stop"
    MILESTONE_REPORT = "milestone.report"
    INFORMATION_REQUEST = "information.request"
    INFORMATION_ANSWER = "information.answer"
    WORK_CIRCUMSTANCES_ANSWER = "work-circumstances.answer"
    DRAFT_DISCUSS = "draft.discuss"
    REPORT_RELEASE = "report.release"
    REPORT_WITHHOLD = "report.withhold"
    ERASURE_ASK = "erasure.ask"
    FOLLOW_UP_PLAN = "follow-up.plan"
    ADVICE_WEIGH = "advice.weigh"
    TRANSFER_ASK = "transfer.ask"
    TRANSFER_DECIDE = "transfer.decide"
    COMPLAINT_FILE = "complaint.file"
    COMPLAINT_JUDGE = "complaint.judge"
    RIGHT_REGISTER = "right.register"
    RIGHT_ANSWER = "right.answer"
    INVOICE_ISSUE = "invoice.issue"
    INVOICE_READ = "invoice.read"
    MESSAGE_READ = "message.read"
    MESSAGE_HANDLE = "message.handle"
    MESSAGE_OPEN = "message.open"
    PARTNER_READ = "partner.read"
    PARTNER_MANAGE = "partner.manage"
    PARTY_READ = "party.read"
    KEY_READ = "key.read"
    KEY_MANAGE = "key.manage"
    STORE_KEEP = "store.keep"
    GATEWAY_CHECK = "gateway.check"
    BROKER_MANAGE = "broker.manage"
    JOURNAL_READ = "journal.read"
    JOURNAL_VERIFY = "journal.verify"
    PROOF_MAKE = "proof.make"
    PROOF_CONTENT = "proof.make-with-content"


class Bond(StrEnum):
    """How close somebody of a role must be to the case."""

    NONE = "\N{EN DASH}"
    ANY = "y"
    STATUS = "status"
    OF_CASE = "C"
    DELEGATED = "D"
    DELEGATED_BY_POLICY = "D, R42"
    OWN = "own"
    CONSENTING = "own, mandate"
    COMPLAINT = "complaint"


class Naming(StrEnum):
    """Who must give a name, besides everybody of whom a relation to the case is asked."""

    FREE = "for C, D"
    ACTS = "yes, but own"
    LOOKS = "yes"


@dataclass(frozen=True, slots=True)
class Row:
    """One permission.

    Attributes:
        what: What it permits, in words.
        naming: Who must give a name.
        grants: By role; a role that is not there is refused.
    """

    what: str
    naming: Naming
    grants: Mapping[ActorRole, Bond]


ROLES_OF_SIDE: Final[Mapping[Role, frozenset[ActorRole]]] = {
    Role.OHS: frozenset(ActorRole) - {ActorRole.SECOND_PHYSICIAN, ActorRole.POOL_COORDINATOR},
    Role.POOL: frozenset(ActorRole)
    - {ActorRole.FIRST_PHYSICIAN, ActorRole.PRACTICE_ASSISTANT, ActorRole.COMPLAINTS_OFFICER},
}
"""Which roles people can have at an arbodienst and at a pool (R38)."""

_COLUMNS: Final[Mapping[str, ActorRole]] = {
    "office": ActorRole.BACK_OFFICE,
    "first": ActorRole.FIRST_PHYSICIAN,
    "assistant": ActorRole.PRACTICE_ASSISTANT,
    "coordinator": ActorRole.POOL_COORDINATOR,
    "second": ActorRole.SECOND_PHYSICIAN,
    "employee": ActorRole.EMPLOYEE,
    "representative": ActorRole.REPRESENTATIVE,
    "complaints": ActorRole.COMPLAINTS_OFFICER,
    "operator": ActorRole.OPERATOR,
    "auditor": ActorRole.AUDITOR,
}
_ANY, _STATUS, _C, _D, _P = Bond.ANY, Bond.STATUS, Bond.OF_CASE, Bond.DELEGATED, Bond.DELEGATED_BY_POLICY
_OWN = Bond.OWN
_SELF: Final[Mapping[str, Bond]] = {"employee": _OWN, "representative": _OWN}


def _free(what: str, **grants: Bond) -> Row:
    return _row(what, Naming.FREE, grants)


def _act(what: str, **grants: Bond) -> Row:
    return _row(what, Naming.ACTS, grants)


def _look(what: str, **grants: Bond) -> Row:
    return _row(what, Naming.LOOKS, grants)


def _row(what: str, naming: Naming, grants: Mapping[str, Bond]) -> Row:
    return Row(what, naming, {_COLUMNS[column]: bond for column, bond in grants.items()})


P = Permission
PERMISSIONS: Final[Mapping[Permission, Row]] = {
    P.WORKLIST_READ: _free(
        "list cases, referrals and requests under the AVG; it shows no person",
        office=_ANY, first=_C, assistant=_D, coordinator=_ANY, second=_C,
    ),
    P.CASE_READ: _look(
        "show a case; status only is without question, doubt and feedback text",
        office=_STATUS, first=_C, assistant=_D, coordinator=_STATUS, second=_C, complaints=Bond.COMPLAINT, **_SELF,
    ),
    P.REFERRAL_READ: _look(
        "show a referral; status only is without question, documents and report",
        office=_STATUS, first=_C, assistant=_D, coordinator=_STATUS, second=_C, **_SELF,
    ),
    P.DOCUMENT_READ: _look(
        "read documents of a referral, the report among them",
        first=_C, assistant=_P, second=_C, **_SELF,
    ),
    P.CONSENT_READ: _look(
        "list what the employee permitted and refused",
        office=_ANY, first=_C, assistant=_D, coordinator=_ANY, second=_C, **_SELF,
    ),
    P.LETTER_WRITE: _look("write a letter in a physician's words", first=_C, assistant=_D, **_SELF),
    P.LETTER_WRITE_PLAIN: _look(
        "write a letter without words of a physician: consents, a new consultation, the invoice, the general answer",
        office=_ANY, first=_C, assistant=_D, second=_C, coordinator=_ANY, **_SELF,
    ),
    P.LOG_READ: _look("read the employee's log", first=_C, second=_C, complaints=Bond.COMPLAINT, **_SELF),
    P.CASE_COPY: _look("copy all that is held of a case, for the employee", first=_C, second=_C, **_SELF),
    P.CASE_SUBMIT: _free("hand over a case from the back office", office=_ANY, first=_ANY, assistant=_D),
    P.REQUEST_DECIDE: _act("accept, decline or redirect a request, or find it inadmissible", first=_C),
    P.REQUEST_CLARIFY: _free(
        "ask the employee to explain; plan a new consultation first", office=_ANY, first=_C, assistant=_D
    ),
    P.REQUEST_NOTE: _free("note a fact about a request", office=_ANY, first=_C, assistant=_D),
    P.REQUEST_WITHDRAW: _free(
        "take the request back, as the employee says", office=_ANY, first=_C, assistant=_D, **_SELF
    ),
    P.ADVICE_GIVE: _act("renew the contested advice; offer another instrument", first=_C),
    P.CHOICE_RECORD: _free(
        "record the employee's choice, or that the employee still asks", office=_ANY, first=_C, assistant=_D, **_SELF
    ),
    P.QUESTION_SETTLE: _act("settle the question with the employee", first=_C, second=_C, **_SELF),
    P.CONSENT_GIVE: _act(
        "record that the employee consents",
        office=_ANY, first=_C, assistant=_D, coordinator=_ANY, second=_C, employee=_OWN,
        representative=Bond.CONSENTING,
    ),
    P.CONSENT_REFUSE: _free(
        "record that the employee refuses",
        office=_ANY, first=_C, assistant=_D, coordinator=_ANY, second=_C, **_SELF,
    ),
    P.CONSENT_WITHDRAW: _free(
        "record that the employee takes a consent back",
        office=_ANY, first=_C, assistant=_D, coordinator=_ANY, second=_C, **_SELF,
    ),
    P.REFERRAL_SEND: _free("send the referral, when the rules permit", office=_ANY, first=_C, assistant=_D),
    P.AVAILABILITY_ASK: _free("ask a pool for room, naming nobody", office=_ANY, first=_C, assistant=_D),
    P.AVAILABILITY_ANSWER: _free("say whether there is room", office=_ANY, coordinator=_ANY, second=_C),
    P.REFERRAL_ACCEPT: _act("accept a referral", second=_C),
    P.REFERRAL_DECLINE: _act("decline a referral, by a code only", coordinator=_ANY, second=_C),
    P.REFERRAL_STOP: _act("end a second opinion that cannot be completed", second=_C),
    P.MILESTONE_REPORT: _free("report a milestone: a code and a time", office=_ANY, coordinator=_ANY, second=_C),
    P.INFORMATION_REQUEST: _act("ask the first physician for information", second=_C),
    P.INFORMATION_ANSWER: _act("give the second physician medical data or reasoning, or decline to", first=_C),
    P.WORK_CIRCUMSTANCES_ANSWER: _act("give the second physician work circumstances", first=_C, assistant=_D),
    P.DRAFT_DISCUSS: _act("discuss the draft with the employee", second=_C),
    P.REPORT_RELEASE: _act("release the report", second=_C),
    P.REPORT_WITHHOLD: _act("end without a report", second=_C),
    P.ERASURE_ASK: _free("ask the other side to erase an ended referral", office=_ANY, first=_C),
    P.FOLLOW_UP_PLAN: _free(
        "plan the consultation afterwards; note that the second opinion is finished",
        office=_ANY, first=_C, assistant=_D,
    ),
    P.ADVICE_WEIGH: _act("say what is done with the advice; whether guidance goes on", first=_C, assistant=_P),
    P.TRANSFER_ASK: _free("record the wish for a colleague", office=_ANY, first=_C, assistant=_D, **_SELF),
    P.TRANSFER_DECIDE: _act("decide on a transfer; hand over", first=_C, assistant=_P),
    P.COMPLAINT_FILE: _free("file the employee's complaint", complaints=_ANY, **_SELF),
    P.COMPLAINT_JUDGE: _act("judge a complaint, uninvolved (R21)", complaints=_ANY),
    P.RIGHT_REGISTER: _free(
        "take in a request under the AVG", office=_ANY, first=_C, coordinator=_ANY, second=_C, **_SELF
    ),
    P.RIGHT_ANSWER: _act("answer a request under the AVG; end a restriction", first=_C, second=_C),
    P.INVOICE_ISSUE: _free("issue an invoice without a person in it", office=_ANY, coordinator=_ANY),
    P.INVOICE_READ: _free("list invoices between pool and arbodienst", office=_ANY, coordinator=_ANY),
    P.MESSAGE_READ: _free("list and trace messages; never their content", operator=_ANY, auditor=_ANY),
    P.MESSAGE_HANDLE: _free("replay or discard a message", operator=_ANY),
    P.MESSAGE_OPEN: _look("open a held message, for a reason", operator=_ANY),
    P.PARTNER_READ: _free("list partners and their keys", operator=_ANY, auditor=_ANY),
    P.PARTNER_MANAGE: _free("onboard, update, pause and resume partners; deliver again", operator=_ANY),
    P.PARTY_READ: _free("show and export our own party", operator=_ANY, auditor=_ANY),
    P.KEY_READ: _free("list our keys", operator=_ANY, auditor=_ANY),
    P.KEY_MANAGE: _free("rotate and revoke our keys", operator=_ANY),
    P.STORE_KEEP: _free("back up and restore the store; delete what is over its term", operator=_ANY),
    P.GATEWAY_CHECK: _free("check the gateway; list alerts and terms of keeping", operator=_ANY, auditor=_ANY),
    P.BROKER_MANAGE: _free("export, apply and audit the broker's topology", operator=_ANY),
    P.JOURNAL_READ: _free("list the pseudonymous part of the journal", auditor=_ANY),
    P.JOURNAL_VERIFY: _free("verify the journal; exchange checkpoints", operator=_ANY, auditor=_ANY),
    P.PROOF_MAKE: _act("prove an entry of the journal", auditor=_ANY, first=_C, second=_C, **_SELF),
    P.PROOF_CONTENT: _look("prove an entry with what it says, for the employee", first=_C, second=_C, **_SELF),
}  # fmt: skip
"""The table; the same at every door."""

STEP_PERMISSIONS: Final[Mapping[type[s.Step], Permission]] = {
    s.QuestionSettled: P.QUESTION_SETTLE,
    s.ClarificationAsked: P.REQUEST_CLARIFY,
    s.ReassessmentPlanned: P.REQUEST_CLARIFY,
    s.DecisionAidDiscussed: P.REQUEST_NOTE,
    s.NoteRecorded: P.REQUEST_NOTE,
    s.MilitaryExceptionRecorded: P.REQUEST_NOTE,
    s.ContractShortfallReported: P.REQUEST_NOTE,
    s.EmployerAgreementRecorded: P.REQUEST_NOTE,
    s.AlternativeOffered: P.ADVICE_GIVE,
    s.AdviceRenewed: P.ADVICE_GIVE,
    s.RequestMaintained: P.CHOICE_RECORD,
    s.RecipientChosen: P.CHOICE_RECORD,
    s.RequestAccepted: P.REQUEST_DECIDE,
    s.RequestDeclined: P.REQUEST_DECIDE,
    s.RequestRedirected: P.REQUEST_DECIDE,
    s.RequestFoundInadmissible: P.REQUEST_DECIDE,
    s.ConsentGiven: P.CONSENT_GIVE,
    s.ConsentRefused: P.CONSENT_REFUSE,
    s.StatementConfirmed: P.CONSENT_GIVE,
    s.CompletionReported: P.FOLLOW_UP_PLAN,
    s.FollowUpPlanned: P.FOLLOW_UP_PLAN,
    s.AdviceWeighed: P.ADVICE_WEIGH,
    s.GuidanceDecided: P.ADVICE_WEIGH,
    s.TransferRequested: P.TRANSFER_ASK,
    s.TransferDecided: P.TRANSFER_DECIDE,
    s.HandoverMade: P.TRANSFER_DECIDE,
    s.ComplaintFiled: P.COMPLAINT_FILE,
    s.ComplaintDecided: P.COMPLAINT_JUDGE,
}
"""Under which permission a step is recorded by a person; a step that is not here is recorded by no person's act."""

KIND_PERMISSIONS: Final[Mapping[Kind, Permission]] = {
    Kind.AVAILABILITY_ASKED: P.AVAILABILITY_ASK,
    Kind.AVAILABILITY_ANSWERED: P.AVAILABILITY_ANSWER,
    Kind.REFERRAL_REQUESTED: P.REFERRAL_SEND,
    Kind.REFERRAL_ACCEPTED: P.REFERRAL_ACCEPT,
    Kind.REFERRAL_DECLINED: P.REFERRAL_DECLINE,
    Kind.REFERRAL_STOPPED: P.REFERRAL_STOP,
    Kind.REFERRAL_WITHDRAWN: P.REQUEST_WITHDRAW,
    Kind.MILESTONE_REACHED: P.MILESTONE_REPORT,
    Kind.INFORMATION_REQUESTED: P.INFORMATION_REQUEST,
    Kind.INFORMATION_PROVIDED: P.INFORMATION_ANSWER,
    Kind.INFORMATION_DECLINED: P.INFORMATION_ANSWER,
    Kind.REPORT_RELEASED: P.REPORT_RELEASE,
    Kind.REPORT_WITHHELD: P.REPORT_WITHHOLD,
    Kind.CONTACT_CORRECTED: P.CASE_SUBMIT,
    Kind.CONSENT_WITHDRAWN: P.CONSENT_WITHDRAW,
    Kind.ERASURE_REQUESTED: P.ERASURE_ASK,
    Kind.INVOICE_ISSUED: P.INVOICE_ISSUE,
}
"""Under which permission a person says something; receipts and confirmations are the gateway's own."""


def permission_to_say(content: Content) -> Permission:
    """Find the permission under which a person says this.

    Raises:
        KeyError: No person says it.
    """
    if isinstance(content, MilestoneNotice) and content.milestone is Milestone.DRAFT_WITH_EMPLOYEE:
        return P.DRAFT_DISCUSS
    if isinstance(content, InformationAnswer):
        roles = {document.role for document in content.documents}
        return P.WORK_CIRCUMSTANCES_ANSWER if roles == {DocumentRole.WORK_CIRCUMSTANCES} else P.INFORMATION_ANSWER
    return KIND_PERMISSIONS[content.kind]
