"""Ceilings on what a partner may ask: at the act, and when the other side takes it in."""

from dataclasses import replace
from datetime import datetime

from gateway.domain.case import Case
from gateway.domain.ceilings import Ceilings
from gateway.domain.messages import InformationRequest
from gateway.domain.referral_state import ReferralState
from gateway.domain.rules.information import after_first_contact, employee_decided, information_consent
from gateway.domain.rules.refusal import PERMIT, Decision, Ruling, decide, refuse
from gateway.domain.steps import InformationDeclined


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
