"""Policies: where sources differ it is a setting per arbodienst, never hard-coded (domain section 2)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class InvoiceMode(StrEnum):
    """How the employer is invoiced."""

    NONE = "none"
    MONTHLY = "monthly_aggregate"
    QUARTERLY = "quarterly_aggregate"


class QuestionMoment(StrEnum):
    """When the question is settled (R31)."""

    AT_REQUEST = "at_request"
    WITH_SECOND_PHYSICIAN = "with_second_physician"


class TransferRule(StrEnum):
    """What a wish for another physician leads to (R47)."""

    ALWAYS = "always"
    CONSIDER = "consider"


class PoolModel(StrEnum):
    """How the second physician is found (R7, R8)."""

    FIXED_GROUP = "fixed_group"
    EMPLOYEE_PICKS = "employee_picks_from_pool"
    CLINIC_ASSIGNS = "clinic_assigns"


class Eligibility(StrEnum):
    """Memberships that open a pool to an arbodienst, such as LPBSO (R7)."""

    OVAL = "OVAL"
    KOM = "KoM"
    ZFB = "ZFB"


@dataclass(frozen=True, slots=True)
class PoolEligibility:
    """For one pool, the memberships of which an arbodienst needs one (R7)."""

    pool: str
    one_of: tuple[Eligibility, ...]


@dataclass(frozen=True, slots=True)
class FixedGroup:
    """The fixed group as decided on one day; a later one never rewrites old cases (R7).

    Attributes:
        valid_from: First Dutch day on which referrals use this list.
        decided_by: Who of the directie decided.
        decided_on: When.
        members: Recipients, as consents name them.
    """

    valid_from: date
    decided_by: str
    decided_on: date
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """One arbodienst's choices within the law.

    Attributes:
        policy_id: As the back office names it.
        decision_age_limit_days: Calendar days after which a reassessment comes first (R13); None for no limit.
        pool_model: How the second physician is found.
        question_moment: When the question is settled (R31).
        medical_data_before_first_contact: Whether medical data may go with the referral, with consent (R29).
        contested_feedback_with_referral: Whether the contested feedback goes along, with consent.
        transfer_on_request: Always, or considered (R47).
        follow_up_by: Roles that may hold the follow-up (R42).
        suitability_aid_step: Whether the decision aid is walked through (R20).
        send_bsn: Never acted on without a recorded legal ground (R34); False everywhere today.
        invoice_mode: How the employer is invoiced (R54, R55).
        min_employees_for_itemised: Below this the amount is folded into a total without mention (R55).
        same_organisation_allowed: Military exception (art. 1.34a), with a recorded finding per case (R5).
        group: The fixed group over time, oldest first; empty where none was decided (R7).
        eligibility: Which memberships open a pool; shown by ``sogw check``, decides nothing by itself (R7).
        refer_within_working_days: From acceptance to referral before somebody is alerted (R23).
        answer_within_working_days: From referral to an answer of the pool before somebody is alerted (R36).
        complaint_contact: Where the employee complains, as the refusal letter says it (R15, R21).
    """

    policy_id: str
    decision_age_limit_days: int | None = None
    pool_model: PoolModel = PoolModel.EMPLOYEE_PICKS
    question_moment: QuestionMoment = QuestionMoment.WITH_SECOND_PHYSICIAN
    medical_data_before_first_contact: bool = False
    contested_feedback_with_referral: bool = True
    transfer_on_request: TransferRule = TransferRule.CONSIDER
    follow_up_by: tuple[str, ...] = ("bedrijfsarts",)
    registration_by_secretariat: bool = False
    suitability_aid_step: bool = False
    send_bsn: bool = False
    invoice_mode: InvoiceMode = InvoiceMode.MONTHLY
    min_employees_for_itemised: int = 10
    same_organisation_allowed: bool = False
    group: tuple[FixedGroup, ...] = ()
    eligibility: tuple[PoolEligibility, ...] = ()
    refer_within_working_days: int = 1
    answer_within_working_days: int = 5
    complaint_contact: str | None = None
