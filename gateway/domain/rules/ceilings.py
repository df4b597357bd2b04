"""Ceilings on what a partner may ask: at the act, and when the other side takes it in."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from gateway.domain.case import Case
from gateway.domain.ceilings import Ceilings
from gateway.domain.consent import recorded_by
from gateway.domain.messages import Content, InformationRequest, Kind
from gateway.domain.protocol import TAKES_BACK
from gateway.domain.referral_state import ReferralState
from gateway.domain.rules.information import after_first_contact, employee_decided, information_consent
from gateway.domain.rules.refusal import PERMIT, Decision, Ruling, decide, refuse
from gateway.domain.steps import ConsentWithdrawalNotified, InformationDeclined, ReferralStep, Step

RESERVED = 20
"""Places in a referral that are left to what goes by itself: no act of a person takes the last ones."""
LEFT_BY: Mapping[Kind, str] = {kind: kind.value for kind in Kind} | {
    Kind.CONSENT_WITHDRAWN: ConsentWithdrawalNotified.code
}
"""By kind the code of the one step of its referral that a message leaves."""
_GOES_ANYWAY = TAKES_BACK | {Kind.ERASURE_CONFIRMED}


def may_ask_information(
    ceilings: Ceilings, case: Case, referral: ReferralState, content: InformationRequest, at: datetime
) -> Decision:
    """R32: so many requests of a referral are open, and so many were made while it lives.

    What was asked already, has no other answer than no, and would be declined by itself again is refused: an answer
    tells nothing new, and costs its size.
    """
    open_requests = sum(not request.is_answered for request in referral.requests)
    return decide(
        PERMIT if open_requests < ceilings.open_information_requests else refuse("too-many-requests"),
        PERMIT if len(referral.requests) < ceilings.information_requests else refuse("too-many-requests"),
        _not_asked_again(case, referral, content, at),
    )


def _not_asked_again(case: Case, referral: ReferralState, content: InformationRequest, at: datetime) -> Ruling:
    no_answer = (None, InformationDeclined.code)
    was_asked = any(r.asked is content.asked and r.outcome in no_answer for r in referral.requests)
    known = replace(case, consents=(*case.consents, *content.consents))
    may_answer = decide(
        after_first_contact(referral),
        employee_decided(content.asked, content.employee_decided_at),
        information_consent(known, referral, content.asked, at),
    )
    return refuse("asked-again") if was_asked and not may_answer.is_permitted else PERMIT


def may_ask_availability(ceilings: Ceilings, open_questions: int) -> Decision:
    """R8: so many questions of a partner whether there is room have no answer yet."""
    has_room = open_questions < ceilings.open_availability_questions
    return decide(PERMIT if has_room else refuse("too-many-questions"))


def may_add_consents(ceilings: Ceilings, case: Case, partner: str, content: Content) -> Decision:
    """R25: so many consents of a case came from one partner; an objection too many is refused with its message.

    Never asked of what takes a consent back: that adds none, and always counts (R27).
    """
    carried = recorded_by(getattr(content, "consents", ()), partner)
    kept = [consent for consent in case.consents if consent.recorder == partner]
    added = {consent for consent in carried if consent not in kept}
    return decide(
        PERMIT if not added or len(kept) + len(added) <= ceilings.consents_per_partner else refuse("too-many-consents")
    )


def may_say_again(ceilings: Ceilings, kind: Kind, sequence: int | None, said: int) -> Decision:
    """R27, R38: so many messages of a partner in one referral, and so many of one kind that changed something.

    Args:
        ceilings: Ours.
        kind: Of the message.
        sequence: Its place in the conversation.
        said: How often this kind changed something before, as ``times_said`` counts it.
    """
    if kind in TAKES_BACK:
        return decide()
    return decide(
        PERMIT if (sequence or 0) <= ceilings.messages_per_referral else refuse("too-many-messages"),
        PERMIT if said < ceilings.messages_of_a_kind else refuse("repeated-too-often"),
    )


def may_act_again(ceilings: Ceilings, kind: Kind, sequence: int | None, said: int) -> Decision:
    """The same before a person says it; a few places stay free for what the gateway says by itself."""
    if kind in _GOES_ANYWAY:
        return decide()
    return may_say_again(ceilings, kind, None if sequence is None else sequence + RESERVED, said)


def times_said(steps: Sequence[Step], kind: Kind, referral_id: str) -> int:
    """Count the steps of a referral that a kind of message left."""
    own = (step for step in steps if isinstance(step, ReferralStep) and step.referral_id == referral_id)
    return sum(step.code == LEFT_BY[kind] for step in own)


def may_begin_referral(ceilings: Ceilings, open_referrals: int, begun_today: int) -> Decision:
    """R8: so many referrals of a partner are open, and so many began within a day."""
    has_room = open_referrals < ceilings.open_referrals and begun_today < ceilings.new_referrals_per_day
    return decide(PERMIT if has_room else refuse("too-many-referrals"))


def may_invoice(ceilings: Ceilings, invoiced_today: int) -> Decision:
    """R54: so many invoices of a partner within a day."""
    return decide(PERMIT if invoiced_today < ceilings.invoices_per_day else refuse("too-many-invoices"))
