"""Permits and refusals; the catalogue of every refusal code, its rules, words and way out."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class CaseStatus(StrEnum):
    """The verdict on where a case stands, as the arbodienst reports it."""

    RECEIVED = "received"
    AWAITING_REASSESSMENT = "awaiting-reassessment"
    WAITING_CONTRACT = "waiting-contract"
    WAITING_CHOICE = "waiting-choice"
    WAITING_CONSENT = "waiting-consent"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    INADMISSIBLE = "inadmissible"
    REDIRECTED_UWV = "redirected-uwv"
    WITH_SECOND_PHYSICIAN = "with-second-physician"
    COMPLETED = "completed"
    COMPLETED_WITHOUT_REPORT = "completed-without-report"
    WITHDRAWN = "withdrawn"

    @property
    def is_over(self) -> bool:
        """Whether the case waits for nothing any more."""
        return self in _OVER


_OVER = frozenset(
    {
        CaseStatus.DECLINED,
        CaseStatus.INADMISSIBLE,
        CaseStatus.REDIRECTED_UWV,
        CaseStatus.WITHDRAWN,
        CaseStatus.COMPLETED,
        CaseStatus.COMPLETED_WITHOUT_REPORT,
    }
)


@dataclass(frozen=True, slots=True)
class Permit:
    """Nothing stands in the way."""


PERMIT: Final = Permit()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something stands in the way.

    Attributes:
        code: Stable, kebab-case.
        rules: The rules behind it.
        message: Words for a person; no personal data.
        remedy: The way out.
        status: Where a case waits because of it; None when it does not decide the status.
    """

    code: str
    rules: tuple[str, ...]
    message: str
    remedy: str
    status: CaseStatus | None = None


Ruling = Permit | Refusal


@dataclass(frozen=True, slots=True)
class Decision:
    """All rulings on one question; permitted when none refuses."""

    refusals: tuple[Refusal, ...] = ()

    @property
    def is_permitted(self) -> bool:
        """Whether the act may go ahead."""
        return not self.refusals


def decide(*rulings: Ruling) -> Decision:
    """Collect rulings, in the order in which a person should mend them."""
    return Decision(tuple(r for r in rulings if isinstance(r, Refusal)))


