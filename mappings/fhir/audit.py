"""Audit lines as AuditEvents: NEN 7513 fields in the BALP shapes of IHE.

A disclosure is a BALP PrivacyDisclosure - Source at the side that sends, Recipient when a receipt answers one; every
consent decision, permit and deny, a BALP AuthZconsent; a notice or receipt a plain AuditEvent.
"""

from collections.abc import Sequence

from gateway.domain.consent import Consent, Standing
from gateway.domain.contract import organisation_of
from gateway.domain.messages import Kind, Receipt
from gateway.domain.protocol import PROTOCOL, audit_of
from gateway.ports.bundles import AuditOutcome, AuditRecord, AuditWhat
from mappings.fhir.datatypes import coding, concept, instant, logical
from mappings.fhir.draft import Draft, party_reference
from mappings.fhir.exact import Json, put
from mappings.fhir.view import View
from mappings.terminology import systems

_HUMAN_USER = "humanuser"
_CONSENT_SUBTYPE = "AuthZ-Consent"
_OUTCOMES = {AuditOutcome.PERMITTED: "0", AuditOutcome.DENIED: "8"}
_EXPORT, _IMPORT, _SECURITY_ALERT = "110106", "110107", "110113"
_SOURCE_ROLE, _DESTINATION_ROLE, _APPLICATION = "110153", "110152", "110150"
_PATIENT_ADVOCATE = "429577009"
_URI_ADDRESS = "5"


def write_audit(draft: Draft, given: Sequence[AuditRecord]) -> None:
    """Add the given lines, the one line the protocol asks for, and one per consent that has none yet."""
    records = [*_derived(draft, given), *given]
    for i, record in enumerate(records):
        resource, profile = _SHAPES[record.what](draft, record)
        draft.add(f"audit-{i}", resource, profile)


def read_role(view: View) -> str | None:
    """In which role somebody acted, as the line of the act itself says; None where none says it."""
    acts = [event.value for event in view.every("AuditEvent")]
    agents = [agent for act in acts if not _has(act.get("subtype"), _CONSENT_SUBTYPE) for agent in act.get("agent", ())]
    people = [agent for agent in agents if _has(agent.get("type", {}).get("coding"), _HUMAN_USER)]
    return next((role["text"] for person in people for role in person.get("role", ()) if "text" in role), None)


def _has(codings: Sequence[Json] | None, code: str) -> bool:
    return any(coding.get("code") == code for coding in codings or ())


def _derived(draft: Draft, given: Sequence[AuditRecord]) -> list[AuditRecord]:
    """Lines that follow from the message itself."""
    asked = AuditWhat(audit_of(draft.message.content))
    made = [] if any(record.what is asked for record in given) else [_record(draft, asked)]
    decided = {record.consent_id for record in given if record.what is AuditWhat.CONSENT_DECISION}
    return made + [_decision(draft, consent) for consent in _consents(draft) if consent.consent_id not in decided]


def _record(draft: Draft, what: AuditWhat) -> AuditRecord:
    message = draft.message
    about = message.content.for_message_id if isinstance(message.content, Receipt) else message.message_id
    rules = PROTOCOL[message.kind].rules
    return AuditRecord(what, AuditOutcome.PERMITTED, message.sent_at, "system", message.sender, about, rules=rules)


def _decision(draft: Draft, consent: Consent) -> AuditRecord:
    message = draft.message
    is_active = consent.standing(message.sent_at) is Standing.ACTIVE
    return AuditRecord(
        AuditWhat.CONSENT_DECISION,
        AuditOutcome.PERMITTED if is_active else AuditOutcome.DENIED,
        message.sent_at,
        "system",
        message.sender,
        message.message_id,
        purpose=consent.purpose,
        consent_id=consent.consent_id,
        rules=("R25",),
    )


def _disclosure(draft: Draft, record: AuditRecord) -> tuple[Json, str]:
    is_received = draft.message.kind is Kind.RECEIPT
    event = _event(draft, record, _IMPORT if is_received else _EXPORT, "C" if is_received else "R")
    event["subtype"] = [coding(systems.RECORD_LIFECYCLE, "disclose")]
    event["agent"] = _gateways(draft, is_reversed=is_received) + _people(record) + [_authorizer(draft)]
    documents = [ref for references in draft.documents.values() for ref in references]
    event["entity"] = [_patient(draft), *(_thing(reference) for reference in documents), _message(draft, record)]
    return event, systems.DISCLOSURE_RECIPIENT_PROFILE if is_received else systems.DISCLOSURE_SOURCE_PROFILE


def _consent_decision(draft: Draft, record: AuditRecord) -> tuple[Json, str]:
    event = _event(draft, record, _SECURITY_ALERT, "E")
    event["subtype"] = [coding(systems.AUTHZ_SUBTYPE, _CONSENT_SUBTYPE)]
    recipient = _information_recipient(draft, record)
    who = logical("Organization", systems.RECIPIENT_ID, recipient)
    organisation = logical("Organization", systems.PARTY_ID, organisation_of(recipient))
    event["agent"] = [
        _agent(concept(systems.DICOM, _APPLICATION), party_reference(draft.sender)) | _network(draft.sender.party_id),
        _agent(concept(systems.PARTICIPATION, "IRCP"), who, is_requestor=True),
        _agent(concept(systems.ROLE_CLASS, "PROV"), organisation),
        _agent(concept(systems.SECURITY_ROLE, "authserver"), party_reference(draft.sender)),
        *_people(record, is_requestor=False),
    ]
    event["entity"] = [_patient(draft), _consent(draft, record), _message(draft, record)]
    return event, systems.AUTHZ_CONSENT_PROFILE


