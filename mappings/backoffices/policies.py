"""Reads ``policies.json``: the choices of each arbodienst (domain section 2), by policy id."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gateway.domain.errors import OperatorError, RefusedError
from gateway.domain.policy import InvoiceMode, Policy, PoolModel, QuestionMoment, TransferRule
from gateway.ports.backoffice import ImportProblem
from mappings.backoffices.lines import parse_document
from mappings.backoffices.problems import problems


class PolicyRecord(BaseModel):
    """One policy as written; keys that are not here are ignored."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    decision_age_limit_days: Annotated[int, Field(ge=0)] | None = None
    on_expired_decision: Literal["reassess"] | None = None
    pool_model: Literal["fixed_group", "employee_picks_from_pool", "clinic_assigns"] = "employee_picks_from_pool"
    question_moment: Literal["at_request", "with_second_physician"] = "with_second_physician"
    medical_data_before_first_contact: bool = False
    contested_feedback_sent_with_referral: bool = True
    transfer_on_request: Literal["always", "consider"] = "consider"
    follow_up_by: Annotated[tuple[str, ...], Field(strict=False)] = ("bedrijfsarts",)
    registration_by_secretariat: bool = False
    suitability_aid_step: bool = False
    send_bsn: bool = False
    invoice_mode: Literal["none", "monthly_aggregate", "quarterly_aggregate"] = "monthly_aggregate"
    min_employees_for_itemised: Annotated[int, Field(ge=0)] = 10
    same_organisation_allowed: bool = False


def read_policies(raw: bytes) -> dict[str, Policy]:
    """Read all policies.

    Args:
        raw: A JSON object of policies by id, in UTF-8.

    Raises:
        RefusedError: ``policies-unreadable``, naming the JSON path.
    """
    record = parse_document(raw)
    if isinstance(record, ImportProblem):
        raise _unreadable(record)
    return {policy_id: _policy(policy_id, value) for policy_id, value in record.items()}


def read_policy(file: Path, policy_id: str) -> Policy:
    """One policy of a file.

    Raises:
        OperatorError: ``policies-missing``, ``policy-unknown``.
        RefusedError: As ``read_policies``.
    """
    try:
        policies = read_policies(file.read_bytes())
    except OSError:
        raise OperatorError(
            "policies-missing",
            "The file with policies cannot be read.",
            where=str(file),
            remedy="Put it there, or name another file in [policy] file.",
        ) from None
    if policy_id not in policies:
        raise OperatorError(
            "policy-unknown",
            f"There is no policy '{policy_id}' in the file.",
            where=str(file),
            remedy=f"Known: {', '.join(sorted(policies))}.",
        )
    return policies[policy_id]


def _policy(policy_id: str, value: object) -> Policy:
    try:
        record = PolicyRecord.model_validate(value)
    except ValidationError as error:
        first = next(problems(1, error))
        raise _unreadable(
            ImportProblem(1, first.where.replace("$", f"$.{policy_id}", 1), first.message, first.remedy)
        ) from None
    return Policy(
        policy_id=policy_id,
        decision_age_limit_days=record.decision_age_limit_days,
        pool_model=PoolModel(record.pool_model),
        question_moment=QuestionMoment(record.question_moment),
        medical_data_before_first_contact=record.medical_data_before_first_contact,
        contested_feedback_with_referral=record.contested_feedback_sent_with_referral,
        transfer_on_request=TransferRule(record.transfer_on_request),
        follow_up_by=record.follow_up_by,
        registration_by_secretariat=record.registration_by_secretariat,
        suitability_aid_step=record.suitability_aid_step,
        send_bsn=record.send_bsn,
        invoice_mode=InvoiceMode(record.invoice_mode),
        min_employees_for_itemised=record.min_employees_for_itemised,
        same_organisation_allowed=record.same_organisation_allowed,
    )


def _unreadable(problem: ImportProblem) -> RefusedError:
    return RefusedError(
        "policies-unreadable", problem.message, remedy=problem.remedy, where=f"policies: {problem.where}"
    )
