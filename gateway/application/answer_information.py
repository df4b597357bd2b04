"""Answer an information request at the arbodienst: the asked set, or a code (R29, R30, R32)."""

from gateway.application.conduct_referral import say
from gateway.application.enclose_files import Paper, document_of, fitting
from gateway.domain.messages import (
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
    services: Services, referral_id: str, request_id: str, by: Actor, asked: InformationKind, paper: Paper
) -> Message:
    """Give what was asked and nothing more; the consent is weighed again now (R32)."""
    async with fitting(services, paper) as fits:
        document = document_of(services, DocumentRole(asked.value), fits, by)
        return await say(services, referral_id, InformationAnswer(request_id, (document,)), by)


async def decline_information(
    services: Services, referral_id: str, request_id: str, by: Actor, reason: InformationDeclineCode
) -> Message:
    """Say no, with a code and no content."""
    return await say(services, referral_id, InformationRefusal(request_id, reason), by)
