"""What the steps of a case add up to; ``case.fold`` does the adding."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.domain import steps as s
from gateway.domain.advice import ContestedAdvice
from gateway.domain.complaints import ComplaintState, Handler
from gateway.domain.consent import Consent, Purpose
from gateway.domain.protocol import ENQUIRY_STATES, OPINION_STATES, BusinessStatus
from gateway.domain.referral_state import ReferralState
from gateway.domain.rights import RightState


class Triage(StrEnum):
    """Where the request stands at the arbodienst."""

    NONE = "none"
    RECEIVED = "received"
    REASSESSMENT = "awaiting-reassessment"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REDIRECTED = "redirected"
    INADMISSIBLE = "inadmissible"


_EXCHANGED = frozenset({Purpose.CONTACT_TO_SO, Purpose.FEEDBACK_TO_SO, Purpose.MEDICAL_TO_SO, Purpose.OUTCOME_TO_FIRST})
"""Purposes of the consents that messages carry."""

Refusing = s.RequestDeclined | s.RequestRedirected | s.RequestFoundInadmissible


@dataclass(frozen=True, slots=True)
class Case:
    """Everything the steps so far add up to."""

    case_id: str
    dossier: s.RequestSubmitted | None = None
    advice: ContestedAdvice | None = None
    asked_at: datetime | None = None
    question: str | None = None
    triage: Triage = Triage.NONE
    accepted_at: datetime | None = None
    refusing: Refusing | None = None
    clarifications: int = 0
    reassessment_for: datetime | None = None
    renewed_at: datetime | None = None
    alternative_taken_at: datetime | None = None
    consents: tuple[Consent, ...] = ()
    chosen_recipient: str | None = None
    chosen_option: str | None = None
    breached_options: tuple[str, ...] = ()
    awaits_choice: bool = False
    has_military_exception: bool = False
    has_employer_agreement: bool = False
    referrals: tuple[ReferralState, ...] = ()
    withdrawn_at: datetime | None = None
    adoption: s.Adoption | None = None
    adoption_reasons: str | None = None
    adoption_by: s.ActorRole | None = None
    weighed: s.AdviceWeighed | None = None
    follow_up: s.FollowUpPlanned | None = None
    follow_up_for: datetime | None = None
    has_follow_up: bool = False
    transfer_requested_at: datetime | None = None
    transfer: s.TransferDecided | None = None
    handover: s.HandoverMade | None = None
    complaints: tuple[ComplaintState, ...] = ()
    handlers: tuple[Handler, ...] = ()
    judges: tuple[Handler, ...] = ()
    reopened_at: datetime | None = None
    completion_heard_at: datetime | None = None
    invoices: tuple[s.EmployerInvoiced, ...] = ()
    rights: tuple[RightState, ...] = ()
    copied_at: datetime | None = None
    stated: tuple[str, ...] | None = None
    missing: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    confirmed: tuple[str, ...] = ()
    last_event_at: datetime | None = None

    @property
    def current_referral(self) -> ReferralState | None:
        """The open referral, or the last one that was not declined; None when there is none.

        A question for room after an opinion takes nothing of its place.
        """
        found = next((referral for referral in reversed(self.referrals) if referral.is_open), None)
        lasting = [referral for referral in self.referrals if referral.state is not BusinessStatus.SO_DECLINED]
        if found is None and lasting and lasting[-1].state in ENQUIRY_STATES:
            found = next((referral for referral in reversed(lasting) if referral.state in OPINION_STATES), None)
        return found or (lasting[-1] if lasting else None)

    @property
    def is_advice_renewed(self) -> bool:
        """Whether a new advice came after the employee last said that the request stands (R13)."""
        return self.renewed_at is not None and (self.asked_at is None or self.asked_at < self.renewed_at)

    def referral(self, referral_id: str) -> ReferralState | None:
        """The referral with that id."""
        return next((r for r in self.referrals if r.referral_id == referral_id), None)

    def consent(self, consent_id: str) -> Consent | None:
        """The consent with that id, as decided last: ours, or else a partner's."""
        return self.own_consent(consent_id) or self._newest(c for c in self.consents if c.consent_id == consent_id)

    def own_consent(self, consent_id: str) -> Consent | None:
        """The consent that this side recorded under that id, as decided last."""
        return self.consent_by((None, consent_id))

    def consent_by(self, key: tuple[str | None, str]) -> Consent | None:
        """The consent that somebody recorded under an id, as decided last."""
        return self._newest(c for c in self.consents if c.key == key)

    @staticmethod
    def _newest(consents: Iterable[Consent]) -> Consent | None:
        return next(reversed(tuple(consents)), None)

    def in_reach(self, partner: str, consent: Consent) -> bool:
        """Whether a partner's word may take a consent back: it came from it, or was given to it (R27).

        A partner recorded it or is its recipient. At the pool, whose case is one referral, the arbodienst also tells
        of what both sides rest on.
        """
        if partner in {consent.recorder, consent.recipient}:
            return True
        if self.dossier is None:
            return self.exchanges(consent.purpose)
        return any(r.partner == partner and consent.recipient in r.recipient_names for r in self.referrals)

    def taken_back(self, consent_id: str, purpose: Purpose, partner: str | None) -> tuple[Consent, ...]:
        """The consents that a withdrawal takes back: of a partner's word those in its reach, of ours all of that id.

        What the arbodienst tells a pool of a consent that the pool never heard of takes back every one of that purpose
        that came from there.
        """
        named = tuple(c for c in self.consents if c.consent_id == consent_id)
        if partner is None:
            return named
        told = tuple(c for c in named if c.purpose is purpose)
        if not told and self.exchanges(purpose):
            told = tuple(c for c in self.consents if c.recorder == partner and c.purpose is purpose)
        return tuple(c for c in told if self.in_reach(partner, c))

    def exchanges(self, purpose: Purpose) -> bool:
        """Whether this is the pool's case, in which both sides rest on consents of that purpose."""
        return self.dossier is None and purpose in _EXCHANGED
