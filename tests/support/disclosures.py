"""Disclosures as the journal tells them: on which consents each rests, read from what it carries."""

from collections.abc import Sequence

from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.case import Case, fold
from gateway.domain.consent import Consent, Purpose
from tests.support.world import OHS

PURPOSE_OF = {
    "contact-data": Purpose.CONTACT_TO_SO,
    m.DocumentRole.CONTESTED_FEEDBACK.value: Purpose.FEEDBACK_TO_SO,
    m.DocumentRole.MEDICAL_DATA.value: Purpose.MEDICAL_TO_SO,
    m.DocumentRole.REASONING.value: Purpose.MEDICAL_TO_SO,
}


def rests_on(step: s.Step) -> set[Purpose]:
    """The purposes a disclosure rests on, told from what it carries; none for what is no disclosure."""
    if isinstance(step, s.ReferralRequested):
        return {PURPOSE_OF[role] for role in step.contents if role in PURPOSE_OF}
    if isinstance(step, s.InformationProvided):
        return {PURPOSE_OF[document.role.value] for document in step.documents if document.role.value in PURPOSE_OF}
    if isinstance(step, s.ContactCorrected):
        return {Purpose.CONTACT_TO_SO} if step.contact is not None else set()
    return {Purpose.OUTCOME_TO_FIRST} if isinstance(step, s.ReportReleased) else set()


def recipient_of(case: Case, step: s.Step) -> str:
    """Whom a disclosure is for, as consents name it."""
    if isinstance(step, s.ReportReleased):
        return OHS.party_id
    if isinstance(step, s.ReferralRequested):
        return step.recipient
    referral = case.referral(step.referral_id) if isinstance(step, s.ReferralStep) else None
    return referral.recipient if referral else ""


def concerning(case: Case, step: s.Step, purpose: Purpose) -> list[Consent]:
    """The decisions on one purpose that speak of whom a disclosure is for."""
    recipient = recipient_of(case, step)
    names = {recipient, recipient.partition("/")[0]}
    return [consent for consent in case.consents if consent.purpose is purpose and consent.recipient in names]


def gone_since(steps: Sequence[s.Step], step: s.Step) -> set[str]:
    """The consents under a disclosure that were withdrawn when it had been made, or later.

    What was withdrawn before it in the journal, be it at the same instant, is none that it rested on; nor is what was
    decided after it.
    """
    case = fold("", steps)
    before = {c.consent_id for c in fold("", steps[: steps.index(step)]).consents if c.withdrawn_at is not None}
    decided = (consent for purpose in rests_on(step) for consent in concerning(case, step, purpose))
    decided = (consent for consent in decided if consent.decided_at <= step.at)
    gone = {c.consent_id for c in decided if c.withdrawn_at is not None and c.withdrawn_at >= step.at}
    return gone - before
