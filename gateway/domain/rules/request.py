"""Rules on the request itself: who asks, about what, when, and whether it was accepted (R2, R10 to R14, R22)."""

import re

from gateway.domain.advice import AdviceKind
from gateway.domain.case import Case, Triage
from gateway.domain.days import calendar_days_between
from gateway.domain.people import Physician
from gateway.domain.policy import Policy
from gateway.domain.rules.refusal import PERMIT, Ruling, refuse
from gateway.domain.steps import ActorRole

_BIG = re.compile(r"[0-9]{11}")
PHYSICIAN_ROLES = frozenset({"bedrijfsarts"})
"""Roles that may request or give a second opinion; not an arboarts, trainee or practice assistant (R6, R10)."""


def asked_by_employee(case: Case) -> Ruling:
    """R2: only the employee asks, or a representative with a written mandate."""
    if case.dossier is None:
        return PERMIT
    if case.dossier.submitted_by is ActorRole.EMPLOYEE:
        return PERMIT
    representative = case.dossier.employee.representative
    is_mandated = representative is not None and representative.mandate_signed_on is not None
    if case.dossier.submitted_by is ActorRole.REPRESENTATIVE and is_mandated:
        return PERMIT
    return refuse("not-by-employee")


def within_scope(case: Case) -> Ruling:
    """R11: pre-employment examinations are inadmissible."""
    if case.advice is not None and case.advice.kind is AdviceKind.PRE_EMPLOYMENT_EXAMINATION:
        return refuse("pre-employment-exam")
    return PERMIT


def advice_identified(case: Case) -> Ruling:
    """R12: one advice, by date and author."""
    return PERMIT if case.advice is not None else refuse("advice-not-identified")


def young_enough(case: Case, policy: Policy) -> Ruling:
    """R13: calendar days in Europe/Amsterdam between advice and request; too old means reassessment, never refusal."""
    limit = policy.decision_age_limit_days
    if limit is None or case.advice is None or case.asked_at is None:
        return PERMIT
    age = calendar_days_between(case.advice.given_at, case.asked_at)
    return refuse("decision-too-old") if age > limit else PERMIT


_REFUSED = {
    Triage.DECLINED: "declined",
    Triage.REDIRECTED: "redirected-uwv",
    Triage.INADMISSIBLE: "inadmissible",
}
_UNDECIDED = {
    Triage.NONE: "not-accepted",
    Triage.RECEIVED: "not-accepted",
    Triage.REASSESSMENT: "awaiting-reassessment",
}


def not_refused(case: Case) -> Ruling:
    """R11, R15, R17: a refusal in force stands in the way."""
    code = _REFUSED.get(case.triage)
    return refuse(code) if code else PERMIT


def accepted(case: Case) -> Ruling:
    """R10, R14: the first physician's confirmation is an act on record."""
    code = _UNDECIDED.get(case.triage)
    return refuse(code) if code else PERMIT


def not_withdrawn(case: Case) -> Ruling:
    """R27: a withdrawn request goes nowhere."""
    return PERMIT if case.withdrawn_at is None else refuse("withdrawn")


def discussed_with_first_physician(case: Case) -> Ruling:
    """R10: the request is discussed with the first physician."""
    dossier = case.dossier
    if dossier is not None and dossier.discussed_with_first_physician_on is None:
        return refuse("not-discussed-with-first-physician")
    return PERMIT


def requested_by_physician(case: Case) -> Ruling:
    """R10: the requester is a bedrijfsarts with a BIG number, or the supervisor of a practice assistant."""
    if case.dossier is None:
        return PERMIT
    return may_request(case.dossier.first_physician)


def may_request(requester: Physician) -> Ruling:
    """R10 for one person."""
    big = requester.big if requester.role in PHYSICIAN_ROLES else requester.supervisor_big
    return PERMIT if is_big(big) else refuse("requester-not-a-physician")


def no_suspension_discussed(case: Case) -> Ruling:
    """R22: before referral it is recorded that a second opinion suspends nothing."""
    if case.dossier is not None and not case.dossier.no_suspension_discussed:
        return refuse("no-suspension-not-discussed")
    return PERMIT


def is_big(number: str | None) -> bool:
    """Whether a text has the shape of a BIG number: 11 digits (Q23)."""
    return number is not None and _BIG.fullmatch(number) is not None


def still_wanted(case: Case) -> Ruling:
    """R2, R20: who took the other instrument, or thinks about it, does not ask for a second opinion for now.

    The offer itself stands in nobody's way; the employee's own word does, until they say otherwise or, on a later day,
    choose, consent or see the request accepted.
    """
    return PERMIT if case.alternative_taken_at is None else refuse("alternative-chosen")
