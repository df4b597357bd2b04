"""What the gateway does by itself when a message has had its effect, or was refused (R5, R27, R37)."""

from collections.abc import Awaitable, Callable

from gateway.application.perform_act import Act, perform_within
from gateway.application.request_erasure import answer_erasure
from gateway.application.withdraw_consent import pass_on_withdrawal
from gateway.domain.case import fold
from gateway.domain.messages import ErasureRequest, Kind, Message, ReferralWithdrawal
from gateway.domain.steps import ActionRefused, Actor, ActorRole
from gateway.ports.services import Services
from gateway.ports.store import OutboxItem, UnitOfWork

_LOSES_THE_REFERRAL = frozenset({"not-independent", "not-registered", "option-not-independent"})


async def react(services: Services, work: UnitOfWork, case_id: str, message: Message) -> None:
    """Follow up a message within the unit of work that took it in."""
    reaction = _REACTIONS.get(message.kind)
    if reaction is not None:
        await reaction(services, work, case_id, message)


async def react_to_refusal(services: Services, work: UnitOfWork, case_id: str, message: Message, code: str) -> None:
    """R5, R37: a physician who turns out not to be independent loses the referral; the employee chooses again."""
    if message.kind is not Kind.REFERRAL_ACCEPTED or code not in _LOSES_THE_REFERRAL:
        return
    by = Actor(ActorRole.SYSTEM, services.party.party_id)
    refused = ActionRefused(
        at=services.clock.now(), by=by, action=message.kind.value, reason=code, because_of=("R5", "R6", "R37")
    )
    await work.append(case_id, (refused,))
    for content in (ReferralWithdrawal(), ErasureRequest()):
        await perform_within(services, work, Act(case_id, content, by, message.sender, message.referral_id))


async def react_to_unread(services: Services, work: UnitOfWork, sent: OutboxItem) -> None:
    """R27, R37: a pool that could not read the referral may try again when we have long chosen another.

    A withdrawal behind it in the line keeps that from having an effect.
    """
    if sent.kind is not Kind.REFERRAL_REQUESTED or sent.referral_id is None:
        return
    referral = fold(sent.case_id, await work.steps(sent.case_id)).referral(sent.referral_id)
    if referral is not None and referral.is_open:
        by = Actor(ActorRole.SYSTEM, services.party.party_id)
        await perform_within(
            services, work, Act(sent.case_id, ReferralWithdrawal(), by, sent.recipient, sent.referral_id)
        )


async def _ask_to_erase(services: Services, work: UnitOfWork, case_id: str, message: Message) -> None:
    """R37: the declining party is asked to erase and confirm."""
    by = Actor(ActorRole.SYSTEM, services.party.party_id)
    await perform_within(services, work, Act(case_id, ErasureRequest(), by, message.sender, message.referral_id))


async def _erase(services: Services, work: UnitOfWork, case_id: str, message: Message) -> None:
    """R37, R58: erase what came with an ended referral, or keep it and say why."""
    await answer_erasure(services, work, case_id, message.referral_id or "", message.sender)


_REACTIONS: dict[Kind, Callable[[Services, UnitOfWork, str, Message], Awaitable[None]]] = {
    Kind.REFERRAL_DECLINED: _ask_to_erase,
    Kind.ERASURE_REQUESTED: _erase,
    Kind.CONSENT_WITHDRAWN: pass_on_withdrawal,
}
