"""A new advice, the employee's word on it, and a request that is taken up again (R13, R14, R21)."""

from dataclasses import replace

from gateway.domain import steps as s
from gateway.domain.case_state import Case, Triage
from gateway.domain.days import dutch_day

_REFUSED = frozenset({Triage.DECLINED, Triage.REDIRECTED, Triage.INADMISSIBLE})


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
