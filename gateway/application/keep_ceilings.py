"""Judge what is said by the ceilings, when a person says it and when it is taken in (ADR 56, ADR 63)."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from gateway.domain.ceilings import Ceiling
from gateway.domain.messages import Content, InformationRequest, Kind, Message
from gateway.domain.rules import ceilings as rules
from gateway.domain.rules.exchange import Situation
from gateway.domain.rules.refusal import Decision, decide
from gateway.domain.steps import Step
from gateway.ports.services import Services
from gateway.ports.store import UnitOfWork

REACHED = {
    "too-many-requests": Ceiling.INFORMATION,
    "too-many-questions": Ceiling.AVAILABILITY,
    "too-many-consents": Ceiling.CONSENTS,
    "too-many-messages": Ceiling.MESSAGES,
    "repeated-too-often": Ceiling.MESSAGES,
    "too-many-referrals": Ceiling.REFERRALS,
    "too-many-invoices": Ceiling.INVOICES,
}
"""Codes that say that a ceiling was reached, and which."""
QUESTION_LASTS = timedelta(days=30)
"""A question whether there is room that is older than this waits for no answer."""
REFERRAL_LASTS = timedelta(days=730)
"""A referral that is older than this is open no more, whatever was said of it."""
DAY = timedelta(days=1)


def may_say_more(services: Services, situation: Situation, content: Content) -> Decision:
    """Whether what is asked stays below the ceilings of its referral."""
    if isinstance(content, InformationRequest) and situation.referral is not None:
        return rules.may_ask_information(services.ceilings, situation.case, situation.referral, content, situation.at)
    return decide()


def may_act_again(services: Services, message: Message, steps: Sequence[Step]) -> Decision:
    """Whether a person may say what was just composed: so many messages of one referral, so many of a kind.

    Args:
        services: Ours.
        message: What was composed.
        steps: Of its case, as they were before.
    """
    said = rules.times_said(steps, message.kind, message.referral_id or "")
    return rules.may_act_again(services.ceilings, message.kind, message.sequence, said)


def may_leave_steps(services: Services, message: Message, steps: Sequence[Step]) -> bool:
    """Whether what was taken in leaves steps that change nothing: not what takes something back, above a ceiling."""
    said = rules.times_said(steps, message.kind, message.referral_id or "")
    is_below = (message.sequence or 0) <= services.ceilings.messages_per_referral
    return is_below and said < services.ceilings.messages_of_a_kind


async def may_take_more(
    services: Services, work: UnitOfWork, situation: Situation, message: Message, steps: Sequence[Step] = ()
) -> Decision:
    """Whether what a partner says stays below its ceilings; reaching one is noted.

    Args:
        services: Ours.
        work: The unit of work that takes it in.
        situation: As it is before.
        message: What came.
        steps: Of its case, as they were before.
    """
    ceilings, partner, content = services.ceilings, situation.partner.party_id, message.content
    said = rules.times_said(steps, message.kind, message.referral_id or "")
    counted = _COUNTED.get(message.kind)
    decision = decide(
        *rules.may_say_again(ceilings, message.kind, message.sequence, said).refusals,
        *rules.may_add_consents(ceilings, situation.case, partner, content).refusals,
        *may_say_more(services, situation, content).refusals,
        *((await counted(services, work, situation)).refusals if counted else ()),
    )
    for refusal in decision.refusals:
        if refusal.code in REACHED:
            services.reached.note(partner, REACHED[refusal.code], situation.at)
    return decision


async def _questions(services: Services, work: UnitOfWork, situation: Situation) -> Decision:
    asked = await work.open_questions(situation.partner.party_id, situation.at - QUESTION_LASTS)
    return rules.may_ask_availability(services.ceilings, asked)


async def _referrals(services: Services, work: UnitOfWork, situation: Situation) -> Decision:
    partner, at = situation.partner.party_id, situation.at
    still_open = await work.open_referrals(partner, at - REFERRAL_LASTS)
    today = await work.taken_in_since(partner, Kind.REFERRAL_REQUESTED, at - DAY)
    return rules.may_begin_referral(services.ceilings, still_open, today)


async def _invoices(services: Services, work: UnitOfWork, situation: Situation) -> Decision:
    today = await work.taken_in_since(situation.partner.party_id, Kind.INVOICE_ISSUED, situation.at - DAY)
    return rules.may_invoice(services.ceilings, today)


_COUNTED: dict[Kind, Callable[[Services, UnitOfWork, Situation], Awaitable[Decision]]] = {
    Kind.AVAILABILITY_ASKED: _questions,
    Kind.REFERRAL_REQUESTED: _referrals,
    Kind.INVOICE_ISSUED: _invoices,
}
"""What is counted over all conversations of a partner."""


class Refusing:
    """How many messages of each partner were refused in a day, counted once for each in a unit of work.

    Args:
        services: Ours.
        work: The unit of work.
    """

    def __init__(self, services: Services, work: UnitOfWork) -> None:
        self._services = services
        self._work = work
        self._today: dict[str, int] = {}

    async def has_room(self, partner: str) -> bool:
        """Count one more; False, and noted, when so many were refused that this one is turned away instead."""
        now = self._services.clock.now()
        if partner not in self._today:
            self._today[partner] = await self._work.refused_since(partner, now - DAY)
        if self._today[partner] >= self._services.ceilings.refused_per_day:
            self._services.reached.note(partner, Ceiling.REFUSED, now)
            return False
        self._today[partner] += 1
        return True
