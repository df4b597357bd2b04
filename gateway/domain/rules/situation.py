"""What a judgement of a message may look at, the same at both sides."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from gateway.domain import messages as m
from gateway.domain.case import Case
from gateway.domain.consent import Consent, ConsentDecision, Purpose, recorded_by
from gateway.domain.contract import organisation_of
from gateway.domain.days import LEEWAY
from gateway.domain.party import Party, Role
from gateway.domain.policy import Policy
from gateway.domain.referral_state import ReferralState
from gateway.domain.rules.standing import standing_of


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a judgement may look at.

    Attributes:
        case: The case at this side, folded.
        referral: The referral the message belongs to; None when it opens one.
        policy: Of the arbodienst; a default at the pool, where no policy decides.
        party: Ourselves.
        partner: The other party.
        at: The instant for which consents must hold.
        recipients: Recipient texts this party serves besides its own id.
        overtaken_by: What the partner said later in this conversation and what came earlier: it waits for its turn,
            but is known (R27).
        is_received: Whether the partner said it; otherwise this side is about to.
        is_spent: Whether the conversation was held here before and its case is gone: it begins no second time.
    """

    case: Case
    referral: ReferralState | None
    policy: Policy
    party: Party
    partner: Party
    at: datetime
    recipients: tuple[str, ...] = field(default=())
    overtaken_by: tuple[m.Content, ...] = field(default=())
    is_received: bool = False
    is_spent: bool = False

    @property
    def sender(self) -> Party:
        """Whose word it is."""
        return self.partner if self.is_received else self.party

    @property
    def receiver(self) -> Party:
        """To whom it is said."""
        return self.party if self.is_received else self.partner

    @property
    def pool_names(self) -> frozenset[str]:
        """Names under which a consent may name the pool of this referral."""
        named = names_of(self.referral.recipient) if self.referral else frozenset()
        is_ours = self.party.role is Role.POOL
        return named | {self.party.party_id, *self.recipients} if is_ours else named | {self.partner.party_id}

    @property
    def first(self) -> str:
        """The arbodienst, as the consents for the outcome name it: who the message goes to or comes from (R40)."""
        return self.party.party_id if self.party.role is Role.OHS else self.partner.party_id

    def standing(self, carried: tuple[Consent, ...], purpose: Purpose, recipient: str) -> ConsentDecision:
        """How a consent stands on which a message rests.

        At the sender its record decides. At the receiver the message decides, unless our own record objects.
        """
        if not self.is_received:
            return self._weighed(self.case.consents, purpose, recipient, self.at)
        consents, at = recorded_by(carried, self.partner.party_id), as_of(carried, self.at)
        told = self._weighed(consents, purpose, recipient, at)
        both = self._weighed((*self.case.consents, *consents), purpose, recipient, at)
        return told if both.is_active else both

    def _weighed(
        self, consents: tuple[Consent, ...], purpose: Purpose, recipient: str, at: datetime
    ) -> ConsentDecision:
        known, partner = self.referral, self.partner.party_id
        return standing_of(self.case, purpose, recipient, at, referral=known, partner=partner, consents=consents)


def as_of(consents: Iterable[Consent], at: datetime) -> datetime:
    """The instant as of which what a partner carries is weighed: its clock may be ahead of ours by the leeway."""
    return max((at, *(c.decided_at for c in consents if c.decided_at <= at + LEEWAY)))


def without_withdrawn(situation: Situation, consents: tuple[Consent, ...]) -> tuple[Situation, tuple[Consent, ...]]:
    """The same, with every consent taken back of which the partner said so later in this conversation (R27)."""
    if not situation.overtaken_by:
        return situation, consents
    partner, at = situation.partner.party_id, situation.at
    said = [later for later in situation.overtaken_by if isinstance(later, m.ConsentWithdrawal)]
    gone = {withdrawal.consent_id for withdrawal in said}
    case = situation.case
    taken = [consent for w in said for consent in case.taken_back(w.consent_id, w.purpose, partner)]
    kept = tuple(c.withdrawn(at) if c in taken else c for c in case.consents)
    carried = tuple(c.withdrawn(at) if c.consent_id in gone else c for c in consents)
    return replace(situation, case=replace(case, consents=kept)), carried


def names_of(recipient: str) -> frozenset[str]:
    """A recipient text, and its organisation."""
    return frozenset({recipient, organisation_of(recipient)})
