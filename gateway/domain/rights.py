"""Requests of the employee under the AVG, each a case with a clock of one month (R58; AVG 12, 15 to 19)."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from gateway.domain.days import dutch_day
from gateway.domain.steps import RestrictionLifted, Right, RightAnswered, RightRequested

NOTICE = timedelta(days=7)
"""How long before the end of the month somebody is told."""


class RightStanding(StrEnum):
    """How a request stands."""

    WAITING = "waiting"
    OVERDUE = "overdue"
    GRANTED = "granted"
    REFUSED = "refused"
    LIFTED = "lifted"


@dataclass(frozen=True, slots=True)
class RightState:
    """One request and what came of it.

    Attributes:
        request_id: Unique within the case.
        right: Which right.
        asked_at: When the employee asked.
        due_on: The last day on which an answer is in time.
        answered_at: When it was answered; None while it waits.
        is_granted: The answer; None while it waits.
        lifted_at: When a restriction ended; None while it holds.
    """

    request_id: str
    right: Right
    asked_at: datetime
    due_on: date
    answered_at: datetime | None = None
    is_granted: bool | None = None
    lifted_at: datetime | None = None

    @property
    def is_waiting(self) -> bool:
        """Not answered yet."""
        return self.answered_at is None

    @property
    def restricts(self) -> bool:
        """The data are kept and not used (AVG 18)."""
        return self.right is Right.RESTRICTION and bool(self.is_granted) and self.lifted_at is None

    def is_due(self, at: datetime) -> bool:
        """It waits, and the month ends within a week or has ended."""
        return self.is_waiting and dutch_day(at) >= self.due_on - NOTICE

    def standing(self, at: datetime) -> RightStanding:
        """How it stands at an instant."""
        if self.is_waiting:
            return RightStanding.OVERDUE if dutch_day(at) > self.due_on else RightStanding.WAITING
        if self.lifted_at is not None:
            return RightStanding.LIFTED
        return RightStanding.GRANTED if self.is_granted else RightStanding.REFUSED


def due_on(asked_at: datetime) -> date:
    """One month later in the Dutch calendar (AVG 12(3)); the last day of a month that is shorter."""
    day = dutch_day(asked_at)
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)  # noqa: PLR2004  (December)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def asked(known: Iterable[RightState], step: RightRequested) -> tuple[RightState, ...]:
    """The requests with one more."""
    return (*known, RightState(step.request_id, step.right, step.at, step.due_on))


def answered(known: Iterable[RightState], step: RightAnswered) -> tuple[RightState, ...]:
    """The requests with one answered."""
    return tuple(
        replace(r, answered_at=step.at, is_granted=step.is_granted) if r.request_id == step.request_id else r
        for r in known
    )


def lifted(known: Iterable[RightState], step: RestrictionLifted) -> tuple[RightState, ...]:
    """The requests with one restriction ended."""
    return tuple(replace(r, lifted_at=step.at) if r.request_id == step.request_id else r for r in known)
