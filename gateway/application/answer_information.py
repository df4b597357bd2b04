"""Answer an information request at the arbodienst: the asked set, or a code (R29, R30, R32)."""

from gateway.application.conduct_referral import say
from gateway.domain.messages import (
    Document,
    DocumentRole,
    InformationAnswer,
    InformationDeclineCode,
    InformationKind,
    InformationRefusal,
    Message,
)
from gateway.domain.steps import Actor
from gateway.ports.services import Services


async def provide_information(
    services: Services, referral_id: str, request_id: str, by: Actor, asked: InformationKind, text: str
) -> Message:
    """Give what was asked and nothing more; the consent is weighed again now (R32)."""
    document = Document(services.new_id(), DocumentRole(asked.value), text, services.clock.now(), by.name)
    return await say(services, referral_id, InformationAnswer(request_id, (document,)), by)


async def decline_information(
    services: Services, referral_id: str, request_id: str, by: Actor, reason: InformationDeclineCode
) -> Message:
    """Say no, with a code and no content."""
    return await say(services, referral_id, InformationRefusal(request_id, reason), by)
