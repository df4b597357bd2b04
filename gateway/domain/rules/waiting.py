"""What a case waits for, for whom, since when, and until when (R7, R13, R21, R23, R32, R36, R42, R43, R47, R58).

Pure: the work list, the list of referrals and the alerts are all made from it. No clock refuses or ends anything.

Days are Dutch calendar days; periods are Dutch working days (``gateway.domain.working_days``). The policy gives those
of R23 and R36. No source gives a period for the others: five working days for an answer to the second physician and
for planning the follow-up, twenty for a complaint, are this project's own choice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from gateway.domain.case import Case, Triage
from gateway.domain.consent import Purpose
from gateway.domain.days import dutch_day
from gateway.domain.policy import Policy
from gateway.domain.protocol import OPINION_STATES, BusinessStatus
from gateway.domain.referral_state import ReferralState
from gateway.domain.rights import RightState
from gateway.domain.rules.recipient import intended_recipient
from gateway.domain.rules.referral import may_start_referral
from gateway.domain.rules.refusal import CaseStatus
from gateway.domain.rules.standing import standing_of
from gateway.domain.rules.verdict import Verdict
from gateway.domain.working_days import working_days_after

INFORMATION_WORKING_DAYS = 5
FOLLOW_UP_WORKING_DAYS = 5
COMPLAINT_WORKING_DAYS = 20


class Awaited(StrEnum):
    """What is waited for."""

    DECISION = "decision"
    REASSESSMENT = "reassessment"
    MAINTENANCE = "word-whether-the-request-stands"
    CONTRACT = "contract"
    CHOICE = "choice"
    CONSENT = "consent"
    RECORD = "complete-record"
    REFERRAL = "referral"
    AVAILABILITY = "availability"
    ANSWER = "answer"
    OPINION = "opinion"
    OUTCOME_CONSENT = "outcome-consent"
    INFORMATION = "information"
    FOLLOW_UP = "follow-up"
    ADOPTION = "adoption"
    TRANSFER = "transfer"
    COMPLAINT = "complaint"
    RIGHT = "right"
    RESTRICTION = "end-of-restriction"
    ERASURE = "erasure-at-the-pool"


class Whom(StrEnum):
    """Whose turn it is."""

    EMPLOYEE = "employee"
    FIRST_PHYSICIAN = "first-physician"
    BACK_OFFICE = "back-office"
    MANAGEMENT = "management"
    COMPLAINTS_OFFICER = "complaints-officer"
    POOL = "pool"


CLOCKS = frozenset(
    {
        *(Awaited.REFERRAL, Awaited.ANSWER, Awaited.INFORMATION, Awaited.FOLLOW_UP, Awaited.ADOPTION),
        *(Awaited.REASSESSMENT, Awaited.COMPLAINT, Awaited.RIGHT),
    }
)
"""What may have a last day; the others wait as long as it takes."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing a case waits for.

    Attributes:
        what: What is waited for.
        whom: Whose turn it is.
        since: From when.
        due: The last Dutch day on which it is in time; None where nobody set one.
    """

    what: Awaited
    whom: Whom
    since: datetime
    due: date | None = None

    def is_overdue(self, at: datetime) -> bool:
        """Whether its last day is over."""
        return self.due is not None and dutch_day(at) > self.due


def waits_for(case: Case, policy: Policy, verdict: Verdict | None, at: datetime) -> Waiting | None:
    """Name what a case waits for first: what is due first, then what has waited longest.

    Args:
        case: The case, at either side.
        policy: Of the arbodienst; a default at the pool.
        verdict: On the case at the instant; None at the pool, where the request is not known.
        at: The instant.

    Returns:
        None when it waits for nothing.
    """
    return first_due(clocks(case, policy, verdict, at))


def first_due(waiting: tuple[Waiting, ...]) -> Waiting | None:
    """Name the one that is due first; of those without a last day the one that has waited longest."""
    return min(waiting, key=urgency, default=None)


def urgency(waiting: Waiting) -> tuple[date, datetime]:
    """Sort by last day, those without one behind, then by when the waiting began."""
    return waiting.due or date.max, waiting.since


def clocks(case: Case, policy: Policy, verdict: Verdict | None, at: datetime) -> tuple[Waiting, ...]:
    """List everything a case waits for, in no order; arguments as ``waits_for``."""
    return tuple(_everything(case, policy, verdict, at))


def _everything(case: Case, policy: Policy, verdict: Verdict | None, at: datetime) -> Iterator[Waiting]:
    for referral in case.referrals:
        yield from waits_of_referral(referral, policy)
        if case.dossier is not None and referral.erasure_kept_at is not None:
            yield Waiting(Awaited.ERASURE, Whom.BACK_OFFICE, referral.erasure_kept_at)
    if verdict is not None and not any(r.is_open for r in case.referrals):
        yield from _before_referral(case, policy, verdict, at)
    yield from _after_opinion(case)
    for complaint in case.complaints:
        due = working_days_after(dutch_day(complaint.filed_at), COMPLAINT_WORKING_DAYS)
        yield Waiting(Awaited.COMPLAINT, Whom.COMPLAINTS_OFFICER, complaint.filed_at, due)
    yield from (waiting for right in case.rights if (waiting := waits_of_right(right)))


def waits_of_right(right: RightState) -> Waiting | None:
    """Name what a request under the AVG waits for; None when it was answered."""
    return Waiting(Awaited.RIGHT, Whom.BACK_OFFICE, right.asked_at, right.due_on) if right.is_waiting else None


# Before and between referrals


def _before_referral(case: Case, policy: Policy, verdict: Verdict, at: datetime) -> Iterator[Waiting]:
    """What keeps the referral from going; a case that is over, or had its opinion, waits for none."""
    since = _undecided_since(case)
    if verdict.status.is_over or since is None or _had_opinion(case):
        return
    restricted_since = max((r.answered_at for r in case.rights if r.restricts and r.answered_at), default=None)
    if restricted_since is not None:
        yield Waiting(Awaited.RESTRICTION, Whom.BACK_OFFICE, restricted_since)
    elif case.triage is Triage.REASSESSMENT or verdict.status is CaseStatus.AWAITING_REASSESSMENT:
        yield _reassessment(case, since)
    elif verdict.may_refer:
        yield _referral(case, policy, at, since)
    else:
        what, whom = _HELD_UP.get(verdict.status, (Awaited.RECORD, Whom.BACK_OFFICE))
        yield Waiting(what, whom, since)


_HELD_UP = {
    CaseStatus.RECEIVED: (Awaited.DECISION, Whom.FIRST_PHYSICIAN),
    CaseStatus.WAITING_CONTRACT: (Awaited.CONTRACT, Whom.MANAGEMENT),
    CaseStatus.WAITING_CHOICE: (Awaited.CHOICE, Whom.EMPLOYEE),
    CaseStatus.WAITING_CONSENT: (Awaited.CONSENT, Whom.EMPLOYEE),
}


def _had_opinion(case: Case) -> bool:
    return any(referral.took_place for referral in case.referrals)


def _undecided_since(case: Case) -> datetime | None:
    """The last thing that put the case into the hands of whoever it waits for now."""
    moments = (case.asked_at, case.reopened_at, case.accepted_at, *(r.ended_at for r in case.referrals))
    return max((moment for moment in moments if moment is not None), default=None)


def _reassessment(case: Case, since: datetime) -> Waiting:
    """R13: planned for a day; once the new advice is there the employee says whether the request stands."""
    is_held = case.advice is not None and case.asked_at is not None and case.advice.given_at > case.asked_at
    if is_held and case.advice is not None:
        return Waiting(Awaited.MAINTENANCE, Whom.EMPLOYEE, case.advice.given_at)
    due = dutch_day(case.reassessment_for) if case.reassessment_for else None
    return Waiting(Awaited.REASSESSMENT, Whom.FIRST_PHYSICIAN, since, due)


def _referral(case: Case, policy: Policy, at: datetime, since: datetime) -> Waiting:
    """R23: everything is there from the acceptance and the consent on; after a decline a new choice comes first."""
    if not may_start_referral(case, at).is_permitted:
        return Waiting(Awaited.CHOICE, Whom.EMPLOYEE, since)
    recipient = intended_recipient(case)
    consent = standing_of(case, Purpose.CONTACT_TO_SO, recipient, at).consent if recipient else None
    ready = max(since, consent.decided_at) if consent is not None else since
    due = working_days_after(dutch_day(ready), policy.refer_within_working_days)
    return Waiting(Awaited.REFERRAL, Whom.BACK_OFFICE, ready, due)


# While a referral is under way


def waits_of_referral(referral: ReferralState, policy: Policy) -> Iterator[Waiting]:
    """List what one referral waits for; at the pool too, which sees its own turn."""
    since = referral.state_since or referral.requested_at
    if referral.state is BusinessStatus.REFERRED:
        due = working_days_after(dutch_day(referral.requested_at), policy.answer_within_working_days)
        yield Waiting(Awaited.ANSWER, Whom.POOL, referral.requested_at, due)
    elif referral.state in _UNDER_WAY:
        yield Waiting(*_UNDER_WAY[referral.state], since)
    for asked in referral.requests if referral.is_open else ():
        if not asked.is_answered:
            asked_at = asked.asked_at or since
            due = working_days_after(dutch_day(asked_at), INFORMATION_WORKING_DAYS)
            yield Waiting(Awaited.INFORMATION, Whom.FIRST_PHYSICIAN, asked_at, due)


_UNDER_WAY = {
    BusinessStatus.AVAILABILITY_ASKED: (Awaited.AVAILABILITY, Whom.POOL),
    BusinessStatus.SO_ACCEPTED: (Awaited.OPINION, Whom.POOL),
    BusinessStatus.APPOINTMENT_PLANNED: (Awaited.OPINION, Whom.POOL),
    BusinessStatus.SO_STARTED: (Awaited.OPINION, Whom.POOL),
    BusinessStatus.DRAFT_WITH_EMPLOYEE: (Awaited.OUTCOME_CONSENT, Whom.EMPLOYEE),
}


# After the opinion


def _after_opinion(case: Case) -> Iterator[Waiting]:
    """R42, R43, R47: at the arbodienst, once the report came or it is certain that it is finished, or was stopped."""
    over_at = _opinion_over_at(case)
    if case.dossier is None:
        return
    if over_at is not None and case.adoption is None:
        yield _follow_up(case, over_at)
    if case.transfer_requested_at is not None and case.transfer is None:
        yield Waiting(Awaited.TRANSFER, Whom.FIRST_PHYSICIAN, case.transfer_requested_at)


def _follow_up(case: Case, over_at: datetime) -> Waiting:
    if not case.has_follow_up:
        due = working_days_after(dutch_day(over_at), FOLLOW_UP_WORKING_DAYS)
        return Waiting(Awaited.FOLLOW_UP, Whom.BACK_OFFICE, over_at, due)
    due_on = dutch_day(case.follow_up_for) if case.follow_up_for else None
    return Waiting(Awaited.ADOPTION, Whom.FIRST_PHYSICIAN, over_at, due_on)


_FINISHED = OPINION_STATES | {BusinessStatus.STOPPED}


def _opinion_over_at(case: Case) -> datetime | None:
    over = [r for r in case.referrals if r.took_place and r.state in _FINISHED]
    ends = [referral.reported_at or referral.ended_at for referral in over]
    moments = [*ends, case.completion_heard_at]
    return max((moment for moment in moments if moment is not None), default=None)
