"""Judge what a person records here as an export that says the same is judged (R25, R41 to R46)."""

from dataclasses import replace
from datetime import datetime

from gateway.domain import steps as s
from gateway.domain.case import Case, apply
from gateway.domain.consent import Choice, Purpose
from gateway.domain.days import dutch_day
from gateway.domain.directory import Directory
from gateway.domain.protocol import ENQUIRY_STATES, OPINION_STATES, BusinessStatus
from gateway.domain.restatement import no_later_than
from gateway.domain.rules.consistency import inconsistencies
from gateway.domain.rules.recipient import chosen_by_employee, lost_recipients
from gateway.domain.rules.referral import no_opinion_yet
from gateway.domain.rules.refusal import PERMIT, Decision, Ruling, decide, refuse


def resolved(step: s.Step, directory: Directory) -> s.Step | None:
    """Name the recipient of a decision or a choice by its id; None when nobody we know is meant."""
    if isinstance(step, s.ConsentGiven | s.ConsentRefused):
        said, is_refused = step.consent, step.consent.choice is Choice.REFUSED
        recipient = directory.resolve(said.purpose, said.recipient, is_objection=is_refused)
        return None if recipient is None else replace(step, consent=replace(said, recipient=recipient))
    if isinstance(step, s.RecipientChosen):
        recipient = directory.resolve(Purpose.CONTACT_TO_SO, step.recipient, is_objection=False)
        return None if recipient is None else replace(step, recipient=recipient)
    return step


def may_be_chosen(case: Case, step: s.Step) -> Decision:
    """R8, R37: a choice that is recorded can be followed: of one mind, not of who said no, and before an opinion."""
    if not isinstance(step, s.RecipientChosen):
        return decide()
    is_lost = step.recipient in lost_recipients(case)
    chosen = refuse("choose-again") if is_lost else chosen_by_employee(apply(case, (step,)))
    return decide(no_opinion_yet(case), chosen)


def as_it_counts(case: Case, step: s.Step, now: datetime) -> s.Step:
    """Take a refusal whose moment lies ahead, or cannot be, as said now: what restricts waits for no date (R25)."""
    if not isinstance(step, s.ConsentRefused):
        return step
    heard = no_later_than(step, now)
    if not _contradictions(case, heard):
        return heard
    return replace(step, at=now, consent=replace(step.consent, decided_at=now))


def may_be_said(case: Case, step: s.Step) -> Decision:
    """Judge what a step contradicts on record: the same as in a record of a back office, and what comes after it."""
    return decide(*_contradictions(case, step), _follows_opinion(case, step))


def after_birth(case: Case, at: datetime) -> Ruling:
    """Nobody asks or decides anything before their birth."""
    born = case.dossier.employee.birth_date if case.dossier else None
    return refuse("decided-before-birth") if born is not None and dutch_day(at) <= born else PERMIT


def _contradictions(case: Case, step: s.Step) -> tuple[Ruling, ...]:
    if not isinstance(step, s.ConsentGiven | s.ConsentRefused):
        return ()
    steps = (case.dossier, step) if case.dossier else (step,)
    found = (found.code for found in inconsistencies(steps) if steps[found.index] is step)
    return tuple(refuse(_CODES[code]) for code in found if code in _CODES)


_CODES = {
    "decided-before-birth": "decided-before-birth",
    "expired-before-decided": "expired-before-decided",
    "consent-for-everybody": "recipient-unknown",
    "consent-before-advice": "consent-before-advice",
}
"""What a person can say that contradicts; the rest of a decision is made here."""


_AFTERWARDS = (s.FollowUpPlanned, s.AdviceWeighed, s.GuidanceDecided)
_FINISHED = OPINION_STATES | {BusinessStatus.STOPPED}
_NEVER_BEGUN = ENQUIRY_STATES | {BusinessStatus.SO_DECLINED, BusinessStatus.WITHDRAWN}


def _follows_opinion(case: Case, step: s.Step) -> Ruling:
    """R41, R42: word of its end needs a second opinion that was asked for; what follows needs one that has ended."""
    if isinstance(step, s.CompletionReported):
        is_asked = any(referral.state not in _NEVER_BEGUN for referral in case.referrals)
        return PERMIT if is_asked or case.completion_heard_at else refuse("opinion-not-held")
    if not isinstance(step, _AFTERWARDS):
        return PERMIT
    ends = _ends(case)
    if not ends or case.withdrawn_at is not None:
        return refuse("opinion-not-held")
    held_at = step.for_at if isinstance(step, s.FollowUpPlanned) else None
    is_before = held_at is not None and dutch_day(held_at) < dutch_day(min(ends))
    return refuse("follow-up-before-opinion") if is_before else PERMIT


def _ends(case: Case) -> list[datetime]:
    """When second opinions ended, and when it was heard that one had."""
    told = [r.reported_at or r.ended_at or r.requested_at for r in case.referrals if r.state in _FINISHED]
    return [*told, *([case.completion_heard_at] if case.completion_heard_at else [])]
