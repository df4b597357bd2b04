"""Summarise a case for work lists: its items, where each stands, and what it waits for first.

Pure: stores keep what it gives beside the journal, written together with the steps, so that a list reads no case. A
summary names no person but the physicians whose case it is, of whom stores keep what is needed to recognise them.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final

from gateway.domain.case import Case, fold
from gateway.domain.days import AMSTERDAM, dutch_day
from gateway.domain.party import Role
from gateway.domain.policy import Policy
from gateway.domain.relation import Identity, physicians_of
from gateway.domain.rules.verdict import Verdict, assess
from gateway.domain.rules.waiting import Waiting, first_due, waits_for, waits_of_referral, waits_of_right
from gateway.domain.steps import ActionRefused, ActorRole, CaseRead, Step

FORM: Final = 1
"""Of what is summarised, and how; another number has every summary made anew."""
READINGS: Final = (CaseRead, ActionRefused)
"""Steps that tell of a look or of a refused act, and change nothing that somebody might have decided by."""


class ItemKind(StrEnum):
    """What a line of a work list is about."""

    CASE = "case"
    REFERRAL = "referral"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One line of a work list; nothing in it is about the person.

    Attributes:
        kind: What it is about.
        item_id: Of the case, of the referral, or of the request under the AVG.
        state: Status of the case, state of the referral, or what was answered to the request.
        is_open: Whether somebody still works on it.
        began_at: When it was first heard of, referred, or asked.
        last_event_at: When something last happened in the case; of a request, when it was answered.
        partner: Party of the referral; of a case, of its current referral.
        recipient: Whom the employee chose for the referral.
        referral_id, referral_state: Of a case, its current referral.
        right, due_on: Of a request, the right and the last day on which an answer is in time.
        codes: Of a case, what stands in the way; of a referral, what was asked and not answered.
        waiting: What it waits for first; None when for nothing.
    """

    kind: ItemKind
    item_id: str
    state: str
    is_open: bool
    began_at: datetime
    last_event_at: datetime | None = None
    partner: str | None = None
    recipient: str | None = None
    referral_id: str | None = None
    referral_state: str | None = None
    right: str | None = None
    due_on: date | None = None
    codes: tuple[str, ...] = ()
    waiting: Waiting | None = None


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """What work lists keep of one case.

    Attributes:
        version: How many steps it has, readings apart; grows with each that may change a decision.
        holds_until: From when on time alone may have changed it; None when it cannot.
        physicians: Whose case it is at this side; of none it is everybody's (``relation.is_physician_of``).
        items: The case, its referrals, its requests under the AVG.
    """

    version: int
    holds_until: datetime | None
    physicians: tuple[Identity, ...]
    items: tuple[WorkItem, ...]


@dataclass(frozen=True, slots=True)
class Summariser:
    """Summarises cases as one party sees them.

    Attributes:
        side: What our party is.
        policy: Ours.
    """

    side: Role
    policy: Policy

    def __call__(self, case_id: str, steps: Sequence[Step], at: datetime) -> CaseSummary:
        """Summarise a case of these steps as of an instant."""
        return summarise(case_id, steps, at, side=self.side, policy=self.policy)

    @property
    def mark(self) -> str:
        """What tells a summary that another program, side or policy made: 16 hex digits."""
        made_by = [
            FORM,
            self.side,
            *((field.name, _spelled(getattr(self.policy, field.name))) for field in fields(self.policy)),
        ]
        return sha256(json.dumps(made_by).encode()).hexdigest()[:16]


def _spelled(value: object) -> str:
    return repr(sorted(value, key=repr) if isinstance(value, frozenset) else value)


def version_of(steps: Iterable[Step]) -> int:
    """Count the steps of a case, readings apart."""
    return sum(not isinstance(step, READINGS) for step in steps)


def summarise(case_id: str, steps: Sequence[Step], at: datetime, *, side: Role, policy: Policy) -> CaseSummary:
    """Summarise a case as of an instant.

    Args:
        case_id: As the application names it.
        steps: All of the case.
        at: Now.
        side: What our party is.
        policy: Ours.
    """
    case = fold(case_id, steps)
    verdict = assess(case, policy, at) if case.dossier else None
    of_case = _of_case(case, steps, policy, verdict, at)
    role = ActorRole.FIRST_PHYSICIAN if side is Role.OHS else ActorRole.SECOND_PHYSICIAN
    return CaseSummary(
        version_of(steps),
        _holds_until(case, at, is_open=of_case.is_open),
        tuple(one for one in physicians_of(case, role) if one.family or one.big),
        (of_case, *_of_referrals(case, policy), *_of_rights(case)),
    )


def _of_case(case: Case, steps: Sequence[Step], policy: Policy, verdict: Verdict | None, at: datetime) -> WorkItem:
    referral = case.current_referral
    waiting = waits_for(case, policy, verdict, at)
    state = verdict.status if verdict else referral.state if referral else ""
    is_over = verdict.status.is_over if verdict else referral is not None and not referral.is_open
    return WorkItem(
        ItemKind.CASE,
        case.case_id,
        state,
        waiting is not None or not is_over,
        steps[0].at,
        case.last_event_at,
        partner=referral.partner if referral else None,
        referral_id=referral.referral_id if referral else None,
        referral_state=referral.state if referral else None,
        codes=_in_the_way(case, verdict),
        waiting=waiting,
    )


def _in_the_way(case: Case, verdict: Verdict | None) -> tuple[str, ...]:
    """Name what keeps a case from going on; a referral that runs as it should only waits for its next step."""
    referral = case.current_referral
    if verdict is None or verdict.status.is_over:
        return ()
    is_on_its_way = referral is not None and referral.is_open and verdict.may_refer
    return () if is_on_its_way else tuple(refusal.code for refusal in verdict.refusals)


def _of_referrals(case: Case, policy: Policy) -> Iterator[WorkItem]:
    for referral in case.referrals:
        yield WorkItem(
            ItemKind.REFERRAL,
            referral.referral_id,
            referral.state,
            referral.is_open,
            referral.requested_at,
            referral.state_since,
            referral.partner,
            referral.recipient,
            codes=tuple(asked.asked.value for asked in referral.requests if not asked.is_answered),
            waiting=first_due(tuple(waits_of_referral(referral, policy))),
        )


def _of_rights(case: Case) -> Iterator[WorkItem]:
    for right in case.rights:
        yield WorkItem(
            ItemKind.RIGHT,
            right.request_id,
            right.standing(right.asked_at),
            right.is_waiting or right.restricts,
            right.asked_at,
            right.answered_at,
            right=right.right,
            due_on=right.due_on,
            waiting=waits_of_right(right),
        )


def _holds_until(case: Case, at: datetime, *, is_open: bool) -> datetime | None:
    """Name the next instant at which a consent changes; while the case is open each day counts, as for a contract."""
    moments = [m for c in case.consents for m in (c.decided_at, c.withdrawn_at, c.expires_at, c.counts_from)]
    ahead = [moment for moment in moments if moment is not None and moment > at]
    return min([*ahead, _next_day(at)] if is_open else ahead, default=None)


def _next_day(at: datetime) -> datetime:
    return datetime.combine(dutch_day(at) + timedelta(days=1), time(), AMSTERDAM)
