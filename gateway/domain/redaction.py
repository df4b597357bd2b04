"""Redaction: a case without what only those may read whose case it is (R38, R42)."""

from dataclasses import replace

from gateway.domain.case import Case
from gateway.domain.referral_state import ReferralState


def without_content(case: Case) -> Case:
    """Leave where a case stands, whose it is and what was consented to; no question, doubt, reasons or documents."""
    advice = replace(case.advice, feedback_text=None) if case.advice else None
    dossier = case.dossier
    if dossier is not None:
        dossier = replace(
            dossier, doubt=None, advice=replace(dossier.advice, feedback_text=None), earlier_cases=(), channel=None
        )
    return replace(
        without_documents(case),
        advice=advice,
        dossier=dossier,
        question=None,
        refusing=None,
        adoption_reasons=None,
        transfer=None,
    )


def without_documents(case: Case) -> Case:
    """Leave everything but the documents that went along with a referral, came after it, and the report."""
    return replace(case, handover=None, referrals=tuple(_bare(referral) for referral in case.referrals))


def _bare(referral: ReferralState) -> ReferralState:
    sent = replace(referral.referral, question=None, documents=()) if referral.referral else None
    return replace(referral, referral=sent, documents=(), report=None)
