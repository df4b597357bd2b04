"""May a referral go out, may another follow it, and what may it carry (R2 to R14, R22, R25 to R31, R37)."""

from collections.abc import Iterator
from datetime import datetime

from gateway.domain.case import Case
from gateway.domain.consent import ConsentDecision, Purpose, Standing
from gateway.domain.contract import organisation_of
from gateway.domain.document_content import kind_of
from gateway.domain.enclosure import INLINE_BYTES, TEXT
from gateway.domain.messages import DocumentRole
from gateway.domain.policy import Policy, QuestionMoment
from gateway.domain.protocol import ENQUIRY_STATES
from gateway.domain.referral_state import ReferralState
from gateway.domain.rules import recipient as choice
from gateway.domain.rules import request
from gateway.domain.rules.fixed_group import in_fixed_group
from gateway.domain.rules.information import may_answer
from gateway.domain.rules.refusal import PERMIT, Decision, Refusal, Ruling, decide, refuse
from gateway.domain.rules.standing import standing_of
from gateway.domain.steps import InformationProvided

_CONTACT = {
    Standing.ABSENT: "contact-consent-absent",
    Standing.REFUSED: "contact-consent-refused",
    Standing.WITHDRAWN: "contact-consent-withdrawn",
    Standing.EXPIRED: "contact-consent-expired",
    Standing.OTHER_RECIPIENT: "contact-consent-other-recipient",
}


def contact_consent(case: Case, recipient: str, at: datetime, partner: str | None = None) -> Ruling:
    """R25, R26: without CONTACT-TO-SO for this recipient, or against who serves it, nothing travels."""
    standing = standing_of(case, Purpose.CONTACT_TO_SO, recipient, at, partner=partner).standing
    return PERMIT if standing is Standing.ACTIVE else refuse(_CONTACT[standing])


def may_refer(case: Case, policy: Policy, at: datetime, recipient: str | None = None) -> Decision:
    """Whether a referral with personal data may go out at an instant.

    Args:
        case: The case.
        policy: Of the arbodienst.
        at: The instant for which consents must hold.
        recipient: As the consents name it; the intended one when None.

    Returns:
        The decision; refusals in the order in which the case waits for them.
    """
    target = recipient or choice.intended_recipient(case)
    return decide(
        *in_doubt(case).refusals,
        request.asked_by_employee(case),
        request.within_scope(case),
        request.not_refused(case),
        request.not_withdrawn(case),
        request.advice_identified(case),
        request.young_enough(case, policy),
        request.accepted(case),
        request.still_wanted(case),
        choice.contract_names_an_option(case),
        choice.chosen_by_employee(case),
        choice.option_names_somebody(case),
        *_about_recipient(case, policy, at, target),
        request.discussed_with_first_physician(case),
        request.requested_by_physician(case),
        request.no_suspension_discussed(case),
        texts_fit(case, policy, target, at),
        feedback_readable(case, policy, target, at),
    )


def in_doubt(case: Case) -> Decision:
    """R25: while a back office's last word on the case is in doubt, nothing is disclosed."""
    return decide(*(refuse(code) for code in case.doubts))


def texts_fit(case: Case, policy: Policy, target: str | None, at: datetime) -> Ruling:
    """R12: nothing is truncated, so what goes along must fit into a message."""
    texts = [_feedback(case, policy, target, at), case.question if carries_question(policy) else None]
    longest = max(len((text or "").encode("utf-8", "replace")) for text in texts)
    return PERMIT if longest <= INLINE_BYTES else refuse("text-too-long")


def feedback_readable(case: Case, policy: Policy, target: str | None, at: datetime) -> Ruling:
    """R12: what goes along is a text that the other side can read, by the judgement that its message will meet."""
    feedback = _feedback(case, policy, target, at)
    found = kind_of((feedback.encode("utf-8", "replace"),)) if feedback else TEXT
    if isinstance(found, Refusal):
        return found
    return PERMIT if found == TEXT else refuse("document-type-contradicts")


def _feedback(case: Case, policy: Policy, target: str | None, at: datetime) -> str | None:
    """The contested feedback, when it goes along."""
    if case.advice is None or target is None or may_carry_feedback(case, policy, target, at) is not PERMIT:
        return None
    return case.advice.feedback_text


def _about_recipient(case: Case, policy: Policy, at: datetime, target: str | None) -> tuple[Ruling, ...]:
    if target is None:
        return (refuse("contact-consent-absent"),)
    return (
        choice.option_independent(case, target),
        choice.independent(case, policy, target),
        choice.registered(case, target),
        choice.within_contract(case, target, at),
        in_fixed_group(case, policy, target, at),
        contact_consent(case, target, at),
    )


def no_other_referral(case: Case) -> Ruling:
    """Never two active referrals in one case (protocol)."""
    return refuse("referral-active") if any(r.is_open for r in case.referrals) else PERMIT


