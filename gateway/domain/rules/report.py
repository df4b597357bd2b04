"""May the report travel to the first physician (R39 to R41)."""

from datetime import datetime

from gateway.domain.case import Case
from gateway.domain.consent import Purpose, Standing
from gateway.domain.protocol import BusinessStatus
from gateway.domain.referral_state import ReferralState
from gateway.domain.rules.refusal import PERMIT, Decision, Ruling, decide, refuse
from gateway.domain.rules.standing import standing_of

_OUTCOME = {
    Standing.ABSENT: "outcome-consent-absent",
    Standing.REFUSED: "outcome-consent-refused",
    Standing.WITHDRAWN: "outcome-consent-withdrawn",
    Standing.EXPIRED: "outcome-consent-expired",
    Standing.OTHER_RECIPIENT: "outcome-consent-other-recipient",
}
_CLOSED = {
    BusinessStatus.WITHDRAWN: "withdrawn",
    BusinessStatus.STOPPED: "no-referral",
}


def draft_discussed(referral: ReferralState) -> Ruling:
    """R39: the second physician discusses the draft with the employee first."""
    return PERMIT if referral.draft_discussed_at is not None else refuse("draft-not-discussed")


def outcome_consent(case: Case, referral: ReferralState, recipient: str, at: datetime) -> Ruling:
    """R40: OUTCOME-TO-FIRST for this recipient, given after the employee saw the draft."""
    decision = standing_of(case, Purpose.OUTCOME_TO_FIRST, recipient, at, referral=referral)
    if decision.standing is not Standing.ACTIVE or decision.consent is None:
        return refuse(_OUTCOME[decision.standing])
    seen_at = referral.draft_discussed_at
    if seen_at is None or decision.consent.decided_at <= seen_at:
        return refuse("outcome-consent-before-draft")
    return PERMIT


def still_open(referral: ReferralState) -> Ruling:
    """R27, R41: withheld is not for ever; once withdrawn or stopped, nothing can be sent any more."""
    code = _CLOSED.get(referral.state)
    return refuse(code) if code else PERMIT


def may_return_report(case: Case, referral: ReferralState | None, recipient: str, at: datetime) -> Decision:
    """Whether the report may travel to the first physician at an instant.

    Args:
        case: The case, at either side.
        referral: The referral it belongs to.
        recipient: The arbodienst of the first physician, as the consent names it.
        at: The instant for which the consent must hold.
    """
    if referral is None:
        return decide(refuse("no-referral"))
    return decide(still_open(referral), draft_discussed(referral), outcome_consent(case, referral, recipient, at))
