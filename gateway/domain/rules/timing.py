"""Moments that a message tells, held against our own clock (R38; entrances 3).

They say when something happened at the other side. What orders, keeps or ends anything here is our own time of receipt.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from gateway.domain import messages as m
from gateway.domain.days import FURTHEST_PLAN, LEEWAY, dutch_day
from gateway.domain.referral_state import ReferralState
from gateway.domain.rules.refusal import Ruling, refuse


def _consents(content: Any) -> Iterator[datetime]:
    return (consent.decided_at for consent in content.consents)


def _documents(content: Any) -> Iterator[datetime]:
    return (document.created_at for document in m.documents_of(content))


_PAST: Mapping[m.Kind, Callable[[Any], tuple[datetime, ...]]] = {
    m.Kind.REFERRAL_REQUESTED: lambda c: (c.authored_at, *_documents(c), *_consents(c)),
    m.Kind.CONTACT_CORRECTED: lambda c: (*_consents(c),),
    m.Kind.MILESTONE_REACHED: lambda c: (c.reached_at,),
    m.Kind.INFORMATION_REQUESTED: lambda c: (*_if_any(c.employee_decided_at), *_consents(c)),
    m.Kind.INFORMATION_PROVIDED: lambda c: (*_documents(c),),
    m.Kind.REPORT_RELEASED: lambda c: (c.draft_discussed_at, *_documents(c), *_consents(c)),
    m.Kind.ERASURE_CONFIRMED: lambda c: (c.answered_at,),
}
"""What has happened by the time it is told. A withdrawal counts whatever it is dated (R27)."""

_SINCE_ACCEPTANCE: Mapping[m.Kind, Callable[[Any], tuple[datetime, ...]]] = {
    m.Kind.MILESTONE_REACHED: lambda c: (c.reached_at, *_if_any(c.due_at)),
    m.Kind.INFORMATION_REQUESTED: lambda c: _if_any(c.employee_decided_at),
    m.Kind.REPORT_RELEASED: lambda c: (c.draft_discussed_at, *_documents(c)),
}
"""What happens in a second opinion, and so not before the pool accepted it; both by the pool's clock."""


def _if_any(moment: datetime | None) -> tuple[datetime, ...]:
    return () if moment is None else (moment,)


def told_in_time(content: m.Content, referral: ReferralState | None, at: datetime) -> Iterator[Ruling]:
    """Hold the moments of a message against our clock, and against the acceptance of the referral."""
    if any(moment > at + LEEWAY for moment in _PAST.get(content.kind, _nothing)(content)) or _is_beyond(content, at):
        yield refuse("told-in-future")
    accepted_at = referral.accepted_at if referral else None
    since = _SINCE_ACCEPTANCE.get(content.kind, _nothing)(content)
    if accepted_at is not None and any(moment < accepted_at - LEEWAY for moment in since):
        yield refuse("told-before-acceptance")


def _nothing(_: Any) -> tuple[datetime, ...]:
    return ()


def _is_beyond(content: m.Content, at: datetime) -> bool:
    """Whether a plan lies further ahead than anybody plans."""
    match content:
        case m.MilestoneNotice(due_at=datetime() as due_at):
            return due_at > at + FURTHEST_PLAN
        case m.AvailabilityAnswer(earliest_on=earliest_on) if earliest_on is not None:
            return earliest_on > dutch_day(at + FURTHEST_PLAN)
        case _:
            return False
