"""Refusing a request: by whom, how and on which ground (R15 to R21)."""

from gateway.domain.advice import ContestedAdvice
from gateway.domain.case import Case
from gateway.domain.days import dutch_day
from gateway.domain.rules.refusal import PERMIT, Decision, Ruling, decide, refuse
from gateway.domain.steps import (
    ActorRole,
    ClarificationAsked,
    EarlierCase,
    RequestDeclined,
    RequestFoundInadmissible,
    RequestRedirected,
)

DECLINE_CODES = frozenset(
    {
        "repeat-same-question",
        "unspecified-after-clarification",
        "improper-use",
        "legal-proceedings",
        "outside-occupational-health",
        "reintegration-stalled",
        "conflict-instrument",
        "conduct-complaint",
        "no-health-question",
    }
)
REDIRECT_CODES = frozenset({"legal-proceedings", "outside-occupational-health", "reintegration-stalled"})
"""Grounds that point to a UWV expert opinion (R17)."""

INADMISSIBLE_CODES = frozenset({"pre-employment-exam", "not-by-employee"})

_Refusing = RequestDeclined | RequestRedirected


def by_first_physician(step: _Refusing | RequestFoundInadmissible) -> Ruling:
    """R15: only the first physician refuses."""
    is_physician = step.by.role is ActorRole.FIRST_PHYSICIAN
    return PERMIT if is_physician else refuse("refusal-not-by-first-physician")


def in_writing(case: Case, step: _Refusing) -> Ruling:
    """R15: in writing to the employee, with reasons, between the request and the refusal."""
    written_on, asked_at = step.written_to_employee_on, case.dossier.at if case.dossier is not None else step.at
    is_written = written_on is not None and dutch_day(min(asked_at, step.at)) <= written_on <= dutch_day(step.at)
    return PERMIT if is_written and step.reasons else refuse("refusal-not-in-writing")


def names_complaints_procedure(step: _Refusing) -> Ruling:
    """R15, R21: the letter names the complaints procedure."""
    return PERMIT if step.complaints_procedure_named else refuse("refusal-without-complaints-procedure")


def has_known_ground(step: _Refusing) -> Ruling:
    """R16: a known code, or 'other' with reasons."""
    is_known = step.reason_code in DECLINE_CODES or (step.reason_code == "other" and bool(step.reasons))
    return PERMIT if is_known else refuse("refusal-code-unknown")


def clarified_first(case: Case, step: _Refusing) -> Ruling:
    """R18: 'unspecified' only after a logged request to explain."""
    if step.reason_code == "unspecified-after-clarification" and case.clarifications == 0:
        return refuse("refusal-without-clarification")
    return PERMIT


def repeats_an_earlier_case(case: Case, step: _Refusing) -> Ruling:
    """R19: 'repeated' only with a link to an earlier case on the same advice, closed after the newest advice."""
    if step.reason_code != "repeat-same-question":
        return PERMIT
    earlier_cases = case.dossier.earlier_cases if case.dossier is not None else ()
    if not earlier_cases:
        return refuse("refusal-without-earlier-case")
    is_repeated = any(_concerned_this_advice(case, earlier, step) for earlier in earlier_cases)
    return PERMIT if is_repeated else refuse("repeat-of-another-advice")


def _concerned_this_advice(case: Case, earlier: EarlierCase, step: _Refusing) -> bool:
    """R19: closed between the newest advice and the refusal; where the advice it was about is known, the same one.

    Days have no order within themselves: closed on the day of the advice is not after it.
    """
    advice = _advice_at(case, step)
    if advice is None or earlier.completed_on is None:
        return False
    given_on = dutch_day(advice.given_at)
    is_same = earlier.advice_on in {None, given_on}
    return is_same and given_on < earlier.completed_on <= dutch_day(step.at)


def _advice_at(case: Case, step: _Refusing) -> ContestedAdvice | None:
    """The newest advice when the refusal was given; what a reassessment brought later leaves it as it was."""
    if case.advice is not None and case.advice.given_at <= step.at:
        return case.advice
    return case.dossier.advice if case.dossier is not None else case.advice


def may_refuse(case: Case, step: _Refusing) -> Decision:
    """Whether this refusal holds by the rules; acceptance is the default (R14)."""
    return decide(
        by_first_physician(step),
        in_writing(case, step),
        names_complaints_procedure(step),
        has_known_ground(step),
        clarified_first(case, step),
        repeats_an_earlier_case(case, step),
    )


def may_find_inadmissible(step: RequestFoundInadmissible) -> Decision:
    """R2, R11: the first physician finds it, on one of two grounds only."""
    is_known = step.reason_code in INADMISSIBLE_CODES
    return decide(by_first_physician(step), PERMIT if is_known else refuse("inadmissible-ground-unknown"))


def gives_time_to_reply(step: ClarificationAsked) -> Ruling:
    """R18: a request to explain comes with a period to answer in."""
    has_time = step.reply_by is not None and step.reply_by > dutch_day(step.at)
    return PERMIT if has_time else refuse("clarification-without-reply-period")
