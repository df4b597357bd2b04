"""What must hold for a message, and when that is judged: when it is made, when it is published, when it is received."""

from collections.abc import Mapping
from enum import StrEnum


class Moment(StrEnum):
    """When a need is judged (protocol.md section 4)."""

    MADE = "made"
    PUBLISHED = "published"
    RECEIVED = "received"


class Need(StrEnum):
    """What must hold for a message; each is judged by one function, named in ``gateway.domain.rules.judgement``."""

    SENDER_ROLE = "sender-role"
    STATE = "state"
    PARTNER_OF_REFERRAL = "partner-of-referral"
    STILL_OPEN = "still-open"
    NOT_OVERTAKEN = "not-overtaken"
    NOT_RESTRICTED = "not-restricted"
    NOT_IN_DOUBT = "not-in-doubt"
    TIMES = "times"
    LABELS_READABLE = "labels-readable"
    ANONYMOUS_TEXTS = "anonymous-texts"
    REFERRAL_MAY_FOLLOW = "referral-may-follow"
    REFERRAL_PERMITTED = "referral-permitted"
    RECIPIENT_SERVED = "recipient-served"
    PARTIES_NAMED = "parties-named"
    REQUESTER_REGISTERED = "requester-registered"
    INDEPENDENCE = "independence"
    PHYSICIAN_CHOSEN = "physician-chosen"
    CONTACT_PERMITTED = "contact-permitted"
    DOCUMENTS_PERMITTED = "documents-permitted"
    DOCUMENTS_IN_PLACE = "documents-in-place"
    CONSENTS_IN_PLACE = "consents-in-place"
    INFORMATION_ASKED = "information-asked"
    ASKED_WITH_CONSENT = "asked-with-consent"
    REQUEST_OPEN = "request-open"
    INFORMATION_PERMITTED = "information-permitted"
    REPORT_PERMITTED = "report-permitted"
    SHARED_SIZE = "shared-size"
    CONSENT_KNOWN = "consent-known"
    NOTHING_TO_KEEP = "nothing-to-keep"
    ERASURE_NOT_ASKED = "erasure-not-asked"
    ERASURE_ASKED = "erasure-asked"
    INVOICE_OF_PARTIES = "invoice-of-parties"
    INVOICE_ANONYMOUS = "invoice-anonymous"
    RECEIPT_OF_OURS = "receipt-of-ours"


_M, _P, _R = Moment.MADE, Moment.PUBLISHED, Moment.RECEIVED
JUDGED: Mapping[Need, frozenset[Moment]] = {
    Need.SENDER_ROLE: frozenset({_M, _R}),
    Need.STATE: frozenset({_M, _R}),
    Need.PARTNER_OF_REFERRAL: frozenset({_M, _R}),
    Need.STILL_OPEN: frozenset({_P}),
    Need.NOT_OVERTAKEN: frozenset({_M, _P, _R}),
    Need.NOT_RESTRICTED: frozenset({_M, _P}),
    Need.NOT_IN_DOUBT: frozenset({_M, _P}),
    Need.TIMES: frozenset({_M, _R}),
    Need.LABELS_READABLE: frozenset({_M, _R}),
    Need.ANONYMOUS_TEXTS: frozenset({_M, _R}),
    Need.REFERRAL_MAY_FOLLOW: frozenset({_M}),
    Need.REFERRAL_PERMITTED: frozenset({_M, _P}),
    Need.RECIPIENT_SERVED: frozenset({_R}),
    Need.PARTIES_NAMED: frozenset({_M, _R}),
    Need.REQUESTER_REGISTERED: frozenset({_M, _R}),
    Need.INDEPENDENCE: frozenset({_M, _R}),
    Need.PHYSICIAN_CHOSEN: frozenset({_M, _R}),
    Need.CONTACT_PERMITTED: frozenset({_M, _P, _R}),
    Need.DOCUMENTS_PERMITTED: frozenset({_M, _P, _R}),
    Need.DOCUMENTS_IN_PLACE: frozenset({_M, _R}),
    Need.CONSENTS_IN_PLACE: frozenset({_M, _R}),
    Need.INFORMATION_ASKED: frozenset({_M, _R}),
    Need.ASKED_WITH_CONSENT: frozenset({_M, _R}),
    Need.REQUEST_OPEN: frozenset({_M, _R}),
    Need.INFORMATION_PERMITTED: frozenset({_M, _P, _R}),
    Need.REPORT_PERMITTED: frozenset({_M, _P, _R}),
    Need.SHARED_SIZE: frozenset({_R}),
    Need.CONSENT_KNOWN: frozenset({_M, _R}),
    Need.NOTHING_TO_KEEP: frozenset({_R}),
    Need.ERASURE_NOT_ASKED: frozenset({_M}),
    Need.ERASURE_ASKED: frozenset({_R}),
    Need.INVOICE_OF_PARTIES: frozenset({_M, _R}),
    Need.INVOICE_ANONYMOUS: frozenset({_M, _R}),
    Need.RECEIPT_OF_OURS: frozenset({_R}),
}
"""When each need is judged. What only one side can know is judged there alone: the dossier never travels, and the
length of a message, its place among others and our own words to it are known to who receives it.
"""

ANSWERED = frozenset({Need.ASKED_WITH_CONSENT, Need.NOTHING_TO_KEEP})
"""Judged at receipt and answered by a message instead of a refusal: not permitted (R32), kept with the ground (R58)."""
