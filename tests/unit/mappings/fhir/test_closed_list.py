"""R28: markers planted in everything around a referral never appear; those in the referral all do."""

import base64
import json
from dataclasses import fields

from hypothesis import given, settings

from gateway.domain.messages import Kind, Referral
from gateway.domain.party import Party, Role
from gateway.domain.people import Address, Employee, PersonName
from mappings.fhir.mapper import FhirBundleMapper
from tests.support.messages import any_party, full, messages

MAPPER = FhirBundleMapper(any_party)
ALLOWED_PATIENT = {"resourceType", "id", "meta", "name", "telecom", "address", "communication", "extension"}


def strings(value):
    if isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, str):
        yield value


def readable(payload):
    """All text in a bundle, what is in base64 included."""
    found = []
    for text in strings(json.loads(payload)):
        found.append(text)
        try:
            found.append(base64.b64decode(text, validate=True).decode())
        except ValueError:
            continue
    return "\n".join(found)


@given(messages(Kind.REFERRAL_REQUESTED))
@settings(max_examples=40)
def test_a_patient_never_has_more_than_contact_data(message):
    bundle = json.loads(MAPPER.to_bundle(message))
    patients = [e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "Patient"]
    assert len(patients) == 1
    assert patients[0].keys() <= ALLOWED_PATIENT
    types = {entry["resource"]["resourceType"] for entry in bundle["entry"]}
    assert types.isdisjoint({"RelatedPerson", "Coverage", "Observation", "Condition", "Encounter"})


def test_what_an_employee_has_beyond_contact_data_has_no_place_in_a_referral():
    contact = {"name", "address", "telephone", "email", "preferred_channel", "language", "needs_interpreter"}
    beyond = {field.name for field in fields(Employee)} - contact
    own = {field.name for field in fields(Referral)}
    assert beyond.isdisjoint(own)
    assert {field.name for field in fields(type(full(Kind.REFERRAL_REQUESTED).content.patient))} == contact


def test_every_marker_in_the_referral_arrives_and_none_from_the_outside():
    def party(party_id):
        return Party(
            party_id, Role.OHS if party_id.startswith("arbo") else Role.POOL, f"naam-{party_id}", ura="MERK-URA"
        )

    message = full(Kind.REFERRAL_REQUESTED)
    marked = Referral(
        **{
            **{field.name: getattr(message.content, field.name) for field in fields(Referral)},
            "question": "MERK-VRAAG",
            "patient": type(message.content.patient)(
                PersonName("MERK-NAAM", initials="M.", call_name="MERK-ROEP"),
                Address(city="MERK-PLAATS"),
                "MERK-TEL",
                "MERK-MAIL",
            ),
        }
    )
    sent = type(message)(
        message.message_id, message.sender, message.recipient, message.sent_at, marked, message.referral_id, 1
    )
    text = readable(FhirBundleMapper(party).to_bundle(sent))
    for marker in ("MERK-VRAAG", "MERK-NAAM", "MERK-ROEP", "MERK-PLAATS", "MERK-TEL", "MERK-MAIL"):
        assert marker in text
    assert "MERK-URA" not in text
    assert "bsn" not in text.lower()
