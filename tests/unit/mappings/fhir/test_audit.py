"""Audit lines: the one the row asks for is always there, decisions are written permit and deny."""

import json
from dataclasses import replace

import pytest

from gateway.domain.messages import Kind
from gateway.domain.protocol import PROTOCOL
from gateway.ports.bundles import AuditOutcome, AuditRecord, AuditWhat
from mappings.fhir.mapper import FhirBundleMapper
from mappings.terminology import systems
from tests.support.messages import DECIDED, OHS, SAMPLES, any_party, full

MAPPER = FhirBundleMapper(any_party)


def events(message, audit=()):
    bundle = json.loads(MAPPER.to_bundle(message, audit=audit))
    return [e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "AuditEvent"]


def profiles(found):
    return [profile for event in found for profile in event["meta"].get("profile", [])]


def record(what, message, **changes):
    made = AuditRecord(what, AuditOutcome.DENIED, DECIDED, "secretariaat", OHS.party_id, message.message_id)
    return replace(made, **changes)


@pytest.mark.parametrize("kind", Kind)
def test_the_line_the_row_asks_for(kind):
    found = events(full(kind))
    is_disclosure = PROTOCOL[kind].audit == "disclosure"
    assert (systems.DISCLOSURE_SOURCE_PROFILE in profiles(found)) is is_disclosure
    assert found


def test_a_given_line_takes_its_place():
    message = full(Kind.REPORT_WITHHELD)
    found = events(message, [record(AuditWhat.NOTICE, message, agent_name="B. Alders", on_behalf_of="dr. J. Terpstra")])
    assert len(found) == 1
    assert found[0]["outcome"] == "8"
    assert [agent.get("name") for agent in found[0]["agent"]][2:] == ["B. Alders", "dr. J. Terpstra"]


def test_one_line_per_consent_permit_and_deny():
    found = [
        e
        for e in events(full(Kind.REFERRAL_REQUESTED))
        if systems.AUTHZ_CONSENT_PROFILE in e["meta"].get("profile", [])
    ]
    assert [event["outcome"] for event in found] == ["0", "0", "8", "8"]
    assert [event["purposeOfEvent"][1]["coding"][0]["code"] for event in found][:2] == [
        "CONTACT-TO-SO",
        "FEEDBACK-TO-SO",
    ]


def test_a_given_decision_is_not_made_twice():
    message = full(Kind.REFERRAL_REQUESTED)
    consent = message.content.consents[0]
    given = record(AuditWhat.CONSENT_DECISION, message, consent_id=consent.consent_id, purpose=consent.purpose)
    found = [e for e in events(message, [given]) if systems.AUTHZ_CONSENT_PROFILE in e["meta"].get("profile", [])]
    assert len(found) == len(message.content.consents)


def test_a_receipt_can_attest_a_disclosure_at_the_side_that_received_it():
    message = full(Kind.RECEIPT)
    found = events(message, [record(AuditWhat.DISCLOSURE, message)])
    assert systems.DISCLOSURE_RECIPIENT_PROFILE in profiles(found)


def test_a_disclosure_names_the_documents():
    event = next(
        e
        for e in events(full(Kind.REPORT_RELEASED))
        if systems.DISCLOSURE_SOURCE_PROFILE in e["meta"].get("profile", [])
    )
    assert sum(entity["role"]["code"] == "3" for entity in event["entity"]) == 1


def test_audit_lines_are_no_part_of_the_message():
    message = SAMPLES["report-released"]
    assert MAPPER.from_bundle(MAPPER.to_bundle(message, audit=[record(w, message) for w in AuditWhat])) == message


@pytest.mark.parametrize("kind", Kind)
def test_r50_the_reader_hears_in_which_role_somebody_acted(kind):
    message = full(kind)
    decided = record(AuditWhat.CONSENT_DECISION, message, agent_role="auditor", consent_id="T1")
    act = record(AuditWhat(PROTOCOL[kind].audit), message, agent_role="practice-assistant")
    assert MAPPER.from_bundle(MAPPER.to_bundle(message, audit=[decided, act])).acted_as == "practice-assistant"


@pytest.mark.parametrize("part", ["agent", "subtype", "type", "role"])
def test_a_line_that_does_not_say_it_is_no_reason_to_refuse(part):
    bundle = json.loads(MAPPER.to_bundle(full(Kind.REPORT_WITHHELD)))
    [event] = [e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "AuditEvent"]
    for place in [event, *event["agent"]]:
        if part != "agent" and not (part == "type" and place is event):
            place.pop(part, None)
    event["agent"] = event["agent"][:2] if part == "agent" else event["agent"]
    read = MAPPER.from_bundle(json.dumps(bundle).encode())
    assert read.acted_as == ("system" if part == "subtype" else None)
