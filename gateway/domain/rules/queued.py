"""Judge once more what waits in the outbox, by what is known of it when it is published (R27, R37).

Its content is sealed by then. ``judgement`` names, for each need, which of these is asked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from gateway.domain import messages as m
from gateway.domain.consent import Purpose
from gateway.domain.protocol import ENDED_STATES, PROTOCOL, BusinessStatus
from gateway.domain.referral_state import ReferralState
from gateway.domain.rules import referral, report, rights
from gateway.domain.rules.refusal import PERMIT, Ruling, refuse
from gateway.domain.rules.situation import Situation
from gateway.domain.rules.standing import standing_of

Rulings = Iterable[Ruling]


PURPOSES = {
    m.DocumentRole.CONTESTED_FEEDBACK: (Purpose.FEEDBACK_TO_SO, "feedback-not-permitted"),
    m.DocumentRole.MEDICAL_DATA: (Purpose.MEDICAL_TO_SO, "medical-not-permitted"),
    m.DocumentRole.REASONING: (Purpose.MEDICAL_TO_SO, "medical-not-permitted"),
}
"""On which consent a document rests, and the code without it (R28)."""


@dataclass(frozen=True, slots=True)
class Queued:
    """What is known of a message of ours that waits; its content is sealed by then.

    Attributes:
        kind: Of the message.
        carried: Roles of the documents it carries.
    """

    kind: m.Kind
    carried: frozenset[str]


def ended_by(waiting: Iterable[m.Content]) -> Ruling:
    """R27, R37: what waits for its turn ends the referral already, where it is about to."""
    said = {type(later) for later in waiting}
    if m.ReferralWithdrawal in said:
        return refuse("withdrawn")
    return refuse("wrong-state") if said & {m.ReferralStop, m.ErasureRequest} else PERMIT


def again_still_open(_: Situation, waiting: ReferralState, queued: Queued) -> Rulings:
    """R27, R37: what ended meanwhile, other than by this very message, ends what waits.

    Who answered a referral has it, so that the same bytes tell nothing new.
    """
    row = PROTOCOL[queued.kind]
    ends = {BusinessStatus.WITHDRAWN} if row.opens else ENDED_STATES - row.before - {row.after}
    code = "withdrawn" if waiting.state is BusinessStatus.WITHDRAWN else "wrong-state"
    yield refuse(code) if waiting.state in ends else PERMIT


def again_not_overtaken(situation: Situation, _: ReferralState, queued: Queued) -> Rulings:
    """Who stopped a referral has it, though it has not said so yet."""
    waiting = situation.overtaken_by
    ending = [later for later in waiting if not (PROTOCOL[queued.kind].opens and isinstance(later, m.ReferralStop))]
    yield ended_by(ending)


def again_documents(situation: Situation, waiting: ReferralState, queued: Queued) -> Rulings:
    """Weigh the consents for the documents it carries."""
    for role, (purpose, code) in PURPOSES.items():
        if role.value in queued.carried:
            decision = standing_of(situation.case, purpose, waiting.recipient, situation.at, referral=waiting)
            yield PERMIT if decision.is_active else refuse(code)


def again_referral(situation: Situation, waiting: ReferralState, _: Queued) -> Rulings:
    """The same judgement as when it was made: a request taken back or a side job told of since counts too.

    Who answered it to its end has it; what is to be chosen since is about the next one (R37).
    """
    if waiting.state in ENDED_STATES:
        return ()
    return referral.may_refer(situation.case, situation.policy, situation.at, waiting.recipient).refusals


def again_contact(situation: Situation, waiting: ReferralState, _: Queued) -> Rulings:
    """Weigh the consent for contact data."""
    yield referral.contact_consent(situation.case, waiting.recipient, situation.at)


def again_report(situation: Situation, waiting: ReferralState, _: Queued) -> Rulings:
    """Weigh the consent for the outcome."""
    yield report.outcome_consent(situation.case, waiting, situation.first, situation.at)


def again_not_restricted(situation: Situation, *_: Any) -> Rulings:
    """Look whether processing was restricted."""
    yield rights.not_restricted(situation.case)


def again_not_in_doubt(situation: Situation, *_: Any) -> Rulings:
    """Look whether the record came in doubt."""
    return referral.in_doubt(situation.case).refusals
