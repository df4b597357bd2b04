"""The contact data that the pool holds: those of the referral, or of the last correction that went (R27, R28)."""

from dataclasses import replace

from gateway.domain.referral_state import ReferralState, ToldContact
from gateway.domain.steps import ContactCorrected, MessageDelivered, MessageDropped


def correct(referral: ReferralState, step: ContactCorrected) -> ReferralState:
    """Replace the contact data by those of a correction; one without any only took a place in the line."""
    if referral.referral is None or step.contact is None:
        return referral
    first = ToldContact(None, referral.referral.patient)
    return _newest(referral, (*(referral.contacts or (first,)), ToldContact(step.message_id, step.contact)))


def drop(referral: ReferralState, step: MessageDropped) -> ReferralState:
    """Go back to the contact data before a correction that was dropped from the queue; it may be made again."""
    return _mark(referral, step.message_id, is_dropped=True)


def deliver(referral: ReferralState, step: MessageDelivered) -> ReferralState:
    """Count a correction again that was dropped after an attempt, and had arrived."""
    return _mark(referral, step.message_id, is_dropped=False)


def _mark(referral: ReferralState, message_id: str | None, *, is_dropped: bool) -> ReferralState:
    if message_id not in {told.message_id for told in referral.contacts[1:]}:
        return referral
    contacts = (replace(c, is_dropped=is_dropped) if c.message_id == message_id else c for c in referral.contacts)
    return _newest(referral, tuple(contacts))


def _newest(referral: ReferralState, contacts: tuple[ToldContact, ...]) -> ReferralState:
    if referral.referral is None:
        return referral
    newest = [told.contact for told in contacts if not told.is_dropped][-1]
    return replace(referral, contacts=contacts, referral=replace(referral.referral, patient=newest))
