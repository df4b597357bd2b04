"""Reads ``policies.json``: the choices of each arbodienst (domain section 2), by policy id.

Every policy of a file is read by itself, so that a mistake in another one stops nobody. A key that is not known
refuses its policy and is told with the nearest known key; one that begins with ``_`` is a comment.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gateway.domain.errors import OperatorError, RefusedError
from gateway.domain.policy import (
    Eligibility,
    FixedGroup,
    InvoiceMode,
    Policy,
    PoolEligibility,
    PoolModel,
    QuestionMoment,
    TransferRule,
)
from gateway.ports.backoffice import ImportProblem
from mappings.backoffices.arbodienst_parts import Listed
from mappings.backoffices.gate import blank_text, is_blank, sift, unknown_key
from mappings.backoffices.lines import config_path, parse_document
from mappings.backoffices.moments import Day
from mappings.backoffices.problems import problems

SCHEMA_ID = "https://second-opinion-gateway.example/schema/policies-1.json"
_CONFIG = ConfigDict(strict=True, extra="ignore", frozen=True)
_Days = Annotated[int, Field(ge=0)]
_Name = Annotated[str, Field(min_length=1, max_length=200)]


class GroupRecord(BaseModel):
    """The fixed group as decided on one day; the newest list that is valid on the day of a referral is used (R7)."""

    model_config = _CONFIG

    valid_from: Annotated[Day, Field(description="First Dutch day on which referrals use this list.")]
    decided_by: Annotated[_Name, Field(description="Who of the directie decided.")]
    decided_on: Annotated[Day, Field(description="When they decided.")]
    members: Annotated[
        tuple[_Name, ...],
        Field(strict=False, min_length=1, description="Recipients, as consents name them; a blank one is refused."),
    ]


class PolicyRecord(BaseModel):
    """One policy as written: what an arbodienst chose where the law leaves a choice."""

    model_config = _CONFIG

    decision_age_limit_days: Annotated[
        _Days | None,
        Field(description="Calendar days after which a new consultation comes first (R13); null for no limit."),
    ] = None
    on_expired_decision: Annotated[
        Literal["reassess"] | None,
        Field(description="What an advice that is too old leads to; never a refusal (R13). Descriptive."),
    ] = None
    pool_model: Annotated[
        Literal["fixed_group", "employee_picks_from_pool", "clinic_assigns"],
        Field(description="How the second physician is found (R7, R8). Descriptive."),
    ] = "employee_picks_from_pool"
    group_reviewed: Annotated[
        Literal["yearly"] | None, Field(description="How often the fixed group is looked at again (R7). Descriptive.")
    ] = None
    question_moment: Annotated[
        Literal["at_request", "with_second_physician"],
        Field(description="When the question is settled; at the request it goes along (R31)."),
    ] = "with_second_physician"
    medical_data_before_first_contact: Annotated[
        bool, Field(description="Whether medical data may go with the referral, with consent (R29).")
    ] = False
    contested_feedback_sent_with_referral: Annotated[
        bool, Field(description="Whether the contested feedback goes along, with consent (R26).")
    ] = True
    transfer_on_request: Annotated[
        Literal["always", "consider"], Field(description="What a wish for another physician leads to (R47).")
    ] = "consider"
    follow_up_by: Annotated[
        tuple[Literal["bedrijfsarts", "praktijkondersteuner"], ...],
        Field(strict=False, description="Roles that may hold the consultation afterwards (R42)."),
    ] = ("bedrijfsarts",)
    registration_by_secretariat: Annotated[
        bool, Field(description="Whether the secretariat registers requests. Descriptive.")
    ] = False
    suitability_aid_step: Annotated[
        bool, Field(description="Whether the decision aid is walked through (R20). Descriptive.")
    ] = False
    send_bsn: Annotated[
        bool,
        Field(description="Never acted on: no legal ground for sending a BSN is known (R34). Descriptive."),
    ] = False
    invoice_mode: Annotated[
        Literal["none", "monthly_aggregate", "quarterly_aggregate"],
        Field(description="How the employer is invoiced (R54, R55)."),
    ] = "monthly_aggregate"
    min_employees_for_itemised: Annotated[
        int,
        Field(ge=0, description="Below so many employees the amount is part of a total without mention (R55)."),
    ] = 10
    same_organisation_allowed: Annotated[
        bool,
        Field(description="Military exception (art. 1.34a): with a finding per case, a colleague may be asked (R5)."),
    ] = False
    group: Annotated[
        Listed[GroupRecord], Field(description="The fixed group over time; a referral uses the list of its day (R7).")
    ] = ()
    eligibility: Annotated[
        dict[_Name, Listed[Literal["OVAL", "KoM", "ZFB"]]] | None,
        Field(description="By pool: the memberships of which an arbodienst needs one (R7). Shown. Descriptive."),
    ] = None
    refer_within_working_days: Annotated[
        Annotated[int, Field(ge=1, le=60)],
        Field(description="Working days from acceptance to referral before somebody is alerted (R23)."),
    ] = 1
    answer_within_working_days: Annotated[
        Annotated[int, Field(ge=1, le=60)],
        Field(description="Working days from referral to an answer before somebody is alerted (R36)."),
    ] = 5
    complaint_contact: Annotated[
        str | None, Field(description="Where the employee complains, as the refusal letter says it (R15, R21).")
    ] = None


DESCRIPTIVE = frozenset(
    key for key, field in PolicyRecord.model_fields.items() if (field.description or "").endswith("Descriptive.")
)
"""Keys that say how an arbodienst works, and that no rule looks at."""


@dataclass(frozen=True, slots=True)
class Policies:
    """What a file of policies holds: those that can be used, and why others cannot."""

    usable: dict[str, Policy]
    refused: dict[str, RefusedError]

    def get(self, policy_id: str) -> Policy:
        """One policy.

        Raises:
            RefusedError: ``policies-unreadable``, when that policy was refused.
            OperatorError: ``policy-unknown``.
        """
        if policy_id in self.refused:
            raise self.refused[policy_id]
        if policy_id not in self.usable:
            raise OperatorError(
                "policy-unknown",
                f"There is no policy '{policy_id}' in the file.",
                remedy=f"Known: {', '.join(sorted(self.usable))}.",
            )
        return self.usable[policy_id]


def read_each_policy(raw: bytes) -> Policies:
    """Read every policy of a file by itself.

    Args:
        raw: A JSON object of policies by id, in UTF-8.

    Raises:
        RefusedError: ``policies-unreadable``, when the file as a whole cannot be read.
    """
    record = parse_document(raw)
    if isinstance(record, ImportProblem):
        raise _unreadable(record)
    found = Policies({}, {})
    for policy_id, value in record.items():
        if policy_id.startswith("_"):
            continue
        try:
            found.usable[policy_id] = _policy(policy_id, value)
        except RefusedError as refusal:
            found.refused[policy_id] = refusal
    return found


def read_policies(raw: bytes) -> dict[str, Policy]:
    """Read all policies of a file that must be right as a whole.

    Raises:
        RefusedError: ``policies-unreadable``, naming the JSON path; the first one of the file.
    """
    found = read_each_policy(raw)
    for refusal in found.refused.values():
        raise refusal
    return found.usable


def read_policy(file: Path, policy_id: str) -> Policy:
    """One policy of a file; what is wrong with another one stops nobody.

    Raises:
        OperatorError: ``policies-missing``, ``policy-unknown``.
        RefusedError: ``policies-unreadable``, for the file or for this policy.
    """
    try:
        raw = file.read_bytes()
    except OSError:
        raise OperatorError(
            "policies-missing",
            "The file with policies cannot be read.",
            where=str(file),
            remedy="Put it there, or name another file in [policy] file.",
        ) from None
    try:
        return read_each_policy(raw).get(policy_id)
    except OperatorError as error:
        error.where = str(file)
        raise


def _policy(policy_id: str, value: object) -> Policy:
    """One policy.

    Raises:
        RefusedError: ``policies-unreadable``, naming what is wrong first.
    """
    commented = {k: v for k, v in value.items() if not k.startswith("_")} if isinstance(value, dict) else value
    sifted = sift(commented, PolicyRecord)
    for key in sifted.unknown:
        _refuse(policy_id, unknown_key(1, key, None, config_path))
    for place in sifted.blank:
        _refuse(policy_id, blank_text(1, place, None, config_path))
    try:
        record = PolicyRecord.model_validate(sifted.record)
    except ValidationError as error:
        _refuse(policy_id, next(problems(1, error)))
    for problem in _odd(record):
        _refuse(policy_id, problem)
    return _as_policy(policy_id, record)


def _odd(record: PolicyRecord) -> Iterator[ImportProblem]:
    """What the keys of a policy only say together."""
    days = [part.valid_from for part in record.group]
    if len(set(days)) != len(days):
        yield ImportProblem(1, "$.group", "Two lists are valid from the same day.", "Keep the one that was decided.")
    if any(is_blank(pool) for pool in record.eligibility or {}):
        yield ImportProblem(1, "$.eligibility", "The name of a pool is blank.", "Name the pool.")
    for index, part in enumerate(record.group):
        if part.decided_on > part.valid_from:
            message = "This list is valid from before it was decided; a later list never rewrites old cases."
            yield ImportProblem(1, f"$.group[{index}].valid_from", message, "Let it begin on or after that day.")


def _as_policy(policy_id: str, record: PolicyRecord) -> Policy:
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
        group=tuple(sorted(map(_group, record.group), key=_first_day)),
        eligibility=tuple(
            PoolEligibility(pool, tuple(map(Eligibility, one_of)))
            for pool, one_of in (record.eligibility or {}).items()
        ),
        refer_within_working_days=record.refer_within_working_days,
        answer_within_working_days=record.answer_within_working_days,
        complaint_contact=record.complaint_contact,
    )


def _group(part: GroupRecord) -> FixedGroup:
    return FixedGroup(part.valid_from, part.decided_by, part.decided_on, part.members)


def _first_day(group: FixedGroup) -> date:
    return group.valid_from


def _refuse(policy_id: str, problem: ImportProblem) -> NoReturn:
    where = problem.where.replace("$", f"$.{policy_id}", 1)
    raise _unreadable(ImportProblem(1, where, problem.message, problem.remedy)) from None


def _unreadable(problem: ImportProblem) -> RefusedError:
    return RefusedError(
        "policies-unreadable", problem.message, remedy=problem.remedy, where=f"policies: {problem.where}"
    )


def json_schema() -> str:
    """The JSON Schema (2020-12) as committed in ``docs/reference/policies.schema.json``."""
    policy = PolicyRecord.model_json_schema()
    definitions = policy.pop("$defs", {})
    policy |= {"additionalProperties": False, "patternProperties": {"^_": {"description": "A comment."}}}
    for definition in definitions.values():
        definition["additionalProperties"] = False
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "description": "Policies by id; what begins with '_' is a comment.",
        "type": "object",
        "patternProperties": {"^_": {"description": "A comment."}, "^[^_]": {"$ref": "#/$defs/PolicyRecord"}},
        "additionalProperties": False,
        "$defs": {**definitions, "PolicyRecord": policy},
    }
    return json.dumps(_untitled(schema), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _untitled(schema: Any) -> Any:
    """The same schema without the titles pydantic invents."""
    if isinstance(schema, list):
        return [_untitled(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: _untitled(part) for key, part in schema.items() if key != "title" or not isinstance(part, str)}