def may_start_referral(case: Case, at: datetime, recipient: str | None = None) -> Decision:
    """Whether a referral may be made now, seen from those the case has had (R8, R37).

    ``may_refer`` judges the facts of the request and keeps its meaning for cases that are over. This is about the
    act: ask both before sending.

    Args:
        case: The case.
        at: The instant of the act.
        recipient: As the consents name it; the intended one when None.
    """
    target = recipient or choice.intended_recipient(case)
    return decide(
        no_other_referral(case),
        no_opinion_yet(case),
        choice.contract_goes_on(case, at),
        choice.as_chosen(case, recipient),
        chosen_anew(case, target, at),
    )


def may_follow(case: Case) -> Decision:
    """Whether a referral may still come of the case, so that room for it may be asked (R8); accepted or not yet."""
    return decide(
        *in_doubt(case).refusals, request.not_refused(case), request.not_withdrawn(case), no_opinion_yet(case)
    )


def no_opinion_yet(case: Case) -> Ruling:
    """R37: a second opinion that took place, to its end or not, is not had again on the same request."""
    took_place = any(r.took_place and not r.is_open for r in case.referrals)
    return refuse("opinion-already-held") if took_place else PERMIT


def chosen_anew(case: Case, target: str | None, at: datetime) -> Ruling:
    """R37: after a referral that came to nothing, the consent for the next recipient is newer than its end.

    A consent given before counts only where the employee gave it for another recipient by name and chose that one:
    as the second preference of the request, or in so many words. Without any consent R25 says so.
    """
    ends = [r.ended_at for r in case.referrals if r.ended_at is not None]
    if not ends or target is None:
        return PERMIT
    decision = standing_of(case, Purpose.CONTACT_TO_SO, target, at)
    if not decision.is_active or decision.consent is None or decision.consent.decided_at > max(ends):
        return PERMIT
    over = [r.recipient for r in case.referrals if r.ended_at is not None]
    is_named = decision.consent.recipient == target not in {*over, *map(organisation_of, over)}
    is_chosen = target == case.chosen_recipient or choice.is_second_preference(case, target)
    return PERMIT if is_named and is_chosen else refuse("consent-before-decline")


def may_carry_feedback(case: Case, policy: Policy, recipient: str, at: datetime, partner: str | None = None) -> Ruling:
    """R26: the contested feedback goes along with FEEDBACK-TO-SO, when the policy sends it."""
    permitted = policy.contested_feedback_with_referral
    decision = standing_of(case, Purpose.FEEDBACK_TO_SO, recipient, at, partner=partner)
    return PERMIT if permitted and decision.is_active else refuse("feedback-not-permitted")


def may_carry_medical(case: Case, policy: Policy, recipient: str, at: datetime) -> Ruling:
    """R29: medical data with the referral only by policy and with MEDICAL-TO-SO."""
    if not policy.medical_data_before_first_contact:
        return refuse("medical-before-first-contact")
    decision = standing_of(case, Purpose.MEDICAL_TO_SO, recipient, at)
    return PERMIT if decision.is_active else refuse("medical-not-permitted")


def carries_question(policy: Policy) -> bool:
    """R31: the question goes along only when it is settled at the request."""
    return policy.question_moment is QuestionMoment.AT_REQUEST


def consents_for(case: Case, policy: Policy, recipient: str, at: datetime) -> dict[Purpose, ConsentDecision]:
    """The consent decisions a referral rests on, permits and denials alike, for the audit lines (R25)."""
    purposes = [Purpose.CONTACT_TO_SO, Purpose.FEEDBACK_TO_SO]
    if policy.medical_data_before_first_contact:
        purposes.append(Purpose.MEDICAL_TO_SO)
    return {purpose: standing_of(case, purpose, recipient, at) for purpose in purposes}


CONTENTS = frozenset({"contact-data", "question", *(role.value for role in DocumentRole)}) - {DocumentRole.REPORT.value}
"""All a referral may hold, as our own steps and back offices name it (R28)."""


def recorded_breaches(case: Case, policy: Policy) -> tuple[Refusal, ...]:
    """What a back office's record says was sent and should not have been.

    The order of consent and sending (R25), the closed list (R28), the contested feedback (R26), medical data before
    the first contact (R29), and answers without consent or without the employee's decision (R32).
    """
    rulings: list[Ruling] = []
    for referral in case.referrals:
        if referral.state not in ENQUIRY_STATES:
            rulings.extend(_breaches_of(case, policy, referral))
    return tuple(dict.fromkeys(r for r in rulings if isinstance(r, Refusal)))


def _breaches_of(case: Case, policy: Policy, referral: ReferralState) -> Iterator[Ruling]:
    sent_at, to = referral.requested_at, referral.recipient
    if isinstance(contact_consent(case, to, sent_at), Refusal):
        yield refuse("sent-before-consent")
    if not CONTENTS.issuperset(referral.contents):
        yield refuse("content-not-on-list")
    if "contested-feedback" in referral.contents:
        yield may_carry_feedback(case, policy, to, sent_at)
    if "medical-data" in referral.contents:
        yield may_carry_medical(case, policy, to, sent_at)
    for asked in referral.requests:
        if asked.answered_at is not None and asked.outcome == InformationProvided.code:
            yield from may_answer(case, referral, asked.request_id, asked.answered_at).refusals
