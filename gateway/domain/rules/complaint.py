"""Complaints: only the employee, about a decision on record, judged by somebody not involved (R21)."""

from gateway.domain.case import Case
from gateway.domain.relation import is_involved_in
from gateway.domain.rules.refusal import PERMIT, Decision, Ruling, decide, refuse
from gateway.domain.steps import ActorRole, ComplaintDecided, ComplaintFiled, ComplaintSubject


def filed_by_employee(step: ComplaintFiled) -> Ruling:
    """R21: the arbodienst may write it down, the employer has no say in it."""
    return refuse("complaint-not-by-employee") if step.by.role is ActorRole.EMPLOYER else PERMIT


def about_a_decision(case: Case, about: str) -> Ruling:
    """R21: about a refusal, about a transfer that was refused, or about anything else."""
    transfer_refused = case.transfer is not None and not case.transfer.is_granted
    missing: dict[str, bool] = {
        ComplaintSubject.REFUSAL: case.refusing is None,
        ComplaintSubject.TRANSFER: not transfer_refused,
    }
    return refuse("complaint-without-decision") if missing.get(about) else PERMIT


def may_file(case: Case, step: ComplaintFiled) -> Decision:
    """Whether this complaint can be taken in."""
    return decide(filed_by_employee(step), about_a_decision(case, step.about))


def judged_by_uninvolved(case: Case, step: ComplaintDecided) -> Ruling:
    """R21: by a complaints officer who is no physician of the case and did nothing else in it, in whatever role."""
    is_uninvolved = step.by.role is ActorRole.COMPLAINTS_OFFICER and not is_involved_in(case, step.by)
    return PERMIT if is_uninvolved else refuse("complaint-judged-by-involved")


def is_waiting(case: Case, about: str) -> Ruling:
    """R21: a decision answers a complaint."""
    return PERMIT if any(c.about == about for c in case.complaints) else refuse("complaint-unknown")


def may_judge(case: Case, step: ComplaintDecided) -> Decision:
    """Whether this decision on a complaint holds."""
    return decide(is_waiting(case, step.about), judged_by_uninvolved(case, step))
