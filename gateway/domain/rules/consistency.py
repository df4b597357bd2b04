"""What cannot be true of one case as a record tells it, and how it is read until somebody mends it.

Both formats of a back office, and whatever comes after them, are judged here, over the steps. ``inconsistencies`` says
what contradicts; ``restrictive`` reads the same steps so that every restricting word in them counts. Whether something
lies in the future needs a clock and is not judged here.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from gateway.domain import steps as s
from gateway.domain.consent import EVERYBODY, Choice, Consent, Purpose
from gateway.domain.days import dutch_day
from gateway.domain.directory import normal

_Found = Iterator["Inconsistency"]
_Steps = Sequence[s.Step]


@dataclass(frozen=True, slots=True)
class Inconsistency:
    """Something in a record that contradicts something else in it.

    Attributes:
        code: Stable, kebab-case.
        index: Which of the steps it is about.
        field: The field of that step, such as ``consent.expires_at``.
        message: What is wrong, without any value.
        remedy: What to do about it.
    """

    code: str
    index: int
    field: str
    message: str
    remedy: str


def inconsistencies(steps: _Steps) -> tuple[Inconsistency, ...]:
    """Find what contradicts in one record, in the order of the steps.

    Args:
        steps: As told, in any order; times dated by a day have taken their place within that day already.
    """
    found = [inconsistency for check in _CHECKS for inconsistency in check(steps)]
    return tuple(sorted(found, key=lambda one: one.index))


def _request(steps: _Steps) -> tuple[int, s.RequestSubmitted] | None:
    return next(((i, step) for i, step in enumerate(steps) if isinstance(step, s.RequestSubmitted)), None)


def _dossier(steps: _Steps) -> _Found:
    found = _request(steps)
    if found is None:
        return
    index, request = found
    asked_on = dutch_day(request.at)
    if request.advice.given_at > request.at:
        yield _told("advice-after-request", index, "advice.given_at", "The advice is dated after the request about it.")
    born = request.employee.birth_date
    if born is not None and born >= asked_on:
        yield _told("born-after-request", index, "employee.birth_date", "The employee is born after the request.")
    discussed_on = request.discussed_with_first_physician_on
    advised_on = dutch_day(request.advice.given_at)
    if discussed_on is not None and discussed_on < advised_on <= asked_on:
        message = "The request was discussed before the advice that it is about."
        yield _told("discussed-before-advice", index, "discussed_with_first_physician_on", message)
    starts, ends = request.contract.starts_on, request.contract.ends_on
    if starts is not None and ends is not None and ends < starts:
        yield _told("contract-ends-before-start", index, "contract.ends_on", "The contract ends before it begins.")
    for earlier in request.earlier_cases:
        if earlier.completed_on is not None and earlier.completed_on > asked_on:
            message = "An earlier case was completed after this request."
            yield _told("earlier-case-is-later", index, "earlier_cases", message)


_FOLLOWS_THE_REQUEST = (
    *(s.RequestAccepted, s.RequestDeclined, s.RequestRedirected, s.RequestFoundInadmissible, s.RequestWithdrawn),
    *(s.ReassessmentPlanned, s.AdviceRenewed, s.RequestMaintained, s.CaseReopened, s.ClarificationAsked),
    *(s.IndependenceBreached, s.NewChoiceAsked, s.RecipientChosen, s.ReferralStep, s.CompletionReported),
    *(s.FollowUpPlanned, s.AdviceWeighed, s.GuidanceDecided, s.TransferRequested, s.TransferDecided),
    *(s.HandoverMade, s.ComplaintFiled, s.ComplaintDecided),
)
"""Consents, the question, notes and what was discussed may lie before the request that rests on them."""


def _order(steps: _Steps) -> _Found:
    found = _request(steps)
    if found is None:
        return
    for index, step in enumerate(steps):
        if isinstance(step, _FOLLOWS_THE_REQUEST) and step.at < found[1].at:
            yield _told("before-the-request", index, "at", "This is dated before the request that it follows.")
        if isinstance(step, s.EmployerInvoiced) and step.period_end < step.period_start:
            yield _told("period-ends-before-start", index, "period_end", "The period ends before it begins.")


def _referrals(steps: _Steps) -> _Found:
    sent: dict[str, datetime] = {}
    for step in steps:
        if isinstance(step, s.ReferralRequested):
            sent[step.referral_id] = min(step.at, sent.get(step.referral_id, step.at))
    for index, step in enumerate(steps):
        if not isinstance(step, s.ReferralStep) or isinstance(step, _BEFORE_A_REFERRAL):
            continue
        sent_at = sent.get(step.referral_id)
        if sent_at is not None and step.at < sent_at:
            yield _told("before-the-referral", index, "at", "This is dated before the referral that it follows.")


_BEFORE_A_REFERRAL = (s.ReferralRequested, s.AvailabilityAsked, s.AvailabilityAnswered)


def _answers(steps: _Steps) -> _Found:
    """An answer follows its question: information, a transfer, a complaint."""
    asked: dict[tuple[type[s.Step], str], datetime] = {}
    for step in steps:
        if isinstance(step, _QUESTIONS):
            key = (type(step), _topic(step))
            asked[key] = min(step.at, asked.get(key, step.at))
    for index, step in enumerate(steps):
        question = _ANSWERS.get(type(step))
        asked_at = asked.get((question, _topic(step))) if question is not None else None
        if asked_at is not None and step.at < asked_at:
            yield _told("answer-before-question", index, "at", "This is dated before what it answers.")


_QUESTIONS = (s.InformationRequested, s.TransferRequested, s.ComplaintFiled)
_ANSWERS: dict[type[s.Step], type[s.Step]] = {
    s.InformationProvided: s.InformationRequested,
    s.InformationDeclined: s.InformationRequested,
    s.TransferDecided: s.TransferRequested,
    s.ComplaintDecided: s.ComplaintFiled,
}


def _topic(step: s.Step) -> str:
    return str(getattr(step, "request_id", None) or getattr(step, "about", ""))


_Decision = s.ConsentGiven | s.ConsentRefused


def _consents(steps: _Steps) -> _Found:
    seen: set[str] = set()
    born = _born(steps)
    for index, step in enumerate(steps):
        if isinstance(step, s.ConsentGiven | s.ConsentRefused):
            yield from _decision(index, step)
            if born is not None and dutch_day(step.consent.decided_at) <= born:
                yield _told(
                    "decided-before-birth", index, "consent.decided_at", "It is dated before the person's birth."
                )
            if step.consent.consent_id in seen:
                message = "Two decisions have the same id."
                yield _told("consent-id-twice", index, "consent.consent_id", message, "Give every decision its own id.")
            seen.add(step.consent.consent_id)


_ABOUT_THE_OPINION = frozenset(Purpose) - {Purpose.TREATING_INFO, Purpose.DOSSIER_TO_COLLEAGUE}
"""Consents to these rest on the advice; the others may have been given on another occasion."""


def _before_advice(steps: _Steps) -> _Found:
    """R25: nobody consents to a second opinion on an advice that does not exist yet."""
    found = _request(steps)
    if found is None:
        return
    advised_on = dutch_day(min(found[1].advice.given_at, found[1].at))
    for index, step in enumerate(steps):
        if not isinstance(step, s.ConsentGiven) or step.consent.purpose not in _ABOUT_THE_OPINION:
            continue
        if dutch_day(step.consent.decided_at) < advised_on:
            message = "The consent was given before the advice that it is about."
            yield _told("consent-before-advice", index, "consent.decided_at", message)


def _born(steps: _Steps) -> date | None:
    """The day of birth; None where it is not known, or is told as impossible already."""
    found = _request(steps)
    born = found[1].employee.birth_date if found is not None else None
    return born if found is not None and born is not None and born < dutch_day(found[1].at) else None


def _decision(index: int, step: _Decision) -> _Found:
    consent = step.consent
    if (consent.choice is Choice.GIVEN) is not isinstance(step, s.ConsentGiven):
        message = "The name of the step and the choice in it say different things."
        yield _told("choice-contradicts-step", index, "consent.choice", message)
    if consent.decided_at != step.at:
        message = "The step and the decision in it are dated differently."
        yield _told("decision-dated-twice", index, "consent.decided_at", message)
    if consent.expires_at is not None and consent.expires_at < consent.decided_at:
        yield _told("expired-before-decided", index, "consent.expires_at", "It expires before it was decided.")
    if consent.withdrawn_at is not None and consent.withdrawn_at < consent.decided_at:
        yield _told("withdrawn-before-given", index, "consent.withdrawn_at", "It was withdrawn before it was given.")
    if consent.recipient == EVERYBODY and consent.choice is Choice.GIVEN:
        message = "A consent is for one recipient, not for everybody."
        yield _told("consent-for-everybody", index, "consent.recipient", message)


def _withdrawals(steps: _Steps) -> _Found:
    for index, step in enumerate(steps):
        if not isinstance(step, s.ConsentWithdrawn):
            continue
        named = _named(steps, step)
        if not any(consent.purpose is step.purpose for consent in named):
            message = "The withdrawal names no consent of that purpose."
            yield _told("withdrawal-of-nothing", index, "consent_id", message, "Name the consent as it was recorded.")
        elif all(step.at < consent.decided_at for consent in named):
            yield _told("withdrawn-before-given", index, "at", "The withdrawal is dated before its consent.")


def _named(steps: _Steps, withdrawal: s.ConsentWithdrawn) -> list[Consent]:
    decisions = (step.consent for step in steps if isinstance(step, s.ConsentGiven | s.ConsentRefused))
    return [consent for consent in decisions if consent.consent_id == withdrawal.consent_id]


def _told(
    code: str, index: int, field: str, message: str, remedy: str = "Correct what is wrong, and export the case again."
) -> Inconsistency:
    return Inconsistency(code, index, field, message, remedy)


def _choices(steps: _Steps) -> _Found:
    """R8: of two choices of one moment nobody knows which came last."""
    made = [(index, step) for index, step in enumerate(steps) if isinstance(step, s.RecipientChosen)]
    for position, (index, step) in enumerate(made):
        for _, earlier in made[:position]:
            if earlier.at == step.at and _choose_otherwise(earlier, step):
                message = "Two choices of the same moment name different options or recipients."
                yield _told("chosen-twice", index, "recipient", message, "Ask the employee which is meant.")


def _choose_otherwise(one: s.RecipientChosen, other: s.RecipientChosen) -> bool:
    are_named = one.option_id is not None and other.option_id is not None
    return normal(one.recipient) != normal(other.recipient) or (are_named and one.option_id != other.option_id)


_CHECKS: tuple[Callable[[_Steps], _Found], ...] = (
    *(_dossier, _order, _referrals, _answers, _consents, _withdrawals),
    *(_choices, _before_advice),
)


def restrictive(steps: _Steps) -> tuple[s.Step, ...]:
    """Read the same steps so that what restricts in them counts, whatever contradicts it.

    A decision whose name and choice differ, and a consent for everybody, is a refusal. A second decision under one id
    gets an id of its own, and a withdrawal of that id ends both. A withdrawal before its consent counts from the
    consent; one of nothing that is known refuses its purpose to everybody.
    """
    decided = list(_with_own_ids([_one_choice(step) for step in steps]))
    read: list[s.Step] = []
    for step, _ in decided:
        read.extend(_withdrawn(step, decided) if isinstance(step, s.ConsentWithdrawn) else [step])
    return tuple(read)


_Named = tuple[s.Step, str | None]
"""A step, and for a decision the id under which the record knows it."""


def _one_choice(step: s.Step) -> s.Step:
    if not isinstance(step, s.ConsentGiven | s.ConsentRefused):
        return step
    consent = step.consent
    is_given = isinstance(step, s.ConsentGiven) and consent.choice is Choice.GIVEN and consent.recipient != EVERYBODY
    if is_given:
        return step
    refused = replace(consent, choice=Choice.REFUSED)
    return s.ConsentRefused(at=step.at, by=step.by, message_id=step.message_id, consent=refused)


def _with_own_ids(steps: _Steps) -> Iterator[_Named]:
    counts: dict[str, int] = {}
    for step in steps:
        if not isinstance(step, s.ConsentGiven | s.ConsentRefused):
            yield step, None
            continue
        known_as = step.consent.consent_id
        counts[known_as] = number = counts.get(known_as, 0) + 1
        own = known_as if number == 1 else f"{known_as}-{number}"
        yield replace(step, consent=replace(step.consent, consent_id=own)), known_as


def _withdrawn(step: s.ConsentWithdrawn, decided: list[_Named]) -> Iterator[s.Step]:
    named = [
        decision.consent
        for decision, known_as in decided
        if known_as == step.consent_id and isinstance(decision, s.ConsentGiven | s.ConsentRefused)
    ]
    for consent in named:
        at = max(step.at, consent.decided_at)
        yield replace(step, at=at, consent_id=consent.consent_id, purpose=consent.purpose)
    if not any(consent.purpose is step.purpose for consent in named):
        refused = Consent(f"{step.consent_id}-withdrawn", step.purpose, Choice.REFUSED, EVERYBODY, step.at)
        yield s.ConsentRefused(at=step.at, by=step.by, message_id=step.message_id, consent=refused)
