"""Weigh the consents of a case: for the people a disclosure would reach, and between its two parties (R25, R27)."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from gateway.domain.case import Case
from gateway.domain.consent import Consent, ConsentDecision, Purpose, Receiving, weigh
from gateway.domain.contract import organisation_of
from gateway.domain.people import Physician
from gateway.domain.referral_state import ReferralState
from gateway.domain.rules.recipient import physician_chosen, second_physician

_TO_SECOND = frozenset({Purpose.CONTACT_TO_SO, Purpose.FEEDBACK_TO_SO, Purpose.MEDICAL_TO_SO})


def standing_of(
    case: Case,
    purpose: Purpose,
    recipient: str,
    at: datetime,
    *,
    referral: ReferralState | None = None,
    partner: str | None = None,
    consents: Iterable[Consent] | None = None,
) -> ConsentDecision:
    """Decide one purpose for one recipient of a case at one instant.

    Args:
        case: The case, at either side.
        purpose: The purpose of the disclosure.
        recipient: Organisation, or ``organisation/person``.
        at: The instant for which the answer must hold.
        referral: In which it is disclosed; found by the recipient when None.
        partner: To or from whom; that of the referral when None.
        consents: Other than those of the case.
    """
    known = referral or _referral_to(case, recipient)
    receiving = Receiving(
        tuple(_receivers(case, purpose, recipient, known)),
        _is_as_chosen(case, recipient, known),
        frozenset(_houses(case, recipient, known, partner)) if purpose in _TO_SECOND else frozenset(),
        frozenset(_givers(case, purpose, known)),
    )
    partners = frozenset({partner}) if partner else _partners(case, purpose, recipient, known)
    return weigh(
        case.consents if consents is None else consents,
        purpose,
        recipient,
        at,
        receiving=receiving,
        partners=partners,
    )


def _referral_to(case: Case, recipient: str) -> ReferralState | None:
    return next((r for r in reversed(case.referrals) if r.is_open and r.recipient == recipient), None)


def _receivers(case: Case, purpose: Purpose, recipient: str, referral: ReferralState | None) -> Iterator[Physician]:
    """Name who would receive, as far as known; where nobody is, an objection to a person there may mean them."""
    referral = referral or (case.current_referral if case.dossier is None else None)  # a pool's case is one referral
    told = referral.referral if referral else None
    colleague = case.transfer.colleague if case.transfer is not None and case.transfer.is_granted else None
    if purpose in _TO_SECOND:
        named = (referral.physician if referral else None) or (told.performer if told else None)
        physician = named or second_physician(case, recipient)
        if physician is not None:
            yield physician
    elif purpose is Purpose.OUTCOME_TO_FIRST:
        first = case.dossier.first_physician if case.dossier else (told.requester if told else None)
        if first is not None:
            yield first
    if purpose not in _TO_SECOND and colleague:
        yield Physician(colleague)


def _is_as_chosen(case: Case, recipient: str, referral: ReferralState | None) -> bool:
    """Whether who accepted is tied to the choice by name; it was judged when they accepted (R8)."""
    told = referral.referral if referral else None
    if referral is None or referral.physician is None:
        return True
    return (told is not None and told.performer is not None) or physician_chosen(case, recipient) is not None


def _houses(case: Case, recipient: str, referral: ReferralState | None, partner: str | None) -> Iterator[str]:
    """Name who serves a recipient: what goes to the one reaches the other (R8, R25)."""
    if partner is not None and case.dossier is not None:
        yield partner
    for one in (referral,) if referral else case.referrals:
        if one.is_open and recipient in one.recipient_names:
            served = one.referral.performer_organisation.organisation_id if one.referral else None
            own = one.partner if case.dossier is not None else served
            yield from () if own is None else (own,)


def _givers(case: Case, purpose: Purpose, referral: ReferralState | None) -> Iterator[str]:
    """Name who discloses, at either side: the arbodienst to the second physician, and the other way the outcome."""
    referral = referral or (case.current_referral if case.dossier is None else None)
    told = referral.referral if referral else None
    found: list[str | None] = []
    if purpose in _TO_SECOND and case.dossier is not None:
        found = [case.dossier.organisation, case.dossier.first_physician.organisation]
    elif purpose in _TO_SECOND and referral is not None:
        found = [referral.partner, told.requester.organisation if told else None]
    elif purpose is Purpose.OUTCOME_TO_FIRST:
        for one in (referral,) if referral else case.referrals:
            served = one.referral.performer_organisation.organisation_id if one.referral else None
            found += [one.recipient, organisation_of(one.recipient), served]
            found += [one.partner] if case.dossier is not None else []
    yield from (place for place in found if place)


def _partners(case: Case, purpose: Purpose, recipient: str, referral: ReferralState | None) -> frozenset[str] | None:
    """Name whose word counts besides our own record; None for everybody's, where no partner is told apart."""
    if referral is not None and referral.partner is not None:
        return frozenset({referral.partner})
    if purpose not in _TO_SECOND:
        return None
    served = {r.partner for r in case.referrals if r.partner is not None and recipient in r.recipient_names}
    return frozenset({recipient, organisation_of(recipient), *served})
