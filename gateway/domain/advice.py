"""The contested advice and the feedback the employer got (R11, R12)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class AdviceKind(StrEnum):
    """Kinds of advice; the last is outside the law's scope (R11)."""

    ABSENCE_GUIDANCE = "absence-guidance"
    HEALTH_EXAMINATION = "health-examination"
    WORK_HEALTH_CONSULTATION = "work-health-consultation"
    OCCUPATIONAL_DISEASE = "occupational-disease"
    PRE_EMPLOYMENT_EXAMINATION = "pre-employment-examination"


@dataclass(frozen=True, slots=True)
class ContestedAdvice:
    """One advice, by one author, on one moment (R12).

    Attributes:
        given_at: When the decision was taken.
        kind: What it was about.
        feedback_on: Date of the feedback to the employer.
        feedback_text: The contested feedback, never truncated.
        author: Name of the physician.
    """

    given_at: datetime
    kind: AdviceKind
    feedback_on: date | None = None
    feedback_text: str | None = None
    author: str | None = None
