"""Tell a withdrawal again when its place in the line was taken: the other side must hear it (R27).

That happens after an older copy of the store was put in place: it does not know which numbers were used since. Every
try takes one number, so it is heard after as many as were lost. Anything else is for a person to do again.
"""

from dataclasses import replace

from gateway.application.compose_message import Draft, compose
from gateway.domain.messages import ConsentWithdrawal, Content, ReferralWithdrawal
from gateway.domain.steps import Actor, ActorRole, ConsentWithdrawalNotified, ReferralWithdrawn, Step
from gateway.ports.services import Services
from gateway.ports.store import OutboxItem, UnitOfWork

TAKEN = "sequence-used"
"""Code of the receipt that says so."""


async def tell_again(services: Services, work: UnitOfWork, item: OutboxItem) -> None:
    """Say what a refused message said, if it was a withdrawal, at the next place; the case is held."""
    said = await work.steps(item.case_id)
    withdrawal = next((step for step in said if step.message_id == item.message_id and _content(step)), None)
    content = _content(withdrawal)
    if withdrawal is None or content is None:
        return
    by = Actor(ActorRole.SYSTEM, services.party.party_id)
    message = await compose(services, work, Draft(content, item.recipient, item.case_id, by, item.referral_id))
    again = replace(withdrawal, at=message.sent_at, by=by, message_id=message.message_id)
    await work.append(item.case_id, (again,))


def _content(step: Step | None) -> Content | None:
    if isinstance(step, ConsentWithdrawalNotified):
        return ConsentWithdrawal(step.consent_id, step.purpose, step.at)
    return ReferralWithdrawal() if isinstance(step, ReferralWithdrawn) else None
