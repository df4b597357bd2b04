"""Complaints of the employee that wait for their decision, and who is too involved to give it (R21)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from gateway.domain.steps import ActionRefused, ActorRole, CaseRead, ComplaintDecided, ComplaintFiled, Step


@dataclass(frozen=True, slots=True)
class ComplaintState:
    """One complaint without a decision yet."""

    about: str
    filed_at: datetime


@dataclass(frozen=True, slots=True)
class Handler:
    """A person who did something in the case, in whatever role: a name as it was typed, and the number beside it."""

    name: str
    big: str | None = None


def handled(known: tuple[Handler, ...], step: Step) -> tuple[Handler, ...]:
    """Add who did a step, and for whom; who looked, was refused, or handles a complaint, handles no case by that."""
    if isinstance(step, _NO_HANDLING):
        return known
    if isinstance(step, ComplaintFiled) and step.by.role is ActorRole.COMPLAINTS_OFFICER:
        return known
    named = (Handler(step.by.name or "", step.by.big), Handler(step.by.on_behalf_of or ""))
    more = tuple(one for one in named if one.name.strip() and one not in known)
    return (*known, *more) if more else known


def judged(known: tuple[Handler, ...], step: ComplaintDecided) -> tuple[Handler, ...]:
    """Add who decided on a complaint."""
    one = Handler(step.by.name or "", step.by.big)
    return known if not one.name.strip() or one in known else (*known, one)


_NO_HANDLING = (ActionRefused, CaseRead, ComplaintDecided)


def filed(known: Iterable[ComplaintState], step: ComplaintFiled) -> tuple[ComplaintState, ...]:
    """Add a complaint."""
    return (*known, ComplaintState(step.about, step.at))


def decided(known: Iterable[ComplaintState], step: ComplaintDecided) -> tuple[ComplaintState, ...]:
    """Leave out what a decision answers: every complaint about the same."""
    return tuple(complaint for complaint in known if complaint.about != step.about)