_S = CaseStatus
_TABLE: tuple[Refusal, ...] = (
    Refusal(
        "not-by-employee",
        ("R2",),
        "Only the employee can ask for a second opinion.",
        "Give the asker the general answer; the employee may ask.",
        _S.INADMISSIBLE,
    ),
    Refusal(
        "pre-employment-exam",
        ("R11",),
        "A pre-employment examination has a procedure of its own.",
        "Point the employee to the re-examination procedure.",
        _S.INADMISSIBLE,
    ),
    Refusal(
        "inadmissible",
        ("R2", "R11"),
        "The request was found inadmissible.",
        "See the recorded reason; the employee may complain.",
        _S.INADMISSIBLE,
    ),
    Refusal(
        "acceptance-not-by-first-physician",
        ("R10", "R14"),
        "Only the first physician of the case, or a named stand-in, confirms a request.",
        "Let the physician do it; a stand-in names whom they act for.",
    ),
    Refusal(
        "reopened-without-complaint",
        ("R21",),
        "Only an upheld complaint about a refusal reopens a case.",
        "Record the complaint and who decided on it; a new request is a new case.",
    ),
    Refusal(
        "request-decided",
        ("R14", "R21"),
        "This request is not waiting for a decision.",
        "A refusal is reopened by an upheld complaint; a new request is a new case.",
    ),
    Refusal(
        "other-person",
        ("R25", "R28"),
        "The number of this case names another person than before.",
        "Give every case a number of its own, and export both again; nothing was taken over.",
    ),
    Refusal(
        "person-changed",
        ("R25", "R28"),
        "The number of this case perhaps names another person than before: a name or what lies beside it differs.",
        "Ask the employee; when it is the same person: sogw case confirm CASE, and export the case again.",
    ),
    Refusal(
        "case-repeated",
        ("R25", "R28"),
        "The number of this case stands on more than one line of the export.",
        "Give every case a number and a line of its own; nothing of these lines was taken over.",
    ),
    Refusal(
        "consent-missing",
        ("R25", "R27"),
        "A consent that was stated before is missing now.",
        "Ask the employee. Then: sogw consent withdraw CASE CONSENT, or it still stands: sogw case confirm CASE.",
        _S.WAITING_CONSENT,
    ),
    Refusal(
        "decision-missing",
        ("R10", "R14"),
        "A decision that permits something was stated before and is missing now.",
        "Ask who took it, and export the case again or confirm that it still stands.",
        _S.RECEIVED,
    ),
    Refusal(
        "consent-widened",
        ("R25", "R27"),
        "A known consent permits more than before, and is not dated later.",
        "Record what the employee decided anew with its own date, or under an id of its own.",
        _S.WAITING_CONSENT,
    ),
    Refusal(
        "nothing-to-confirm",
        ("R25",),
        "No export of this case left out anything that waits for a word.",
        "See what holds the case with: sogw case show CASE.",
    ),
    Refusal(
        "not-understood",
        ("R25", "R49"),
        "Something in the record was not understood in a place that decides.",
        "Correct what is named by its path, or explain the word in a profile; then export the case again.",
    ),
    Refusal(
        "not-explained",
        ("R25", "R49"),
        "An earlier record left this case in doubt, and this one says nothing that was not known before that.",
        "Export the case with what was meant. If nothing was, ask who wrote it; then: sogw case confirm CASE.",
    ),
    Refusal(
        "consent-not-by-employee",
        ("R2", "R25"),
        "A consent was given by somebody who may not give it.",
        "Let the employee decide, or record a representative whose signed mandate covers consent.",
        _S.WAITING_CONSENT,
    ),
    Refusal(
        "dossier-widened",
        ("R5", "R13", "R25", "R28"),
        "A detail that restricts was stated before, and is gone or changed without a word.",
        "Ask who knows; when it is right: sogw case confirm CASE, and export the case again.",
    ),
    Refusal(
        "ended-elsewhere",
        ("R27", "R37"),
        "The record says that its referral was withdrawn or declined.",
        "A new request is a new case; after a decline the employee chooses and consents anew.",
    ),
    Refusal(
        "case-of-another-organisation",
        ("R25", "R58"),
        "The record names another arbodienst than the one this gateway serves.",
        "Submit it at the gateway of that arbodienst; a case of ours is exported with our id.",
    ),
    Refusal(
        "running-elsewhere",
        ("R37",),
        "The record says that a referral is under way, which did not go from here.",
        "Let it end where it is; then export how it ended.",
    ),
    Refusal(
        "case-number-alike",
        ("R25", "R58"),
        "The number of this case reads like a known one, but for case, blanks, separators, zeros or invisible signs.",
        "Export the case under the number that is known, or under a number of its own.",
    ),
    Refusal(
        "case-not-told",
        ("R25", "R49"),
        "The line cannot be read, and it names no case that is known here; every known case goes on.",
        "Mend the line and submit it again, before the next referral goes out.",
    ),
    Refusal(
        "organisation-id-alike",
        ("R25", "R58"),
        "The record names an arbodienst whose id reads like that of this gateway, and is another.",
        "Write the id as 'sogw party show' prints it.",
    ),
    Refusal(
        "decided-before-birth",
        ("R25",),
        "This is dated before the birth of the employee.",
        "Give the moment at which it was decided or asked.",
    ),
    Refusal(
        "expired-before-decided",
        ("R25",),
        "The consent expires before it was decided.",
        "Give an end after the decision, or none.",
    ),
    Refusal(
        "opinion-not-held",
        ("R41", "R42"),
        "No second opinion of this case has come so far, or the request was withdrawn.",
        "Record it when the report has come, or word that it is finished: sogw follow-up completed CASE.",
    ),
    Refusal(
        "follow-up-before-opinion",
        ("R42",),
        "The consultation lies before the end of the second opinion that it is about.",
        "Give the day on which it is held.",
    ),
    Refusal(
        "planned-before-case",
        ("R13", "R18", "R42"),
        "What is planned lies before the request that it follows.",
        "Give the day on which it is.",
    ),
    Refusal(
        "planned-in-past",
        ("R13", "R18"),
        "What is planned lies before the day on which it was recorded.",
        "Give the day on which it is; without one it is awaited all the same.",
    ),
    Refusal(
        "planned-out-of-reach",
        ("R13", "R18", "R42"),
        "What is planned lies more than two years ahead.",
        "Give the day on which it is; nobody plans so far ahead.",
    ),
    Refusal(
        "right-asked-before-case",
        ("R58",),
        "The request is dated before there was a case that it could be about.",
        "Give the moment at which it came in.",
    ),
    Refusal(
        "recipient-unknown",
        ("R8", "R25"),
        "A consent or a choice names a recipient that is not known.",
        "Name an organisation of the contract or a partner, by its id or its name.",
        _S.WAITING_CONSENT,
    ),
    Refusal(
        "organisation-not-an-id",
        ("R5",),
        "An organisation is no id where one is meant, so that nobody can tell whether it is independent.",
        "Write the id of the organisation: small letters, digits and hyphens; leave out what is not known.",
    ),
    Refusal(
        "dated-in-future",
        ("R25", "R49"),
        "A request, decision or consent is dated in the future.",
        "Correct the date, or export the case again when the day has come.",
    ),
    Refusal(
        "decision-contradicts",
        ("R14", "R38"),
        "The record refuses a request that was referred from here already.",
        "Let the physician say which holds; withdraw the referral, or export the case as it went.",
    ),
    Refusal(
        "course-contradicts",
        ("R36", "R41", "R43"),
        "The record tells another course than the messages of the referral that runs from here.",
        "The messages count. Record what follows on the opinion when it has come.",
    ),
    Refusal(
        "text-too-long",
        ("R12",),
        "A text that goes along is longer than a message may carry.",
        "Attach it as a document, or let the employee leave it out.",
    ),
    Refusal(
        "no-route",
        ("R8",),
        "No partner serves the chosen recipient.",
        "See who was onboarded: sogw partner list. Another: sogw partner add FILE --fingerprint FINGERPRINT.",
    ),
    Refusal(
        "route-ambiguous",
        ("R8", "R25"),
        "More than one partner serves the chosen recipient, so nothing goes to either.",
        "See: sogw check. Ask both whose it is, and take it from the other: sogw partner serves PARTY TEXT...",
    ),
    Refusal(
        "declined",
        ("R15", "R16"),
        "The first physician declined the request.",
        "The employee may complain; an upheld complaint reopens the case for a physician's new decision.",
        _S.DECLINED,
    ),
    Refusal(
        "redirected-uwv",
        ("R17",),
        "The question needs a UWV expert opinion; the employee applies there.",
        "The gateway sends UWV nothing.",
        _S.REDIRECTED_UWV,
    ),
    Refusal(
        "withdrawn",
        ("R27",),
        "The employee took the request or its consent back.",
        "Nothing more is sent. A new request starts a new case.",
        _S.WITHDRAWN,
    ),
    Refusal(
        "not-accepted",
        ("R10", "R14"),
        "The first physician has not confirmed the request yet.",
        "Record the physician's acceptance; it needs no reason.",
        _S.RECEIVED,
    ),
    Refusal(
        "alternative-chosen",
        ("R2", "R20"),
        "The employee took another instrument, or thinks about it, and has not said since that the request stands.",
        "Ask the employee; when it stands: sogw case offer-alternative CASE ALTERNATIVE --insists, or export the word.",
        _S.WAITING_CHOICE,
    ),
    Refusal(
        "awaiting-reassessment",
        ("R13",),
        "A new consultation with the first physician comes first.",
        "Plan it; the new advice starts a new count. This is not a refusal.",
        _S.AWAITING_REASSESSMENT,
    ),
    Refusal(
        "decision-too-old",
        ("R13",),
        "The contested advice is older than the policy's limit on the day of the request.",
        "Plan a new consultation; the new advice starts a new count. This is not a refusal.",
        _S.AWAITING_REASSESSMENT,
    ),
    Refusal(
        "no-contract-in-force",
        ("R3",),
        "No contract was in force on the day of the request.",
        "Tell the management of the arbodienst, in general terms; the employee's right stays.",
        _S.WAITING_CONTRACT,
    ),
    Refusal(
        "contract-ended",
        ("R3",),
        "The contract ended, or has not begun, on the day of the referral.",
        "Tell the management of the arbodienst, in general terms; the employee's right stays.",
    ),
    Refusal(
        "contract-names-no-option",
        ("R3",),
        "The contract names nobody for second opinions.",
        "Tell the management of the arbodienst, in general terms; the employee's right stays.",
        _S.WAITING_CONTRACT,
    ),
    Refusal(
        "chosen-option-unknown",
        ("R8", "R9"),
        "The employee chose an option that the contract does not have.",
        "Correct the id of the option, or record the choice outside the contract.",
        _S.WAITING_CHOICE,
    ),
    Refusal(
        "not-chosen-by-employee",
        ("R8",),
        "There is more than one option and the employee has not chosen.",
        "Ask the employee to choose; the gateway never picks.",
        _S.WAITING_CHOICE,
    ),
    Refusal(
        "choice-contradicts",
        ("R8",),
        "The choice names an option and a recipient that is not of that option.",
        "Ask the employee which is meant, and record the choice: sogw case choose CASE RECIPIENT --option OPTION.",
        _S.WAITING_CHOICE,
    ),
    Refusal(
        "consents-name-several",
        ("R8", "R25"),
        "The consents name several recipients that the choice may mean, and the employee has not said which.",
        "Ask the employee whom, and record the choice: sogw case choose CASE RECIPIENT --option OPTION.",
        _S.WAITING_CHOICE,
    ),
    Refusal(
        "option-names-nobody",
        ("R5", "R6", "R8"),
        "The chosen option names no physician with a place of work, and no known service or pool.",
        "Complete the option in the contract and export the case again, or ask the employee to choose another.",
        _S.WAITING_CHOICE,
    ),
    Refusal(
        "recipient-not-chosen",
        ("R8",),
        "The recipient is not the one the employee chose.",
        "Leave the recipient out; when the employee chose anew: sogw case choose CASE RECIPIENT --option OPTION.",
    ),
    Refusal(
        "choose-again",
        ("R8", "R37"),
        "The chosen physician declined or stopped, and there is no other choice on record.",
        "Ask the employee to choose again; consent for the new recipient is new.",
        _S.WAITING_CHOICE,
    ),
    Refusal(
        "no-fixed-group-in-force",
        ("R7",),
        "The policy refers to a fixed group, and no list was in force on the day of the referral.",
        "Let the management decide on the list and put it in the policies, valid from that day.",
        _S.WAITING_CONTRACT,
    ),
    Refusal(
        "not-in-fixed-group",
        ("R7", "R8"),
        "The chosen recipient does not stand on the fixed group's list of the day of the referral.",
        "Let the employee choose a member, see: sogw check. Or let the management decide on another list.",
        _S.WAITING_CHOICE,
    ),
    Refusal(
        "consent-before-advice",
        ("R25",),
        "The consent was given before the advice that it is about.",
        "Give the day on which the employee consented; when it was before the advice, ask the employee again.",
    ),
    Refusal(
        "physician-not-chosen",
        ("R8", "R25"),
        "Another physician accepts than the one the employee chose and consented to.",
        "Let the one who was chosen accept, or decline with not-available, so that the employee chooses again.",
    ),
    Refusal(
        "not-independent",
        ("R5",),
        "The second physician works within the arbodienst or company of the first.",
        "Ask the employee to choose somebody else.",
        _S.WAITING_CHOICE,
    ),
    Refusal(
        "option-not-independent",
        ("R5", "R8", "R37"),
        "The option was found not to be independent, and is not used in this case.",
        "Ask the employee to choose another option, and record it with --option.",
        _S.WAITING_CHOICE,
    ),
    Refusal(
        "not-registered",
        ("R6",),
        "The second physician is not on record as a registered bedrijfsarts with a BIG number.",
        "Ask the employee to choose a registered bedrijfsarts, or complete the record.",
        _S.WAITING_CHOICE,
    ),
    Refusal(
        "name-unreadable",
        ("R6", "R50"),
        "A name or a number is none that people can read: one line of 1 to 200 characters, all of which show.",
        "Write it on one line without hidden characters, the name of a physician as the register has it.",
    ),
    Refusal(
        "big-malformed",
        ("R6",),
        "The BIG number of the second physician has another form than eleven digits.",
        "Write the number as the BIG register has it: eleven digits, without blanks, dots or words.",
        _S.WAITING_CHOICE,
    ),
    Refusal(
        "outside-contract-unaware",
        ("R9",),
        "The choice lies outside the contract, and the employee has not consented that the employer is told.",
        "Ask for EMPLOYER-AWARE consent first, or let the employee choose within the contract.",
        _S.WAITING_CONSENT,
    ),
    Refusal(
        "outside-contract-not-agreed",
        ("R9", "R53"),
        "The choice lies outside the contract and the employer's agreement is not on record.",
        "Record who agreed and who pays, or let the employee choose within the contract.",
        _S.WAITING_CHOICE,
    ),
    Refusal(
        "not-discussed-with-first-physician",
        ("R10",),
        "The request was not discussed with the first physician.",
        "Plan the conversation and record its date.",
        _S.ACCEPTED,
    ),
    Refusal(
        "requester-not-a-physician",
        ("R10",),
        "The referral has no requesting bedrijfsarts with a BIG number.",
        "Record the (supervising) bedrijfsarts.",
        _S.ACCEPTED,
    ),
    Refusal(
        "advice-not-identified",
        ("R12",),
        "The request does not name one advice by date and kind.",
        "Record which advice is contested.",
        _S.ACCEPTED,
    ),
    Refusal(
        "no-suspension-not-discussed",
        ("R22",),
        "It was not recorded that a second opinion suspends nothing.",
        "Discuss it with the employee and record it.",
        _S.ACCEPTED,
    ),
    Refusal(
        "contact-consent-absent",
        ("R25", "R26"),
        "There is no consent to pass contact data to this recipient.",
        "Ask the employee, naming the recipient. Without it nothing travels.",
        _S.WAITING_CONSENT,
    ),
    Refusal(
        "contact-consent-refused",
        ("R25", "R26"),
        "The employee refused to have contact data passed to this recipient.",
        "Nothing travels; the employee may contact the physician directly.",
        _S.WAITING_CONSENT,
    ),
    Refusal(
        "contact-consent-withdrawn",
        ("R25", "R27"),
        "The consent to pass contact data was withdrawn.",
        "Nothing more travels; recipients of earlier data are told without content.",
        _S.WAITING_CONSENT,
    ),
    Refusal(
        "contact-consent-expired",
        ("R25", "R27"),
        "The consent to pass contact data has expired.",
        "Ask the employee again.",
        _S.WAITING_CONSENT,
    ),
    Refusal(
        "contact-consent-other-recipient",
        ("R25", "R37"),
        "The consent to pass contact data names another recipient.",
        "Ask the employee for this recipient; consent does not move along.",
        _S.WAITING_CONSENT,
    ),
    Refusal(
        "referral-active",
        ("R8", "R37"),
        "Another referral of this case is still active.",
        "Wait for its end, or withdraw it first.",
    ),
    Refusal(
        "opinion-already-held",
        ("R37",),
        "The second opinion of this request took place; it is not had again on the same request and old consents.",
        "Let the employee ask anew: a new request is a new case, with its own choice and consents.",
    ),
    Refusal(
        "consent-before-decline",
        ("R25", "R37"),
        "An earlier referral came to nothing, and the consent for this recipient is older than that.",
        "Ask the employee whom to refer to now, and for a new consent that names the recipient.",
    ),
    Refusal(
        "feedback-not-permitted",
        ("R25", "R26"),
        "The contested feedback may not go along: no active consent for this recipient, or the policy keeps it back.",
        "The referral goes without it.",
    ),
    Refusal(
        "content-not-on-list",
        ("R28",),
        "On record the referral held something that is not on the closed list.",
        "Report it as an incident; only contact data, feedback, question, medical data and work situation may go.",
    ),
    Refusal(
        "medical-before-first-contact",
        ("R29",),
        "Under this policy no medical data go before the first contact, even with consent.",
        "The referral goes without them; the second physician may ask after the first contact.",
    ),
    Refusal(
        "medical-not-permitted",
        ("R25", "R32"),
        "There is no active consent for medical data or reasoning to this recipient.",
        "The request is answered 'not permitted', without content.",
    ),
    Refusal(
        "employee-did-not-decide",
        ("R32",),
        "The employee did not decide that this information be asked.",
        "Let the second physician and the employee decide together.",
    ),
    Refusal(
        "before-first-contact",
        ("R29", "R32"),
        "Information can be asked only after the second opinion has started.",
        "Report the milestone so-started first.",
    ),
    Refusal(
        "no-referral",
        ("R40",),
        "There is no referral that was allowed to go out.",
        "Nothing can come back; see the other refusals.",
    ),
    Refusal(
        "draft-not-discussed",
        ("R39",),
        "The draft advice was not discussed with the employee yet.",
        "Discuss it first; the employee may correct facts.",
    ),
    Refusal(
        "outcome-consent-absent",
        ("R40",),
        "The employee has not decided on sending the report to the first physician.",
        "Ask after the draft was discussed. Silence is no consent.",
    ),
    Refusal(
        "outcome-consent-refused",
        ("R40", "R41"),
        "The employee does not want the report sent.",
        "Only 'finished, no report' may be said.",
    ),
    Refusal(
        "outcome-consent-withdrawn",
        ("R27", "R40"),
        "The consent to send the report was withdrawn.",
        "Only 'finished, no report' may be said.",
    ),
    Refusal(
        "outcome-consent-expired",
        ("R27", "R40"),
        "The consent to send the report has expired.",
        "Ask the employee again.",
    ),
    Refusal(
        "outcome-consent-other-recipient",
        ("R25", "R40"),
        "The consent to send the report names another recipient.",
        "Ask the employee for this recipient.",
    ),
    Refusal(
        "outcome-consent-before-draft",
        ("R40",),
        "The consent to send the report was given before the employee saw the draft.",
        "Ask again now that the draft was discussed.",
    ),
    Refusal(
        "refusal-not-by-first-physician",
        ("R15",),
        "A refusal must be the first physician's.",
        "Let the first physician decide; until then acceptance is the default.",
    ),
    Refusal(
        "refusal-not-in-writing",
        ("R15",),
        "The refusal was not given to the employee in writing with reasons.",
        "Write the letter, with code and reasons.",
    ),
    Refusal(
        "refusal-without-complaints-procedure",
        ("R15", "R21"),
        "The refusal does not name the complaints procedure.",
        "Name it in the letter.",
    ),
    Refusal(
        "refusal-code-unknown",
        ("R16",),
        "The refusal has no known code and no reasons of at least a sentence.",
        "Give a code, or reasons.",
    ),
    Refusal(
        "refusal-without-clarification",
        ("R18",),
        "The question was called unspecified without asking the employee to explain.",
        "Ask for clarification first, with a period to reply.",
    ),
    Refusal(
        "refusal-without-earlier-case",
        ("R19",),
        "The request was called a repetition without an earlier case.",
        "Link the earlier case, or accept.",
    ),
    Refusal(
        "repeat-of-another-advice",
        ("R19",),
        "No earlier case on record concerned this advice: closed after the newest advice and before the refusal.",
        "A new advice makes it a new question. Link the earlier case with its dates, or accept.",
    ),
    Refusal(
        "inadmissible-ground-unknown",
        ("R2", "R11"),
        "The code is not a ground on which a request is inadmissible.",
        "Only not-by-employee and pre-employment-exam are; anything else is declined, or redirected, with reasons.",
    ),
    Refusal(
        "clarification-without-reply-period",
        ("R18",),
        "A request to explain names the day until which the employee may answer, and that day is yet to come.",
        "Name the last day.",
    ),
    Refusal(
        "reassessment-too-late",
        ("R13",),
        "A reassessment comes before a referral, and not after a refusal.",
        "See where the case stands.",
    ),
    Refusal(
        "reassessment-without-ground",
        ("R13",),
        "By the policy the advice is not too old, so no new consultation has to come before a referral.",
        "Decide on the request, such as: sogw case accept. A new advice that was given all the same: sogw case"
        " renew-advice.",
    ),
    Refusal(
        "request-not-maintained",
        ("R13", "R14"),
        "The first physician gave a new advice, and the employee was not asked whether the request stands.",
        "Ask the employee. When it stands: sogw case maintain, then accept. When not: sogw case withdraw.",
    ),
    Refusal(
        "advice-after-referral",
        ("R12", "R13"),
        "The earlier advice was put to a second physician already, or the request was withdrawn.",
        "After the opinion: sogw follow-up weigh. When the pool declines, record the new advice then, before a next"
        " referral: sogw case renew-advice.",
    ),
    Refusal(
        "advice-superseded",
        ("R12", "R13"),
        "The record names a new advice from while a referral was under way; what would go out now is the earlier one.",
        "Record the new advice: sogw case renew-advice, and ask the employee whether the request stands.",
    ),
    Refusal(
        "acceptance-of-earlier-advice",
        ("R12", "R13", "R14"),
        "It was accepted before the advice that stands now, or before the employee said that the request stands.",
        "The first physician accepts it anew: sogw case accept.",
    ),
    Refusal(
        "advice-not-renewed",
        ("R13",),
        "The first physician has given no new advice since the request.",
        "Record the new advice first; the employee then says whether the request stands.",
    ),
    Refusal(
        "invoice-identifies",
        ("R54",),
        "The invoice holds something from which a person can be found, or a number or period that cannot be.",
        "Remove it: only a period that has begun, a quantity from 1 and a price may be there.",
    ),
    Refusal(
        "invoice-number-used",
        ("R54",),
        "Another invoice has this number already.",
        "Give each invoice a number of its own; see: sogw invoice list, or the invoice of the case.",
    ),
    Refusal(
        "invoice-mentions-second-opinion",
        ("R54", "R55"),
        "At an employer of this size the invoice may not say what it was for.",
        "Fold the amount into a total, or into a later period, without mention.",
    ),
    Refusal(
        "invoice-not-in-policy",
        ("R54", "R55"),
        "The policy says that no invoice goes out.",
        "Leave it out.",
    ),
    Refusal(
        "nothing-to-invoice",
        ("R53", "R56"),
        "No second opinion took place that could be invoiced.",
        "Invoice only what was done, or what the contract names as cancellation costs.",
    ),
    Refusal(
        "follow-up-not-in-policy",
        ("R42",),
        "Under this policy a practice assistant may not hold the follow-up consultation.",
        "Let the bedrijfsarts hold it; adoption is the bedrijfsarts's.",
    ),
    Refusal(
        "transfer-unanswered",
        ("R47",),
        "The wish for another physician has no answer with reasons yet.",
        "Grant it, or answer with reasons and a date.",
    ),
    Refusal(
        "transfer-must-be-granted",
        ("R47",),
        "Under this policy a transfer is always granted.",
        "Grant it.",
    ),
    Refusal(
        "adoption-without-reasons",
        ("R43",),
        "Partly or not adopting needs reasons the employee can understand.",
        "Write the reasons.",
    ),
    Refusal(
        "advice-not-received",
        ("R41", "R43"),
        "No report of the second physician came, so it can be adopted neither wholly, partly nor not.",
        "Record it as not assessed; a report comes by message only, with the employee's consent.",
    ),
    Refusal(
        "advice-received",
        ("R41", "R43"),
        "The report of the second physician came, so the advice is assessed.",
        "Record whether it is adopted wholly, partly or not, with reasons.",
    ),
    Refusal(
        "transfer-to-same-physician",
        ("R47",),
        "The colleague may be the first physician, whose advice the employee contests.",
        "Name another physician; of a namesake with initials.",
    ),
    Refusal(
        "transfer-not-requested",
        ("R47",),
        "The employee has not asked for another physician.",
        "A transfer is never automatic; record the employee's wish first.",
    ),
    Refusal(
        "transfer-not-granted",
        ("R47", "R48"),
        "No transfer was granted, so there is nobody to hand over to.",
        "Decide on the employee's wish first.",
    ),
    Refusal(
        "complaint-not-by-employee",
        ("R21",),
        "Only the employee complains.",
        "Give whoever asks the general answer; the employee may complain.",
    ),
    Refusal(
        "complaint-without-decision",
        ("R21",),
        "There is no such decision on record to complain about.",
        "File it as a complaint about something else.",
    ),
    Refusal(
        "complaint-unknown",
        ("R21",),
        "No complaint about this is waiting for a decision.",
        "Record the complaint first.",
    ),
    Refusal(
        "complaint-judged-by-involved",
        ("R21",),
        "A complaint is judged by a complaints officer who is no physician of the case and did nothing else in it.",
        "Let somebody judge it who was not involved.",
    ),
    Refusal(
        "handover-not-neutral",
        ("R48",),
        "The handover holds a part that is not on the neutral list.",
        "Keep to facts, dates, limitations, feedback, the report with consent and the adoption status.",
    ),
    Refusal(
        "handover-opinion",
        ("R48",),
        "The text of the handover has words of opinion.",
        "Say what was measured, agreed or decided, and when; leave out what somebody thinks of it.",
    ),
    Refusal(
        "handover-consent-absent",
        ("R25", "R48"),
        "There is no active consent to hand the file to a colleague.",
        "Ask the employee.",
    ),
    Refusal(
        "sent-before-consent",
        ("R25",),
        "On record the referral went out without a contact consent that counted at that moment.",
        "Report it as an incident; a later consent does not mend it.",
    ),
    Refusal(
        "referral-not-left",
        ("R25", "R27"),
        "The referral waits in the queue of this gateway: nothing has left, and it is dropped there.",
        "Mend the record and submit it again; then it is referred anew.",
    ),
    Refusal(
        "attachment-not-sent",
        ("R29", "R31"),
        "The document that was given along was not sent, because no referral went out with it.",
        "Refer with it: sogw case refer CASE --attach; once referred, it goes when asked for: sogw referral provide.",
    ),
    Refusal(
        "wrong-role",
        ("R38",),
        "A party of this role does not send this kind of message.",
        "See the protocol table.",
    ),
    Refusal(
        "wrong-state",
        ("R36", "R38"),
        "The referral is not in a state in which this message is allowed.",
        "See where it stands: sogw referral show REFERRAL.",
    ),
    Refusal(
        "not-the-partner",
        ("R38",),
        "The message belongs to a referral of another party.",
        "Only the party that was asked may speak in a referral.",
    ),
    Refusal(
        "gap-not-filled",
        ("R38",),
        "The message before this one did not come in all the time that this one waited for it.",
        "Mend why that one does not arrive, and do the act again.",
    ),
    Refusal(
        "not-the-recipient",
        ("R25",),
        "The consent in the message names a recipient that this party does not serve.",
        "Ask the employee for a consent that names the recipient.",
    ),
    Refusal(
        "too-many-requests",
        ("R32",),
        "So many information requests of this referral are open, or were made, that no more is taken.",
        "Wait for the answers to those that are open, or call the other party.",
    ),
    Refusal(
        "asked-again",
        ("R32",),
        "The same was asked before, was declined or waits for an answer, and nothing has changed since.",
        "Let the employee decide and consent, and ask then.",
    ),
    Refusal(
        "too-many-questions",
        ("R8",),
        "So many questions whether there is room have no answer that no more is taken.",
        "Wait for the answers, or call the other party.",
    ),
    Refusal(
        "too-many-consents",
        ("R25",),
        "So many consents came from this party that no more is kept on the record of the case.",
        "Take back a consent that is over: that always counts. Call the other party about the rest.",
    ),
    Refusal(
        "too-many-messages",
        ("R38",),
        "So many messages were said in this referral that no more is taken but what takes something back.",
        "Withdraw or call the other party; what goes on belongs in a new referral.",
    ),
    Refusal(
        "repeated-too-often",
        ("R38",),
        "A message of this kind was said so often in this referral that no more is taken.",
        "Call the other party, or let it raise [ceilings] messages_of_a_kind.",
    ),
    Refusal(
        "too-many-referrals",
        ("R8",),
        "So many referrals of this party are open, or began today, that no more is taken.",
        "Call the pool: it raises [ceilings] open_referrals or new_referrals_per_day; or ask it again tomorrow.",
    ),
    Refusal(
        "too-many-invoices",
        ("R54",),
        "So many invoices of this party came within a day that no more is taken.",
        "Send it tomorrow: one invoice may have many lines.",
    ),
    Refusal(
        "unknown-request",
        ("R32",),
        "There is no such information request, or it was answered already.",
        "See the referral for its open requests.",
    ),
    Refusal(
        "more-than-asked",
        ("R32",),
        "The answer holds something that was not asked.",
        "Give the asked set and nothing more.",
    ),
    Refusal(
        "told-in-future",
        ("R38",),
        "The message tells of a moment that is yet to come, or of a plan further ahead than two years.",
        "Set the clock right, and say it when it has happened.",
    ),
    Refusal(
        "told-before-acceptance",
        ("R36", "R38"),
        "The message tells of something in the second opinion that was before the referral was accepted.",
        "Say when it happened.",
    ),
    Refusal(
        "consent-out-of-place",
        ("R25",),
        "The message carries a consent of another purpose, or for somebody else, than its kind is about.",
        "Send only the consents of its purpose that name the party that receives the data.",
    ),
    Refusal(
        "consent-not-in-reach",
        ("R27",),
        "The consent came from somebody else, and was not given to this party.",
        "Let the employee take it back at the side that recorded it, or at the side it names.",
    ),
    Refusal(
        "request-repeated",
        ("R32",),
        "A request with this number was made before.",
        "Give a new request a number of its own.",
    ),
    Refusal(
        "erasure-not-asked",
        ("R37", "R58"),
        "The message confirms an erasure that nobody asked for.",
        "Let the arbodienst ask first, with: sogw referral erase.",
    ),
    Refusal(
        "referral-erased",
        ("R37", "R58"),
        "The pool confirmed that it erased this referral; nothing more is said of it.",
        "Call the pool when it still has something: it said that it has not. A new opinion needs a new referral.",
    ),
    Refusal(
        "erasure-under-way",
        ("R37", "R58"),
        "The other side was asked already to erase this referral, and did not say that it keeps it.",
        "See what it answered: sogw referral show. Without an answer, see whether the request left: sogw message list.",
    ),
    Refusal(
        "erasure-kept",
        ("R37", "R58"),
        "The other side keeps what it received, and has named the ground.",
        "Tell the employee. Refuse with that ground, or ask again when it is gone, with: sogw referral erase.",
    ),
    Refusal(
        "referral-of-others",
        ("R25", "R40"),
        "The referral names another organisation than the party that sends it, or than the party it is for.",
        "Name the requesting and the performing organisation by their party ids and their own numbers.",
    ),
    Refusal(
        "invoice-of-others",
        ("R53",),
        "The invoice is not from the party that sends it to the party that receives it.",
        "Name the issuer and the recipient by their party ids.",
    ),
    Refusal(
        "text-identifies",
        ("R8",),
        "A text that is about nobody holds something from which a person can be found.",
        "Leave out names, numbers and days.",
    ),
    Refusal(
        "unknown-consent",
        ("R27",),
        "There is no such consent on record, given by the employee.",
        "See which there are: sogw consent list, with the id of the case, at the pool of the referral.",
    ),
    Refusal(
        "case-not-over",
        ("R57", "R58"),
        "The case is not over: what it needs is kept.",
        "Let it end first, or withdraw the request with: sogw case withdraw.",
    ),
    Refusal(
        "messages-under-way",
        ("R57",),
        "Messages of the case are not delivered and confirmed yet.",
        "See: sogw message list --case CASE.",
    ),
    Refusal(
        "complaint-open",
        ("R21", "R58"),
        "A complaint is not decided: what it is about is kept until then.",
        "Decide it first, with: sogw complaint decide.",
    ),
    Refusal(
        "right-at-stake",
        ("R58",),
        "The employee has a request that waits, or asked to keep the data and not to use them.",
        "Answer the request first, with: sogw rights done.",
    ),
    Refusal(
        "term-not-over",
        ("R57",),
        "The term of keeping is not over.",
        "Wait; the term is in [retention] of the settings.",
    ),
    Refusal(
        "erasure-not-confirmed",
        ("R37", "R58"),
        "The other side has not confirmed yet that it erased what it received.",
        "Wait for its confirmation; see: sogw case log.",
    ),
    Refusal(
        "right-unknown",
        ("R58",),
        "There is no such request that waits for an answer.",
        "See: sogw rights list.",
    ),
    Refusal(
        "right-refused-without-ground",
        ("R58",),
        "A refusal tells the employee why.",
        "Give the reasons, with --text.",
    ),
    Refusal(
        "copy-not-made",
        ("R58",),
        "No copy was made since the employee asked.",
        "Make it first, with: sogw case export.",
    ),
    Refusal(
        "correction-without-text",
        ("R58",),
        "A correction is a text beside what it corrects; nothing is overwritten.",
        "Give the correction, with --text.",
    ),
    Refusal(
        "processing-restricted",
        ("R58",),
        "The employee asked to keep the data and not to use them, and that was granted.",
        "Tell nobody; when the reason is gone: sogw rights lift.",
    ),
    Refusal(
        "document-blank",
        ("R12",),
        "The document shows nothing: it is empty, or holds only spaces and characters that are not seen.",
        "Write the text and save the file first.",
    ),
    Refusal(
        "document-not-text",
        ("R12",),
        "The document is neither text in UTF-8 nor a PDF, JPEG or PNG.",
        "Save it as PDF, or as plain text in UTF-8.",
    ),
    Refusal(
        "document-control-characters",
        ("R12",),
        "The document holds NUL or other control characters, so it is not a text.",
        "Save it as PDF, or as plain text in UTF-8.",
    ),
    Refusal(
        "document-utf-16",
        ("R12",),
        "The document is text in UTF-16.",
        "Save it as plain text in UTF-8, or as PDF.",
    ),
    Refusal(
        "document-rtf",
        ("R12",),
        "The document is in RTF, which the other side could not read.",
        "Save it as PDF, or as plain text in UTF-8.",
    ),
    Refusal(
        "document-base64",
        ("R12",),
        "The document is a file or a text written out in base64.",
        "Decode it first, and send the file itself.",
    ),
    Refusal(
        "document-heic",
        ("R12",),
        "The document is a HEIC image or a film, which the other side could not read.",
        "Save it as PDF, JPEG or PNG.",
    ),
    Refusal(
        "document-tiff",
        ("R12",),
        "The document is a TIFF image, which the other side could not read.",
        "Save it as PDF, JPEG or PNG.",
    ),
    Refusal(
        "document-other-kind",
        ("R12",),
        "The document is of a word processor, an archive, a program or another kind that may not travel.",
        "Save it as PDF, or as plain text in UTF-8.",
    ),
    Refusal(
        "document-truncated",
        ("R12",),
        "The file breaks off: its end is missing.",
        "Make or fetch it again, whole.",
    ),
    Refusal(
        "document-encrypted",
        ("R12",),
        "The PDF is encrypted, so the other side could not read it.",
        "Save it without a password and without restrictions; it is sealed on its way.",
    ),
    Refusal(
        "document-type-contradicts",
        ("R12",),
        "The document is not of the kind that its message says.",
        "Let the sender send it as what it is.",
    ),
    Refusal(
        "role-not-permitted",
        ("R35", "R38", "R42", "R51"),
        "This role may not do or see that here.",
        "Let somebody do it whose role may; see docs/reference/permissions.md.",
    ),
    Refusal(
        "name-required",
        ("R50", "R52"),
        "Whoever does or sees this is named in the employee's log.",
        "Add --actor with your name, or set SOGW_ACTOR.",
    ),
    Refusal(
        "not-of-the-case",
        ("R10", "R15", "R38"),
        "This is for the physician of the case, or for who acts for that physician.",
        "Give the name as it is on record; a stand-in or an assistant adds --on-behalf-of, another role adds --role.",
    ),
    Refusal(
        "not-the-own-case",
        ("R2", "R50"),
        "This is for the employee whose case it is, or for a representative whose mandate covers it.",
        "Give the name as it is on record.",
    ),
    Refusal(
        "no-complaint-at-hand",
        ("R21",),
        "A complaints officer sees a case when the employee complained, and was not involved in it.",
        "Let the employee file the complaint first, or let somebody judge it who was not involved.",
    ),
)

CATALOGUE: dict[str, Refusal] = {refusal.code: refusal for refusal in _TABLE}
"""Every refusal a rule can give, by code."""


def refuse(code: str) -> Refusal:
    """The refusal with that code."""
    return CATALOGUE[code]
