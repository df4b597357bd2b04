"""What is planned lies within reach: a day that a person would call a slip is no plan (R13, R18, R42, R58)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from gateway.domain import steps as s
from gateway.domain.case import Case
from gateway.domain.days import FURTHEST_PLAN, dutch_day
from gateway.domain.rules.refusal import PERMIT, Refusal, Ruling, refuse

_PLANS: Mapping[type[s.Step], Callable[[Any], datetime | date | None]] = {
    s.ReassessmentPlanned: lambda step: step.for_at,
    s.ClarificationAsked: lambda step: step.reply_by,
    s.FollowUpPlanned: lambda step: step.for_at,
}
_WITHOUT_ITS_DAY: Mapping[type[s.Step], Callable[[Any], s.Step]] = {
    s.ReassessmentPlanned: lambda step: replace(step, for_at=None),
    s.ClarificationAsked: lambda step: replace(step, reply_by=None),
}
"""What holds something up does so without its day; another plan is none without it."""


_AWAITED = frozenset(_WITHOUT_ITS_DAY)
"""What is to come when it is recorded; a consultation about an opinion may be written down after it was held."""
_RULES: Mapping[type[s.Step], tuple[str, ...]] = {
    s.ReassessmentPlanned: ("R13",),
    s.ClarificationAsked: ("R18",),
    s.FollowUpPlanned: ("R42",),
}


def within_reach(case: Case, step: s.Step) -> Ruling:
    """R13, R18, R42: not before the case began, nor further ahead than anybody plans; what is awaited not in the past.

    The rules of the refusal are those of the act.
    """
    planned = _planned(step)
    if planned is None:
        return PERMIT
    begun = begun_on(case)
    code = next(
        (
            code
            for code, is_so in (
                ("planned-before-case", begun is not None and planned < begun),
                ("planned-in-past", type(step) in _AWAITED and planned < dutch_day(step.at)),
                ("planned-out-of-reach", planned > dutch_day(step.at + FURTHEST_PLAN)),
            )
            if is_so
        ),
        None,
    )
    return PERMIT if code is None else replace(refuse(code), rules=_RULES[type(step)])


def without_slip(case: Case, step: s.Step) -> s.Step | None:
    """What counts of a step whose plan is a slip; None where nothing does."""
    if not isinstance(within_reach(case, step), Refusal):
        return step
    undated = _WITHOUT_ITS_DAY.get(type(step))
    return undated(step) if undated is not None else None


def asked_within_case(case: Case, asked_at: datetime) -> Ruling:
    """R58: the month of a request about a case does not begin before there was one."""
    begun = begun_on(case)
    return refuse("right-asked-before-case") if begun is not None and dutch_day(asked_at) < begun else PERMIT


def begun_on(case: Case) -> date | None:
    """The Dutch day on which the employee asked, at the pool on which the referral came; None where it is not known."""
    asked = [case.dossier.at] if case.dossier is not None else [r.requested_at for r in case.referrals]
    return dutch_day(min(asked)) if asked else None


def _planned(step: s.Step) -> date | None:
    moment = _PLANS.get(type(step), _nothing)(step)
    return dutch_day(moment) if isinstance(moment, datetime) else moment


def _nothing(_: s.Step) -> None:
    return None
