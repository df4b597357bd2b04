"""Every list in a message has a bound, at the sender and at the receiver alike: what makes work is never many."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.domain.consent import Choice
from gateway.domain.errors import RefusedError
from gateway.domain.messages import InvoiceLine, Kind
from gateway.domain.rules.billing import MOST_LINES
from mappings.fhir.bounds import EXCEPTIONS, MOST, MOST_LINES_OF_AUDIT, most_of
from mappings.fhir.closed_list import FRAME, closed_list
from mappings.fhir.mapper import FhirBundleMapper
from tests.support.messages import DECIDED, any_party, full, sample_id
from tests.unit.mappings.fhir.test_checks import bundle, of, refused

MAPPER = FhirBundleMapper(any_party)


def said(message):
    with pytest.raises(RefusedError) as caught:
        MAPPER.to_bundle(message)
    return caught.value.code, caught.value.where


def consents(count, choice=Choice.GIVEN):
    (first, *_) = full(Kind.REPORT_RELEASED).content.consents
    return tuple(
        replace(first, consent_id=f"T-{i}", choice=choice, decided_at=DECIDED + timedelta(seconds=i))
        for i in range(count)
    )


@pytest.mark.parametrize("kind", [Kind.REFERRAL_REQUESTED, Kind.INFORMATION_REQUESTED, Kind.REPORT_RELEASED])
@pytest.mark.parametrize("choice", Choice)
def test_r25_a_message_carries_twenty_consents_and_not_one_more(kind, choice):
    """350 of them made every later look at the case dearer; an objection too many is not lost, it is refused aloud."""
    message = full(kind)
    carried = consents(MOST, choice)
    sent = MAPPER.to_bundle(replace(message, content=replace(message.content, consents=carried)))
    assert len(MAPPER.from_bundle(sent).content.consents) == MOST
    more = replace(message.content, consents=consents(MOST + 1, choice))
    assert said(replace(message, content=more)) == ("bundle-list-too-long", "Bundle.entry.resource.ofType(Consent)")


def test_r32_an_answer_carries_twenty_documents_and_not_one_more():
    message = full(Kind.INFORMATION_PROVIDED)
    (first, *_) = message.content.documents
    documents = tuple(
        replace(first, document_id=sample_id(f"document {i}"), enclosure=None, text="x") for i in range(MOST + 1)
    )
    sent = MAPPER.to_bundle(replace(message, content=replace(message.content, documents=documents[:MOST])))
    assert len(MAPPER.from_bundle(sent).content.documents) == MOST
    code, where = said(replace(message, content=replace(message.content, documents=documents)))
    assert (code, where) == ("bundle-list-too-long", "Bundle.entry.resource.ofType(DocumentReference)")


def test_r54_an_invoice_has_two_hundred_lines_and_not_one_more():
    message = full(Kind.INVOICE_ISSUED)
    lines = (InvoiceLine("Second opinion", 1, 100),) * (MOST_LINES + 1)
    MAPPER.to_bundle(replace(message, content=replace(message.content, lines=lines[:-1])))
    assert said(replace(message, content=replace(message.content, lines=lines)))[0] == "bundle-list-too-long"


def test_audit_lines_without_end_are_refused_at_receipt():
    made = bundle()
    line = of(made, "AuditEvent")
    for i in range(MOST_LINES_OF_AUDIT):
        made["entry"].append(
            {"fullUrl": "urn:uuid:" + sample_id(f"line {i}"), "resource": line | {"id": sample_id(f"line {i}")}}
        )
    assert refused(made) == "bundle-list-too-long"


@pytest.mark.parametrize(
    "grow",
    [
        lambda made: of(made, "Patient")["name"][0].update(given=["A."] * (MOST + 1)),
        lambda made: of(made, "Patient").update(telecom=[of(made, "Patient")["telecom"][0]] * (MOST + 1)),
        lambda made: of(made, "ServiceRequest").update(
            category=[of(made, "ServiceRequest")["category"][0]] * (MOST + 1)
        ),
        lambda made: of(made, "Task")["meta"].update(security=[of(made, "Task")["meta"]["security"][0]] * (MOST + 1)),
    ],
)
def test_a_list_in_a_resource_has_a_bound(grow):
    made = bundle()
    grow(made)
    assert refused(made) == "bundle-list-too-long"


def test_every_list_of_every_kind_has_a_bound():
    """Nobody adds a list without one: what has no bound of its own is counted by the type of its entries."""
    unbounded = {
        name for kind in Kind for tree in closed_list(kind).values() for name in _lists(tree) if most_of(name) is None
    }
    assert unbounded == {name for name, most in EXCEPTIONS.items() if most is None} == {"entry"}
    assert FRAME == "Bundle"


def _lists(element):
    for name, member in element.members.items():
        if member.is_list:
            yield name
        yield from _lists(member)
    for member in element.extensions.values():
        yield from _lists(member)


def test_many_entries_cost_no_more_than_counting_them():
    made = bundle()
    made["entry"] += [{"fullUrl": "x", "resource": {"resourceType": "Consent"}}] * 5000
    assert refused(made) == "bundle-list-too-long"
