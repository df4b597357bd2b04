"""Check cases: judge every record of an export, and say what submitting it would do, without doing it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.application.plan_submission import OVER, Plan, Surroundings, known_as, plan_submission
from gateway.domain.case import Case, apply, fold
from gateway.domain.errors import RefusedError
from gateway.domain.policy import Policy
from gateway.domain.restatement import Doubt
from gateway.domain.rules.refusal import Refusal
from gateway.domain.rules.statement import Statement, directory_for, judge
from gateway.domain.rules.verdict import Verdict, assess
from gateway.domain.steps import Actor, ActorRole, CaseStated
from gateway.ports.backoffice import CaseImport, ImportProblem
from gateway.ports.store import Partner


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found of one record.

    Attributes:
        case: As it was read.
        verdict: As of the record's last event, or as of a given moment.
        doubts: Why the record is not taken at its word.
        now: Why ``case submit`` would send no referral at this moment; empty when it would.
        holds: Known cases that it would hold, because the row is perhaps about them.
    """

    case: CaseImport
    verdict: Verdict
    doubts: tuple[Doubt, ...]
    now: tuple[Refusal, ...]
    holds: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether submitting would do something else than the verdict says."""
        return self.verdict.may_refer == bool(self.now) or bool(self.holds)


@dataclass(frozen=True, slots=True)
class Planned:
    """What the gateway at hand, which knows its partners and what is on record, would do with a record.

    Attributes:
        policy: By which it judges, whatever the record names; None for a case of another arbodienst.
        partners: Whom it onboarded.
        plan: What it would do, or why it would take nothing over.
        holds: Known cases that it would hold, because the row is perhaps about them.
    """

    policy: Policy | None
    partners: Sequence[Partner]
    plan: Plan | RefusedError
    holds: tuple[str, ...] = ()


def check_case(
    case: CaseImport,
    policies: Mapping[str, Policy],
    now: datetime,
    *,
    as_of: datetime | None = None,
    planned: Planned | None = None,
) -> Checked | ImportProblem:
    """Judge one record.

    Args:
        case: As it was read.
        policies: By policy id.
        now: The moment at which it would be submitted.
        as_of: The moment for which the verdict is asked; by default the record's last event.
        planned: What the gateway at hand would do; None when there is none.

    Returns:
        What was found; a problem when the policy is not known and no gateway has one of its own.
    """
    policy = policies.get(case.policy_id) or (planned.policy if planned else None)
    if policy is None:
        return _unknown_policy(case, policies)
    doubts = doubts_of(case)
    directory = directory_for(case.steps, case.organisation, known_as(planned.partners if planned else ()))
    statement = judge(case.steps, policy, directory, as_of, doubts)
    verdict = _verdict(case, statement, policy, as_of)
    plan = planned.plan if planned else _planned(case, policy, as_of or now, doubts)
    refusals = (_as_refusal(plan),) if isinstance(plan, RefusedError) else plan.refusals
    found = () if isinstance(plan, RefusedError) else tuple(doubt for doubt in plan.doubts if doubt.code not in OVER)
    holds = planned.holds if planned else ()
    return Checked(case, verdict, tuple(dict.fromkeys((*statement.doubts, *found))), refusals, holds)


def doubts_of(case: CaseImport) -> tuple[Doubt, ...]:
    """What the reader did not understand, as reasons to hold the case."""
    return tuple(Doubt("not-understood", problem.where) for problem in case.doubts)


def _verdict(case: CaseImport, statement: Statement, policy: Policy, as_of: datetime | None) -> Verdict:
    verdict = assess(_held(fold(case.case_id, statement.steps), case, statement), policy, as_of)
    broken = [refusal for defect in statement.defects for refusal in defect.refusals]
    return replace(verdict, refusals=tuple(dict.fromkeys((*verdict.refusals, *broken))))


def _held(folded: Case, case: CaseImport, statement: Statement) -> Case:
    if not statement.doubts:
        return folded
    by = Actor(ActorRole.BACK_OFFICE, case.organisation.organisation_id)
    codes = tuple(dict.fromkeys(doubt.code for doubt in statement.doubts))
    return apply(folded, (CaseStated(at=case.steps[0].at, by=by, doubts=codes),))


def _planned(case: CaseImport, policy: Policy, now: datetime, doubts: tuple[Doubt, ...]) -> Plan | RefusedError:
    by = Actor(ActorRole.BACK_OFFICE, case.organisation.organisation_id)
    try:
        return plan_submission(Surroundings(case.organisation, policy, now, by), case.case_id, (), case.steps, doubts)
    except RefusedError as error:
        return error


def _as_refusal(error: RefusedError) -> Refusal:
    return Refusal(error.code, error.rules, error.message, error.remedy)


def _unknown_policy(case: CaseImport, policies: Mapping[str, Policy]) -> ImportProblem:
    known = ", ".join(sorted(policies)) or "none"
    return ImportProblem(
        case.line,
        "policy",
        "The policy that the record names is not known.",
        f"Add it to the policies; known are: {known}.",
        case.case_id,
    )
