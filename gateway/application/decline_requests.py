"""Decline requests for information that nobody may answer, when that is due and no person answered (R32)."""

from datetime import datetime, timedelta

from gateway.application.perform_act import Act, perform_within
from gateway.domain.case import Case, fold
from gateway.domain.errors import OperatorError, RefusedError
from gateway.domain.messages import InformationDeclineCode, InformationRefusal
from gateway.domain.referral_state import ReferralState
from gateway.domain.rules.information import declined_by_itself, due_by_itself
from gateway.domain.steps import Actor, ActorRole
from gateway.ports.services import Services

_LOOKED_BACK = timedelta(days=30)
"""What waited longer, because nothing ran, is left to a person: the work list shows it as overdue."""

_Asked = tuple[ReferralState, str]
"""A referral and the id of a request within it."""


async def decline_what_is_due(services: Services) -> int:
    """Answer "not permitted", without content, to each request whose moment has come; returns how many.

    Every request has a transaction of its own, in which it is judged anew: by then a person may have answered, or the
    employee consented. What a rule forbids (the referral ended, the case is restricted) stays open for a person.
    """
    async with services.store.look() as work:
        asked = await work.unanswered(services.clock.now() - _LOOKED_BACK)
    declined = 0
    for case_id in dict.fromkeys(item.case_id for item in asked if item.case_id is not None):
        try:
            declined += await _decline_in(services, case_id)
        except (RefusedError, OperatorError):
            continue  # It stays open and a person sees it; the cases behind it have their turn.
    return declined


async def _decline_in(services: Services, case_id: str) -> int:
    async with services.store.look() as work:
        due = _due(fold(case_id, await work.steps(case_id)), services.clock.now())
    return sum([await _decline(services, case_id, request_id) for _, request_id in due])


async def _decline(services: Services, case_id: str, request_id: str) -> bool:
    by = Actor(ActorRole.SYSTEM, services.party.party_id)
    refusal = InformationRefusal(request_id, InformationDeclineCode.NOT_PERMITTED)
    async with services.store.begin() as work:
        due = _due(fold(case_id, await work.steps(case_id)), services.clock.now())
        referral = next((referral for referral, asked in due if asked == request_id), None)
        if referral is None or referral.partner is None:
            return False
        await perform_within(services, work, Act(case_id, refusal, by, referral.partner, referral.referral_id))
    return True


def _due(case: Case, now: datetime) -> list[_Asked]:
    """List the requests of a case that are declined by themselves, and now."""
    return [
        (referral, asked.request_id)
        for referral in case.referrals
        for asked in referral.requests
        if due_by_itself(asked) <= now and declined_by_itself(case, referral, asked.request_id, now)
    ]
