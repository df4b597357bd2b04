"""Names, numbers and ids that a partner chooses and people read: lists, logs and letters must show them whole (R50)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from gateway.domain import messages as m
from gateway.domain.consent import Consent
from gateway.domain.party import is_name
from gateway.domain.people import Organisation, Physician
from gateway.domain.rules.refusal import PERMIT, Ruling, refuse

_Labels = tuple[str | None, ...]


def _authors(content: m.Content) -> _Labels:
    return tuple(document.author for document in m.documents_of(content))


def _physician(one: Physician | None) -> _Labels:
    """The name as it is written; of the rest, which people copy from lists, blanks around it are nothing."""
    if one is None:
        return ()
    facts = (one.agb, one.role, one.organisation, one.supervisor_big, one.region)
    more = (*facts, *one.other_organisations, *one.focus_areas)
    return (one.name, one.big, *(text and text.strip() for text in more))


def _house(one: Organisation) -> _Labels:
    return (one.name, one.ura, one.kvk, one.agb)


def _ids(consents: Iterable[Consent]) -> _Labels:
    """Of what permits; what restricts counts however it is numbered, and gets a number that shows (R27)."""
    return tuple(consent.consent_id for consent in consents if not consent.restricts)


def _of_referral(content: m.Referral) -> _Labels:
    people = (*_physician(content.requester), *_physician(content.performer))
    houses = (*_house(content.requester_organisation), *_house(content.performer_organisation))
    return (*people, *houses, *_authors(content), *_ids(content.consents))


def _of_invoice(content: m.InvoiceNotice) -> _Labels:
    lines = (line.description.strip() for line in content.lines)
    return (content.number, *_house(content.issuer), *_house(content.recipient), *lines)


_LABELS: Mapping[m.Kind, Callable[[Any], _Labels]] = {
    m.Kind.AVAILABILITY_ASKED: lambda content: (content.region, content.specialism, content.language),
    m.Kind.REFERRAL_REQUESTED: _of_referral,
    m.Kind.CONTACT_CORRECTED: lambda content: _ids(content.consents),
    m.Kind.REFERRAL_ACCEPTED: lambda content: _physician(content.physician),
    m.Kind.INFORMATION_REQUESTED: lambda content: (content.request_id, *_ids(content.consents)),
    m.Kind.INFORMATION_PROVIDED: _authors,
    m.Kind.REPORT_RELEASED: lambda content: (*_authors(content), *_ids(content.consents)),
    m.Kind.INVOICE_ISSUED: _of_invoice,
}
"""What is read as a name, a word or a number. Of the employee's own name and of texts no more is asked than that they
travel; what takes something back is never refused for how it is written (R27).
"""


def readable(content: m.Content) -> Ruling:
    """Judge that each is one line, bounded, all of which shows."""
    labels = _LABELS[content.kind](content)
    return PERMIT if all(label is None or is_name(label) for label in labels) else refuse("name-unreadable")
