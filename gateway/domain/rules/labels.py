"""Names and numbers that a partner chooses and people read: a list, a log and a command must show them whole (R50)."""

from collections.abc import Callable, Mapping
from typing import Any

from gateway.domain import messages as m
from gateway.domain.party import is_name
from gateway.domain.rules.refusal import PERMIT, Ruling, refuse

_Labels = tuple[str | None, ...]


def _authors(content: m.Content) -> _Labels:
    return tuple(document.author for document in m.documents_of(content))


def _of_referral(content: m.Referral) -> _Labels:
    performer = content.performer.name if content.performer else None
    return (content.requester.name, performer, *_authors(content))


_LABELS: Mapping[m.Kind, Callable[[Any], _Labels]] = {
    m.Kind.AVAILABILITY_ASKED: lambda content: (content.region, content.specialism, content.language),
    m.Kind.REFERRAL_REQUESTED: _of_referral,
    m.Kind.INFORMATION_REQUESTED: lambda content: (content.request_id,),
    m.Kind.INFORMATION_PROVIDED: _authors,
    m.Kind.REPORT_RELEASED: _authors,
    m.Kind.INVOICE_ISSUED: lambda content: (content.number,),
}
"""What is read as a name, a word or a number. Of the employee's own name and of texts no more is asked than that they
travel; what takes something back is never refused for how it is written (R27).
"""


def readable(content: m.Content) -> Ruling:
    """Judge that each is one line, bounded, all of which shows."""
    labels = _LABELS[content.kind](content)
    return PERMIT if all(label is None or is_name(label) for label in labels) else refuse("name-unreadable")
