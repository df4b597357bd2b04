"""The neutral handover in sections: a fixed order, facts only (R48)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from gateway.domain.case import Case
from gateway.domain.rules.aftercare import HANDOVER_PARTS
from gateway.domain.rules.refusal import refuse
from gateway.domain.steps import HandoverMade
from mappings.letters.requirements import permitted
from mappings.letters.times import long_day
from mappings.letters.words import word

_NOTHING = "Niets vastgelegd."


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the handover."""

    heading: str
    text: str


def sections(case: Case, handover: HandoverMade) -> list[Section]:
    """The parts that were chosen, in the fixed order; free text comes under the limitations.

    Raises:
        RefusedError: ``handover-not-neutral``: a part that is not on the list.
    """
    if not HANDOVER_PARTS.issuperset(handover.parts):
        permitted(refuse("handover-not-neutral"))
    return [
        Section(heading, write(case, handover) or _NOTHING)
        for part, heading, write in _PARTS
        if part in handover.parts or (part == "limitations" and handover.text)
    ]


def _dates(case: Case, _: HandoverMade) -> str:
    dates = []
    if case.advice is not None:
        dates.append(f"Advies van de eerste bedrijfsarts: {long_day(case.advice.given_at)}")
    if case.follow_up_for is not None:
        dates.append(f"Vervolgspreekuur: {long_day(case.follow_up_for)}")
    return "\n".join(dates)


def _limitations(_: Case, handover: HandoverMade) -> str:
    return handover.text or ""


def _feedback(case: Case, _: HandoverMade) -> str:
    return (case.advice.feedback_text or "") if case.advice is not None else ""


def _report(case: Case, _: HandoverMade) -> str:
    reports = [referral.report.text for referral in case.referrals if referral.report is not None]
    return reports[-1] if reports else ""


def _adoption(case: Case, _: HandoverMade) -> str:
    return f"Het advies is {word(case.adoption, 'adoption')}." if case.adoption is not None else ""


_PARTS: Final[tuple[tuple[str, str, Callable[[Case, HandoverMade], str]], ...]] = (
    ("consultation-dates", "Spreekuren en data", _dates),
    ("limitations", "Vastgestelde beperkingen en feiten", _limitations),
    ("employer-feedback", "Terugkoppeling aan de werkgever", _feedback),
    ("second-opinion-report", "Verslag van de second opinion", _report),
    ("adoption-status", "Besluit over het advies", _adoption),
)
