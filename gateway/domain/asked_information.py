"""What the second physician asked within a referral, and what came of it (R32)."""

from dataclasses import replace

from gateway.domain.referral_state import InformationState, ReferralState
from gateway.domain.steps import InformationDeclined, InformationProvided, InformationRequested


def ask(referral: ReferralState, step: InformationRequested) -> ReferralState:
    """Add a request that has no answer yet."""
    asked = InformationState(
        step.request_id, step.asked, step.employee_decided_at, asked_at=step.at, consents=step.consents
    )
    return replace(referral, requests=(*referral.requests, asked))


def answer(referral: ReferralState, step: InformationProvided | InformationDeclined) -> ReferralState:
    """Answer a request, with the documents that came, or with none."""
    requests = tuple(
        replace(r, is_answered=True, outcome=step.code, answered_at=step.at) if r.request_id == step.request_id else r
        for r in referral.requests
    )
    documents = step.documents if isinstance(step, InformationProvided) else ()
    return replace(referral, requests=requests, documents=(*referral.documents, *documents))
