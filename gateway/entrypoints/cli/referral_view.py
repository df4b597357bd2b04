"""Referrals and consents as rows and records to show."""

from gateway.domain.case import Case
from gateway.domain.consent import Consent, Purpose
from gateway.domain.contact import Channel
from gateway.domain.messages import Document, PatientContact
from gateway.domain.referral_state import InformationState, ReferralState
from gateway.domain.rules.information import FREE_OF_CONSENT
from gateway.domain.rules.standing import standing_of
from gateway.domain.rules.waiting import Waiting
from gateway.entrypoints.cli.output import Row


def referral_row(referral: ReferralState) -> Row:
    """One referral in a list; nothing about the person."""
    return {
        "referral": referral.referral_id,
        "state": referral.state,
        "partner": referral.partner,
        "recipient": referral.recipient,
        "requested_at": referral.requested_at,
        "open_requests": tuple(r.asked.value for r in referral.requests if not r.is_answered),
    }


def waiting_row(waiting: Waiting | None) -> Row:
    """What a case or a referral waits for first, whose turn it is, since when and until when."""
    return {
        "waits_for": waiting.what if waiting else None,
        "whom": waiting.whom if waiting else None,
        "since": waiting.since if waiting else None,
        "due": waiting.due if waiting else None,
    }


def consent_row(consent: Consent) -> Row:
    """One consent in a list."""
    return {
        "consent": consent.consent_id,
        "purpose": consent.purpose,
        "choice": consent.choice,
        "recipient": consent.recipient,
        "decided_at": consent.decided_at,
        "expires_at": consent.expires_at,
        "withdrawn_at": consent.withdrawn_at,
        "recorded_by": consent.recorder,
    }


def referral_record(case: Case, referral: ReferralState) -> Row:
    """Everything this side knows of a referral."""
    sent = referral.referral
    documents = [*(sent.documents if sent else ()), *referral.documents]
    return {
        **referral_row(referral),
        "task_status": referral.task_status,
        "employee": _contact(sent.patient) if sent else None,
        "requester": sent.requester.name if sent else None,
        "requester_organisation": sent.requester_organisation.name if sent else None,
        "advice": sent.advice_kind if sent else None,
        "question": (sent.question if sent else None) or case.question,
        "physician": referral.physician.name if referral.physician else None,
        "first_contact_at": referral.first_contact_at,
        "draft_discussed_at": referral.draft_discussed_at,
        "refused_milestones": tuple(told.milestone.value for told in referral.milestones if told.is_refused),
        "information_requests": [_request(case, referral, asked) for asked in referral.requests],
        "erasure_kept_because": referral.erasure_kept_because,
        "consents": [consent_row(consent) for consent in case.consents],
        "documents": [_document(document) for document in documents],
        "report": _document(referral.report) if referral.report else None,
        "reported_at": referral.reported_at,
    }


def _request(case: Case, referral: ReferralState, asked: InformationState) -> Row:
    """What was asked, what the request said of consents, and what our own record decides: a person looks at both."""
    ours = standing_of(case, Purpose.MEDICAL_TO_SO, referral.recipient, asked.asked_at, referral=referral)
    return {
        "request": asked.request_id,
        "asked": asked.asked,
        "outcome": asked.outcome,
        "employee_decided_at": asked.employee_decided_at,
        "told_consents": [consent_row(consent) for consent in asked.consents],
        "standing": None if asked.asked in FREE_OF_CONSENT else ours.standing,
        "decided_by": ours.consent.consent_id if ours.consent else None,
    }


def _document(document: Document) -> Row:
    enclosure = document.enclosure
    file = {"media_type": enclosure.media_type, "size": enclosure.size} if enclosure else None
    return {
        "role": document.role,
        "author": document.author,
        "created_at": document.created_at,
        "document": document.document_id,
        **({"file": file} if file else {"text": document.text}),
    }


_CHANNELS = {
    Channel.EMAIL: "by e-mail",
    Channel.TELEPHONE: "by telephone",
    Channel.POST: "by post",
}


def _contact(contact: PatientContact) -> Row:
    """Name, address and contact data, with channel, language and interpreter need in words (R28)."""
    from dataclasses import asdict

    from mappings.terminology.languages import language_words

    parts = {"name": contact.name, "address": contact.address}
    known = {key: {k: v for k, v in asdict(part).items() if v} for key, part in parts.items() if part}
    return {
        **known,
        "telephone": contact.telephone,
        "email": contact.email,
        "preferred": _CHANNELS[contact.preferred_channel] if contact.preferred_channel else None,
        "language": language_words(contact.language) if contact.language else None,
        "interpreter": "needed" if contact.needs_interpreter else "not needed, as far as known",
    }
