"""Complaints of the employee that wait for their decision (R21)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from gateway.domain.steps import ComplaintDecided, ComplaintFiled


@dataclass(frozen=True, slots=True)
class ComplaintState:
    """One complaint without a decision yet."""

    about: str
    filed_at: datetime


def filed(known: Iterable[ComplaintState], step: ComplaintFiled) -> tuple[ComplaintState, ...]:
    """Add a complaint."""
    return (*known, ComplaintState(step.about, step.at))


def decided(known: Iterable[ComplaintState], step: ComplaintDecided) -> tuple[ComplaintState, ...]:
    """Leave out what a decision answers: every complaint about the same."""
    return tuple(complaint for complaint in known if complaint.about != step.about)
