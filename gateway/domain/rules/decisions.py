"""One judgement for every decision, whether somebody records it here or a back office says that it was taken.

``may_record`` is what the live command asks before it writes a step down, and what an import asks of every step that
it brings.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from gateway.domain import steps as s
from gateway.domain.case import Case, Triage
from gateway.domain.policy import Policy
from gateway.domain.relation import is_stand_in_for, is_surely_physician_of
from gateway.domain.rules.aftercare import (
    adoption_reasoned,
    advice_at_hand,
    follow_up_in_policy,
    may_hand_over,
    transfer_answered,
    transfer_granted,
    transfer_requested,
    transfer_to_another,
)
from gateway.domain.rules.billing import may_invoice
from gateway.domain.rules.complaint import may_file, may_judge
from gateway.domain.rules.plans import within_reach, without_slip
from gateway.domain.rules.reassessment import (
    accepts_advice_that_stands,
    advice_in_time,
    advice_renewed,
    reassessment_grounded,
    reassessment_in_time,
    request_stands,
)
from gateway.domain.rules.recipient import employer_may_know
from gateway.domain.rules.refusal import PERMIT, Decision, Ruling, decide, refuse
from gateway.domain.rules.triage import gives_time_to_reply, may_find_inadmissible, may_refuse

UNDECIDED = frozenset({Triage.RECEIVED, Triage.REASSESSMENT})
"""Where a request waits for the first physician's word (R14)."""


def may_record(policy: Policy, case: Case, step: s.Step) -> Decision:
    """Judge a step before it joins a case.

    Args:
        policy: Of the arbodienst.
        case: As it is before the step.
        step: What is about to be written down.

    Returns:
        The decision; permitted for steps that no rule says anything about.
    """
    check = _CHECKS.get(type(step))
    found = check(policy, case, step).refusals if check is not None else ()
    return Decision((*found, *decide(within_reach(case, step)).refusals))


def counted(case: Case, step: s.Step) -> s.Step | None:
    """What counts of a step that does not hold: what restricts does, and a plan without a day that is a slip."""
    return None if is_permissive(step) else without_slip(case, step)


def is_permissive(step: s.Step) -> bool:
    """Whether a step opens a way that was closed; one that does not hold must not count."""
    return type(step) in _PERMISSIVE


def not_ahead(step: s.Step, now: datetime) -> Ruling:
    """R25, R49: nothing is recorded as of a moment to come; a consent would beat the refusal given before it."""
    return PERMIT if step.at <= now else refuse("dated-in-future")


def may_accept(case: Case, by: s.Actor) -> Decision:
    """Whether somebody may accept the request: the case's physician or a stand-in, while it waits (R10, R14)."""
    return decide(by_first_physician(case, by), undecided(case), request_stands(case))


def by_first_physician(case: Case, by: s.Actor) -> Ruling:
    """R10, R14: the case's physician confirms, or somebody named who acts for that physician."""
    is_named = by.name is not None and (is_surely_physician_of(case, by) or is_stand_in_for(case, by))
    is_physician = by.role is s.ActorRole.FIRST_PHYSICIAN and (case.dossier is None or is_named)
    return PERMIT if is_physician else refuse("acceptance-not-by-first-physician")


def undecided(case: Case) -> Ruling:
    """R14: a request that waits for a decision."""
    return PERMIT if case.triage in UNDECIDED else refuse("request-decided")


def _planned(policy: Policy, _: Case, step: s.FollowUpPlanned) -> Decision:
    return decide(follow_up_in_policy(policy, step.held_by) if step.held_by else PERMIT)


def reopened_by_complaint(case: Case) -> Ruling:
    """R21: what was refused is taken up again when a complaint about it was upheld, and not by a word alone."""
    return PERMIT if case.reopened_at is not None else refuse("reopened-without-complaint")


def _accepted(_: Policy, case: Case, step: s.RequestAccepted) -> Decision:
    return decide(*may_accept(case, step.by).refusals, accepts_advice_that_stands(case, step.at))


def _agreed(_: Policy, case: Case, step: s.EmployerAgreementRecorded) -> Decision:
    """R9: nobody at the employer can have agreed to what the employee did not let them know."""
    return decide(PERMIT if employer_may_know(case, step.at) else refuse("outside-contract-unaware"))


def _weighed(policy: Policy, case: Case, step: s.AdviceWeighed) -> Decision:
    return decide(
        follow_up_in_policy(policy, step.by.role),
        advice_at_hand(case, step.adoption),
        adoption_reasoned(step.adoption, step.reasons),
    )


def _transfer(policy: Policy, case: Case, step: s.TransferDecided) -> Decision:
    answered = transfer_answered(policy, is_granted=step.is_granted, reasons=step.reasons)
    another = transfer_to_another(case, step.colleague) if step.is_granted else PERMIT
    return decide(transfer_requested(case), answered, another)


def _handover(_: Policy, case: Case, step: s.HandoverMade) -> Decision:
    home = case.dossier.organisation if case.dossier else step.by.organisation
    neutral = may_hand_over(case, home, step.parts, step.at, text=step.text)
    before = decide(transfer_granted(case), transfer_to_another(case, step.colleague))
    return Decision((*before.refusals, *neutral.refusals))


_CHECKS: dict[type[s.Step], Callable[[Policy, Case, Any], Decision]] = {
    s.ClarificationAsked: lambda _, __, step: decide(gives_time_to_reply(step)),
    s.RequestAccepted: _accepted,
    s.RequestDeclined: lambda _, case, step: decide(undecided(case), *may_refuse(case, step).refusals),
    s.RequestRedirected: lambda _, case, step: decide(undecided(case), *may_refuse(case, step).refusals),
    s.RequestFoundInadmissible: lambda _, case, step: decide(undecided(case), *may_find_inadmissible(step).refusals),
    s.ReassessmentPlanned: lambda policy, case, _: decide(
        reassessment_in_time(case), reassessment_grounded(case, policy)
    ),
    s.AdviceRenewed: lambda _, case, __: decide(advice_in_time(case)),
    s.RequestMaintained: lambda _, case, __: decide(advice_renewed(case)),
    s.EmployerAgreementRecorded: _agreed,
    s.FollowUpPlanned: _planned,
    s.AdviceWeighed: _weighed,
    s.TransferDecided: _transfer,
    s.HandoverMade: _handover,
    s.EmployerInvoiced: may_invoice,
    s.CaseReopened: lambda _, case, __: decide(reopened_by_complaint(case)),
    s.ComplaintFiled: lambda _, case, step: may_file(case, step),
    s.ComplaintDecided: lambda _, case, step: may_judge(case, step),
}
_PERMISSIVE = frozenset(
    {
        s.RequestAccepted,
        s.AdviceRenewed,
        s.RequestMaintained,
        s.EmployerAgreementRecorded,
        s.CaseReopened,
        s.ComplaintDecided,
        s.AdviceWeighed,
        s.HandoverMade,
        s.EmployerInvoiced,
    }
)
