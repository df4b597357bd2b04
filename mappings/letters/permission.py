"""Under which consent a step passed data on, as it stood at that moment (R25, R50)."""

from collections.abc import Iterable

from gateway.domain import steps as s
from gateway.domain.case import Case
from gateway.domain.consent import Purpose
from gateway.domain.messages import DocumentRole, InformationKind
from gateway.domain.rules.standing import standing_of
from mappings.letters.times import short_day
from mappings.letters.words import word

_NEEDS_MEDICAL = {DocumentRole.MEDICAL_DATA.value, DocumentRole.REASONING.value}

Question = tuple[Purpose, str]
"""What is weighed: a purpose and a recipient."""


def consent_words(case: Case, step: s.Step) -> tuple[str, ...]:
    """One clause per consent a disclosure rested on; says so when there was none; empty when none was needed."""
    return tuple(_words(case, question, step) for question in dict.fromkeys(_questions(case, step)))


def _words(case: Case, question: Question, step: s.Step) -> str:
    purpose, recipient = question
    referral = case.referral(step.referral_id) if isinstance(step, s.ReferralStep) else None
    decision = standing_of(case, purpose, recipient, step.at, referral=referral)
    what = word(purpose, "purpose")
    if not decision.is_active or decision.consent is None:
        return f"voor {what} is op dat moment geen geldige toestemming vastgelegd"
    return f"{what}, gegeven op {short_day(decision.consent.decided_at)} ({decision.consent.consent_id})"


def _questions(case: Case, step: s.Step) -> Iterable[Question]:
    """Which consents a step needed."""
    match step:
        case s.ReferralRequested():
            yield from _referral(step)
        case s.ContactCorrected(contact=contact) if contact is not None:
            yield from _correction(case, step)
        case s.InformationProvided():
            yield from _information(case, step)
        case s.ReportReleased():
            yield from _report(case, step)
        case s.HandoverMade():
            yield Purpose.DOSSIER_TO_COLLEAGUE, case.dossier.organisation if case.dossier else step.by.organisation
        case _:
            return


def _referral(step: s.ReferralRequested) -> Iterable[Question]:
    yield Purpose.CONTACT_TO_SO, step.recipient
    documents = {d.role.value for d in step.referral.documents} if step.referral else set()
    carried = documents | set(step.contents)
    if DocumentRole.CONTESTED_FEEDBACK in carried:
        yield Purpose.FEEDBACK_TO_SO, step.recipient
    if carried & _NEEDS_MEDICAL:
        yield Purpose.MEDICAL_TO_SO, step.recipient


def _correction(case: Case, step: s.ContactCorrected) -> Iterable[Question]:
    referral = case.referral(step.referral_id)
    if referral is not None:
        yield Purpose.CONTACT_TO_SO, referral.recipient


def _information(case: Case, step: s.InformationProvided) -> Iterable[Question]:
    referral = case.referral(step.referral_id)
    asked = referral.request(step.request_id) if referral else None
    is_free = asked is not None and asked.asked is InformationKind.WORK_CIRCUMSTANCES
    if referral is not None and not is_free:
        yield Purpose.MEDICAL_TO_SO, referral.recipient


def _report(case: Case, step: s.ReportReleased) -> Iterable[Question]:
    referral = case.referral(step.referral_id)
    if case.dossier is not None:
        yield Purpose.OUTCOME_TO_FIRST, case.dossier.organisation
    elif referral is not None and referral.referral is not None:
        yield Purpose.OUTCOME_TO_FIRST, referral.referral.requester_organisation.organisation_id
