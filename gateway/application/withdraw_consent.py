"""Withdraw a consent or a request: takes effect here at once, and whoever holds data is told (R27, R37)."""

from datetime import datetime

from gateway.application.perform_act import Act, existing_case, perform_within, recorded, refused
from gateway.domain.case import Case, fold
from gateway.domain.consent import Choice, Consent, Purpose, Standing
from gateway.domain.messages import ConsentWithdrawal, Kind, Message, ReferralWithdrawal
from gateway.domain.party import Role
from gateway.domain.permissions import Permission
from gateway.domain.protocol import PROTOCOL
from gateway.domain.referral_state import ReferralState
from gateway.domain.rules.refusal import refuse
from gateway.domain.rules.standing import standing_of
from gateway.domain.steps import Actor, ActorRole, ConsentWithdrawn, RequestWithdrawn
from gateway.ports.services import Services
from gateway.ports.store import UnitOfWork

_TOLD = PROTOCOL[Kind.CONSENT_WITHDRAWN].before


async def withdraw_consent(services: Services, case_id: str, consent_id: str, by: Actor) -> datetime | None:
    """Withdraw one consent, as easily as it was given.

    Every partner that holds data under it is told the purpose and the id. Without contact consent a referral under
    way ends too: nothing may travel any more.

    Returns:
        Since when it was withdrawn here already, so that nothing changed; None when this withdrew it.

    Raises:
        RefusedError: There is no such consent.
    """

    async def run(work: UnitOfWork) -> datetime | None:
        case = await existing_case(work, case_id)
        consent = case.consent(consent_id)
        if consent is None or consent.choice is not Choice.GIVEN:
            raise refused(refuse("unknown-consent"))
        now = services.clock.now()
        known = case.taken_back(consent_id, consent.purpose, None)
        if all(_is_gone(one, now) for one in known):
            return max(one.withdrawn_at for one in known if one.withdrawn_at is not None)
        step = ConsentWithdrawn(at=now, by=by, consent_id=consent_id, purpose=consent.purpose)
        await work.append(case_id, (step,))
        await tell_holders(services, work, case, consent, ConsentWithdrawal(consent_id, consent.purpose, now), by)
        return None

    return await recorded(services, case_id, "consent-withdrawn", by, Permission.CONSENT_WITHDRAW, run)


def _is_gone(consent: Consent, at: datetime) -> bool:
    """Whether this side itself wrote down that a consent is taken back; a partner's word on its own is not enough."""
    is_ours = consent.recorder is None or consent.is_withdrawn_here
    return is_ours and consent.withdrawn_at is not None and consent.withdrawn_at <= at


async def pass_on_withdrawal(services: Services, work: UnitOfWork, case_id: str, message: Message) -> None:
    """R27: the employee told one partner; we tell the others that hold data under the same consent, once."""
    notice = message.content
    if not isinstance(notice, ConsentWithdrawal):
        return
    before = fold(case_id, [step for step in await work.steps(case_id) if step.message_id != message.message_id])
    gone = before.taken_back(notice.consent_id, notice.purpose, message.sender)
    consent = next((c for c in reversed(gone) if c.withdrawn_at is None), None)
    if consent is None:
        return
    by = Actor(ActorRole.SYSTEM, services.party.party_id)
    await tell_holders(services, work, before, consent, notice, by, heard_in=message.referral_id)


async def tell_holders(
    services: Services,
    work: UnitOfWork,
    case: Case,
    consent: Consent,
    notice: ConsentWithdrawal,
    by: Actor,
    heard_in: str | None = None,
) -> None:
    """Tell every partner that holds data under a consent that it is gone.

    Args:
        services: Ours.
        work: The unit of work that wrote the withdrawal down.
        case: As it was before.
        consent: The one that is gone.
        notice: What is said.
        by: Who withdrew it, or passes it on.
        heard_in: The referral whose other side told us, and need not be told.
    """
    for referral in _holders(case, consent):
        if referral.referral_id != heard_in:
            await perform_within(services, work, _act(case.case_id, referral, notice, by))
        if consent.purpose is Purpose.CONTACT_TO_SO and referral.is_open and services.party.role is Role.OHS:
            await perform_within(services, work, _act(case.case_id, referral, ReferralWithdrawal(), by))


async def pass_on_restrictions(services: Services, work: UnitOfWork, before: Case, by: Actor) -> None:
    """Tell partners what the employee does not permit any more, however it came on record (R27).

    Args:
        services: Ours.
        work: The unit of work that wrote it down.
        before: The case as it was before that.
        by: Who wrote it down.
    """
    if not any(referral.state in _TOLD for referral in before.referrals):
        return
    now = services.clock.now()
    after = await existing_case(work, before.case_id)
    for consent in before.consents:
        if consent.standing(now) is Standing.ACTIVE and not _stands(after, consent, now):
            notice = ConsentWithdrawal(consent.consent_id, consent.purpose, now)
            await tell_holders(services, work, before, consent, notice, by)
    after = await existing_case(work, before.case_id)
    if after.withdrawn_at is not None and before.withdrawn_at is None:
        for referral in after.referrals:
            if referral.is_open:
                await perform_within(services, work, _act(after.case_id, referral, ReferralWithdrawal(), by))


def _stands(case: Case, consent: Consent, at: datetime) -> bool:
    return standing_of(case, consent.purpose, consent.recipient, at).is_active


async def withdraw_request(services: Services, case_id: str, by: Actor) -> None:
    """The employee takes the request back; a referral under way is withdrawn. It always takes effect."""

    async def run(work: UnitOfWork) -> None:
        case = await existing_case(work, case_id)
        await work.append(case_id, (RequestWithdrawn(at=services.clock.now(), by=by),))
        for referral in case.referrals:
            if referral.is_open:
                await perform_within(services, work, _act(case_id, referral, ReferralWithdrawal(), by))

    await recorded(services, case_id, "request-withdrawn", by, Permission.REQUEST_WITHDRAW, run)


def _act(case_id: str, referral: ReferralState, content: ConsentWithdrawal | ReferralWithdrawal, by: Actor) -> Act:
    return Act(case_id, content, by, referral.partner or "", referral.referral_id)


def _holders(case: Case, consent: Consent) -> tuple[ReferralState, ...]:
    """Referrals whose other side may hold data under the consent, and has not confirmed that it erased them (R58)."""
    told = (one for one in case.referrals if one.state in _TOLD and one.erasure_confirmed_at is None)
    return tuple(referral for referral in told if _may_hold(case, referral, consent))


def _may_hold(case: Case, referral: ReferralState, consent: Consent) -> bool:
    """An outcome consent is known to whom it let a report through; before that it is a hint (R41).

    Of a consent that the pool recorded the arbodienst knows from a report or a request, and from nothing else.
    """
    if case.dossier is None and consent.recorder is None:
        told = (*referral.released_under, *(known for asked in referral.requests for known in asked.consents))
        return consent.key in {known.key for known in told}
    if consent.purpose is Purpose.OUTCOME_TO_FIRST:
        return referral.reported_at is not None
    return consent.recipient in referral.recipient_names