def _information_recipient(draft: Draft, record: AuditRecord) -> str:
    """Who the consent names, when it is in the bundle; else who gets the message."""
    named = {consent.consent_id: consent.recipient for consent in _consents(draft)}
    return named.get(record.consent_id or "", draft.recipient.party_id)


def _consents(draft: Draft) -> tuple[Consent, ...]:
    return getattr(draft.message.content, "consents", ())


def _plain(draft: Draft, record: AuditRecord) -> tuple[Json, None]:
    is_received = record.what is AuditWhat.RECEIPT
    event = _event(draft, record, _IMPORT if is_received else _EXPORT, "E")
    event["subtype"] = [coding(systems.MESSAGE_KIND, draft.message.kind)]
    event["agent"] = _gateways(draft, is_reversed=is_received) + _people(record)
    event["entity"] = [_message(draft, record)]
    return event, None


_SHAPES = {
    AuditWhat.DISCLOSURE: _disclosure,
    AuditWhat.CONSENT_DECISION: _consent_decision,
    AuditWhat.NOTICE: _plain,
    AuditWhat.RECEIPT: _plain,
}


def _event(draft: Draft, record: AuditRecord, kind: str, action: str) -> Json:
    reason = "HPAYMT" if draft.message.kind is Kind.INVOICE_ISSUED else "PATRQT"
    purposes = [concept(systems.ACT_REASON, reason)]
    if record.purpose is not None:
        purposes.append(concept(systems.CONSENT_PURPOSE, record.purpose))
    return {
        "resourceType": "AuditEvent",
        "type": coding(systems.DICOM, kind),
        "action": action,
        "recorded": instant(record.recorded_at),
        "outcome": _OUTCOMES[record.outcome],
        "outcomeDesc": record.outcome.value,
        "purposeOfEvent": purposes,
        "source": {"observer": party_reference(draft.sender), "type": [coding(systems.AUDIT_SOURCE_TYPE, "4")]},
    }


def _agent(kind: Json, who: Json, *, is_requestor: bool = False) -> Json:
    return {"type": kind, "who": who, "requestor": is_requestor}


def _network(party_id: str) -> Json:
    return {"network": {"address": systems.PARTY_ENDPOINT + party_id, "type": _URI_ADDRESS}}


def _gateways(draft: Draft, *, is_reversed: bool) -> list[Json]:
    """Source and destination of what is disclosed; a receipt looks back at what came in."""
    source, destination = (draft.recipient, draft.sender) if is_reversed else (draft.sender, draft.recipient)
    roles = ((_SOURCE_ROLE, source), (_DESTINATION_ROLE, destination))
    return [
        _agent(concept(systems.DICOM, code), party_reference(party)) | _network(party.party_id) for code, party in roles
    ]


def _people(record: AuditRecord, *, is_requestor: bool = True) -> list[Json]:
    """Who acted, and on whose behalf."""
    role: Json = {}
    put(role, "text", record.agent_role)
    who = logical("Organization", systems.PARTY_ID, record.agent_organisation)
    person = _agent(concept(systems.SECURITY_ROLE, _HUMAN_USER), who, is_requestor=is_requestor) | {"role": [role]}
    if record.agent_name is not None:
        put(person, "name", record.agent_name)
    if record.on_behalf_of is None:
        return [person]
    responsible = _agent(concept(systems.PARTICIPATION, "RESP"), who)
    put(responsible, "name", record.on_behalf_of)
    return [person, responsible]


def _authorizer(draft: Draft) -> Json:
    return _agent(concept(systems.SNOMED, _PATIENT_ADVOCATE), _subject(draft))


def _subject(draft: Draft) -> Json:
    """The employee: as the draft knows them, or by the message that a receipt answers."""
    content = draft.message.content
    if isinstance(content, Receipt):
        return logical("Patient", systems.MESSAGE_SUBJECT, content.for_message_id)
    return draft.patient or logical("Patient", systems.MESSAGE_SUBJECT, draft.message.message_id)


def _patient(draft: Draft) -> Json:
    kind, role = coding(systems.AUDIT_ENTITY_TYPE, "1"), coding(systems.OBJECT_ROLE, "1")
    return {"what": _subject(draft), "type": kind, "role": role}


def _consent(draft: Draft, record: AuditRecord) -> Json:
    consent_id = record.consent_id or "none"
    what = draft.consents.get(consent_id) or logical("Consent", systems.CONSENT_ID, consent_id)
    return {"what": what, "type": coding(systems.RESOURCE_TYPE, "Consent")}


def _thing(reference: Json) -> Json:
    kind, role = coding(systems.AUDIT_ENTITY_TYPE, "2"), coding(systems.OBJECT_ROLE, "3")
    return {"what": reference, "type": kind, "role": role}


def _message(draft: Draft, record: AuditRecord) -> Json:
    """The message, with its id and the rules as details."""
    details = [_detail("message-id", record.message_id), *(_detail("rule", rule) for rule in record.rules)]
    kind, role = coding(systems.AUDIT_ENTITY_TYPE, "2"), coding(systems.OBJECT_ROLE, "4")
    return {"what": {"reference": draft.address("header")}, "type": kind, "role": role, "detail": details}


def _detail(name: str, text: str) -> Json:
    made: Json = {"type": name}
    put(made, "valueString", text)
    return made
