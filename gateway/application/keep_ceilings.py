"""Judge what a partner asks by the ceilings, when it is said and when it is taken in."""

from datetime import timedelta

from gateway.domain.ceilings import Ceiling
from gateway.domain.messages import AvailabilityQuery, Content, InformationRequest
from gateway.domain.rules.ceilings import may_ask_availability, may_ask_information
from gateway.domain.rules.exchange import Situation
from gateway.domain.rules.refusal import Decision, decide
from gateway.ports.services import Services
from gateway.ports.store import UnitOfWork

REACHED = frozenset({"too-many-requests", "too-many-questions"})
"""Codes that say that a ceiling was reached."""
QUESTION_LASTS = timedelta(days=30)
"""A question whether there is room that is older than this waits for no answer."""


def may_say_more(services: Services, situation: Situation, content: Content) -> Decision:
    """Whether what is asked stays below the ceilings of its referral."""
    if isinstance(content, InformationRequest) and situation.referral is not None:
        return may_ask_information(services.ceilings, situation.case, situation.referral, content, situation.at)
    return decide()


async def may_take_more(services: Services, work: UnitOfWork, situation: Situation, content: Content) -> Decision:
    """The same for what a partner asks us, with the ceilings of the partner; reaching one is noted."""
    partner, ceiling = situation.partner.party_id, Ceiling.INFORMATION
    decision = may_say_more(services, situation, content)
    if isinstance(content, AvailabilityQuery):
        ceiling = Ceiling.AVAILABILITY
        asked = await work.open_questions(partner, situation.at - QUESTION_LASTS)
        decision = may_ask_availability(services.ceilings, asked)
    if REACHED & {refusal.code for refusal in decision.refusals}:
        services.reached.note(partner, ceiling, situation.at)
    return decision
