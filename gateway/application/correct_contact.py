"""Tell the pool corrected contact data after the referral, under the consent it rests on (R25 to R28)."""

from gateway.application.perform_act import Act, perform_within
from gateway.application.refer_case import contact_of
from gateway.domain.case import Case
from gateway.domain.consent import Purpose
from gateway.domain.errors import RefusedError
from gateway.domain.messages import ContactCorrection, Message, PatientContact
from gateway.domain.referral_state import ReferralState
from gateway.domain.rules.standing import standing_of
from gateway.domain.steps import Actor
from gateway.ports.services import Services
from gateway.ports.store import UnitOfWork


async def tell_contact(services: Services, work: UnitOfWork, case: Case, by: Actor) -> tuple[Message, ...]:
    """Tell every partner with an open referral the contact data as they are now.

    A partner that holds them already hears nothing, so a second call sends nothing more. Where the consent does not
    permit it, or the employee restricted the use of the data, nothing is sent (R25, R58); nor to a partner that has
    no key now. It is told by a later call, and nothing else waits for that.

    Args:
        services: Ours; at a pool nothing is sent.
        work: The running unit of work; the corrected dossier was appended in it.
        case: The case with the corrected dossier.
        by: Who corrected it.

    Returns:
        The messages that go out.
    """
    if case.dossier is None:
        return ()
    contact = contact_of(case.dossier.employee)
    now = services.clock.now()
    behind = [
        referral
        for referral in case.referrals
        if referral.is_open and referral.referral is not None and referral.referral.patient != contact
        if referral.partner is not None and services.sealer.reaches(referral.partner, now)
    ]
    told = [await _tell(services, work, case, referral, contact, by) for referral in behind]
    return tuple(message for message in told if message is not None)


async def _tell(
    services: Services, work: UnitOfWork, case: Case, referral: ReferralState, contact: PatientContact, by: Actor
) -> Message | None:
    consent = standing_of(
        case, Purpose.CONTACT_TO_SO, referral.recipient, services.clock.now(), referral=referral
    ).consent
    content = ContactCorrection(contact, (consent,) if consent else ())
    act = Act(case.case_id, content, by, referral.partner or "", referral.referral_id)
    try:
        return await perform_within(services, work, act)
    except RefusedError:
        return None  # Judged before anything is written: the correction waits for a consent.
