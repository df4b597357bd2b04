"""Information after the first contact: who may ask and what may be answered (R29, R30, R32)."""

from datetime import datetime
from hashlib import sha256

from gateway.domain.case import Case
from gateway.domain.consent import Purpose
from gateway.domain.messages import InformationKind
from gateway.domain.referral_state import InformationState, ReferralState
from gateway.domain.rules.refusal import PERMIT, Decision, Ruling, decide, refuse
from gateway.domain.rules.standing import standing_of
from gateway.domain.working_days import WORKING_DAY, working_time_after

FREE_OF_CONSENT = frozenset({InformationKind.WORK_CIRCUMSTANCES})
"""What may go without consent, provided it says nothing about the employee (R30)."""


def after_first_contact(referral: ReferralState) -> Ruling:
    """R29: nothing is asked before the second opinion has started."""
    return PERMIT if referral.first_contact_at is not None else refuse("before-first-contact")


def employee_decided(asked: InformationKind, decided_at: datetime | None) -> Ruling:
    """R32: medical data and reasoning are asked on the employee's decision."""
    return PERMIT if asked in FREE_OF_CONSENT or decided_at is not None else refuse("employee-did-not-decide")


def information_consent(case: Case, referral: ReferralState, asked: InformationKind, at: datetime) -> Ruling:
    """R32: MEDICAL-TO-SO for this recipient, except for work circumstances (R30)."""
    if asked in FREE_OF_CONSENT:
        return PERMIT
    decision = standing_of(case, Purpose.MEDICAL_TO_SO, referral.recipient, at, referral=referral)
    return PERMIT if decision.is_active else refuse("medical-not-permitted")


def declined_by_itself(case: Case, referral: ReferralState, request_id: str, at: datetime) -> bool:
    """Whether a request that came is answered "not permitted" without a person (R32), once that is due.

    Not where it tells of a consent that would permit it: then our own record objects, and a person looks at both.
    """
    asked = referral.request(request_id)
    if asked is None or asked.is_answered or may_answer(case, referral, request_id, at).is_permitted:
        return False
    moment = max((at, *(consent.decided_at for consent in asked.consents)))
    told = standing_of(
        case, Purpose.MEDICAL_TO_SO, referral.recipient, moment, referral=referral, consents=asked.consents
    )
    return not told.is_active


def due_by_itself(asked: InformationState) -> datetime:
    """Tell when the answer that nobody gives by hand goes out: after some part of a working day.

    The part is drawn by a hash of the request, so that every process, also after a restart, waits for the same moment;
    who sees the message pass knows nothing of what goes into it. An answer at once would tell them that no person
    gave it, and so that there was no consent.
    """
    drawn = sha256(f"{asked.request_id} {asked.asked_at.isoformat()}".encode()).digest()
    return working_time_after(asked.asked_at, WORKING_DAY * (int.from_bytes(drawn[:8]) / 2**64))


def may_ask(referral: ReferralState, asked: InformationKind, decided_at: datetime | None) -> Decision:
    """Whether the second physician may ask."""
    return decide(after_first_contact(referral), employee_decided(asked, decided_at))


def may_answer(case: Case, referral: ReferralState, request_id: str, at: datetime) -> Decision:
    """Whether the arbodienst may answer a request with content."""
    asked = referral.request(request_id)
    if asked is None:
        return decide(refuse("employee-did-not-decide"))
    return decide(
        after_first_contact(referral),
        employee_decided(asked.asked, asked.employee_decided_at),
        information_consent(case, referral, asked.asked, at),
    )
