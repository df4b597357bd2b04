"""A new advice, the employee's word on it, and a request that is taken up again (R13, R14, R21)."""

from dataclasses import replace
from datetime import datetime, time

from gateway.domain import steps as s
from gateway.domain.advice import ContestedAdvice
from gateway.domain.case_state import Case, Triage
from gateway.domain.days import AMSTERDAM, dutch_day

_REFUSED = frozenset({Triage.DECLINED, Triage.REDIRECTED, Triage.INADMISSIBLE})


def is_newer(stands: ContestedAdvice, told: ContestedAdvice) -> bool:
    """Whether an advice told is another than the one that stands: given later, or in other words on a later day.

    A later day of the same text is a correction of the day.
    """
    said_on = max(dutch_day(stands.given_at), stands.feedback_on or dutch_day(stands.given_at))
    is_later = told.feedback_on is not None and told.feedback_on > said_on
    is_other = told.feedback_text not in {None, stands.feedback_text}
    return told.given_at > stands.given_at or (is_later and is_other)


def renewal_of(told: s.RequestSubmitted, by: s.Actor) -> s.AdviceRenewed:
    """Read a newer advice in a dossier as what it is: a new advice, of the newer of its moments (R13)."""
    advice = told.advice
    days = (advice.feedback_on,) if advice.feedback_on is not None else ()
    moments = (advice.given_at, *(datetime.combine(day, time.min, AMSTERDAM) for day in days))
    return s.AdviceRenewed(at=max(moments), by=by, feedback_text=advice.feedback_text)


def renew(case: Case, step: s.AdviceRenewed) -> Case:
    """Put a newer advice in the place of the older one; what was accepted was about that, and counts no more (R14)."""
    if case.advice is None or step.at < case.advice.given_at:
        return case
    text = step.feedback_text or case.advice.feedback_text
    advice = replace(case.advice, given_at=step.at, feedback_on=dutch_day(step.at), feedback_text=text)
    case = replace(case, advice=advice, renewed_at=step.at)
    is_refused = case.triage in _REFUSED
    return case if is_refused else replace(case, triage=Triage.REASSESSMENT, accepted_at=None)


def maintain(case: Case, step: s.RequestMaintained) -> Case:
    """Start a new count; the reassessment is over and the physician's word is awaited (R13, R14)."""
    triage = Triage.RECEIVED if case.triage is Triage.REASSESSMENT else case.triage
    return replace(case, asked_at=step.at, triage=triage, alternative_taken_at=None)


def reopen(case: Case, step: s.CaseReopened | s.ComplaintDecided) -> Case:
    """Take up again only what was refused; the physician's own word is awaited (R14, R21)."""
    if case.triage not in _REFUSED:
        return case
    triage = Triage.REASSESSMENT if case.is_advice_renewed else Triage.RECEIVED
    return replace(case, triage=triage, accepted_at=None, reopened_at=step.at)
