"""After the opinion: adoption, transfer and neutral handover (R42, R43, R47, R48)."""

from dataclasses import replace
from datetime import datetime

from gateway.domain.case import Case
from gateway.domain.consent import Purpose
from gateway.domain.policy import Policy, TransferRule
from gateway.domain.relation import may_be_first_physician
from gateway.domain.rules.neutrality import opinion_words_in
from gateway.domain.rules.refusal import PERMIT, Decision, Ruling, decide, refuse
from gateway.domain.rules.standing import standing_of
from gateway.domain.steps import ActorRole, Adoption

HANDOVER_PARTS = frozenset(
    {"consultation-dates", "limitations", "employer-feedback", "second-opinion-report", "adoption-status"}
)
"""What a neutral handover may hold; an opinion has no place (R48)."""


def adoption_reasoned(adoption: Adoption, reasons: str | None) -> Ruling:
    """R43: partly and not always need reasons."""
    needs_reasons = adoption in {Adoption.PARTLY, Adoption.NOT}
    return refuse("adoption-without-reasons") if needs_reasons and not (reasons or "").strip() else PERMIT


def advice_at_hand(case: Case, adoption: Adoption) -> Ruling:
    """R41, R43: without a report the advice is not assessed, whatever was heard of it; with one it is."""
    has_report = any(referral.reported_at is not None for referral in case.referrals)
    is_assessed = adoption is not Adoption.NOT_ASSESSED
    if has_report is is_assessed:
        return PERMIT
    return refuse("advice-received" if has_report else "advice-not-received")


def follow_up_in_policy(policy: Policy, held_by: ActorRole) -> Ruling:
    """R42: a bedrijfsarts holds the consultation, or a practice assistant where the policy has it so."""
    is_assistant = held_by is ActorRole.PRACTICE_ASSISTANT
    return refuse("follow-up-not-in-policy") if is_assistant and _ASSISTANT not in policy.follow_up_by else PERMIT


_ASSISTANT = "praktijkondersteuner"


def transfer_answered(policy: Policy, *, is_granted: bool, reasons: str | None) -> Ruling:
    """R47: always when the policy says so, or considered with reasons."""
    if is_granted:
        return PERMIT
    if policy.transfer_on_request is TransferRule.ALWAYS:
        return refuse("transfer-must-be-granted")
    return PERMIT if (reasons or "").strip() else refuse("transfer-unanswered")


def transfer_to_another(case: Case, colleague: str | None) -> Ruling:
    """R47: to another physician than the one whose advice is contested."""
    is_same = colleague is not None and may_be_first_physician(case, colleague)
    return refuse("transfer-to-same-physician") if is_same else PERMIT


def transfer_requested(case: Case) -> Ruling:
    """R47: never automatic."""
    return PERMIT if case.transfer_requested_at is not None else refuse("transfer-not-requested")


def transfer_granted(case: Case) -> Ruling:
    """R48: a handover follows a transfer."""
    is_granted = case.transfer is not None and case.transfer.is_granted
    return PERMIT if is_granted else refuse("transfer-not-granted")


def without_opinion(text: str | None) -> Ruling:
    """R48: no words of opinion; the refusal names them as our table has them, and nothing else of the text."""
    found = opinion_words_in(text)
    if not found:
        return PERMIT
    refusal = refuse("handover-opinion")
    return replace(refusal, message=f"{refusal.message.removesuffix('.')}: {', '.join(found)}.")


def may_hand_over(case: Case, recipient: str, parts: tuple[str, ...], at: datetime, *, text: str | None) -> Decision:
    """R48: neutral parts and a text without opinion, with DOSSIER-TO-COLLEAGUE.

    Args:
        case: The case.
        recipient: As the consent names it: the arbodienst.
        parts: The parts that are handed over.
        at: When.
        text: What a person wrote along.
    """
    consent = standing_of(case, Purpose.DOSSIER_TO_COLLEAGUE, recipient, at)
    return decide(
        PERMIT if HANDOVER_PARTS.issuperset(parts) else refuse("handover-not-neutral"),
        without_opinion(text),
        PERMIT if consent.is_active else refuse("handover-consent-absent"),
    )
