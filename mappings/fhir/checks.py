"""The rules of a bundle that FHIR itself does not hold (protocol.md section 2), on the way out and on the way in."""

import re
from typing import Any

from gateway.domain.messages import Kind
from gateway.domain.protocol import PROTOCOL
from mappings.fhir.bounds import check_entries
from mappings.fhir.datatypes import logical
from mappings.fhir.draft import SECURITY
from mappings.fhir.exact import Json
from mappings.fhir.header import read_kind
from mappings.fhir.node import Node
from mappings.fhir.refusals import refusal
from mappings.fhir.task import business_statuses, has_task, read_referral_id, statuses_of
from mappings.terminology import systems

_URN = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PROFILES = {
    "Patient": systems.PATIENT_PROFILE,
    "Organization": systems.ORGANISATION_PROFILE,
    "Practitioner": systems.PRACTITIONER_PROFILE,
    "PractitionerRole": systems.PRACTITIONER_ROLE_PROFILE,
}
_LABELS = {(label["system"], label["code"]) for label in SECURITY}
_ROOTS = frozenset({"MessageHeader", "Consent"})
_EXACT_COUNTS = {
    "referral-requested": {"ServiceRequest": 1, "Patient": 1, "Organization": 2},
    "consent-withdrawn": {"Consent": 1},
    "invoice-issued": {"Invoice": 1, "Organization": 2},
    "receipt": {"OperationOutcome": 1},
}
_FIXED = {
    "Task": {"intent": "order"},
    "ServiceRequest": {"status": "active", "intent": "order"},
    "DocumentReference": {"status": "current", "docStatus": "final"},
    "Invoice": {"status": "issued"},
}
_SHAPE = {"type": str, "timestamp": str, "identifier": dict, "entry": list}


def check_frame(bundle: Json) -> Kind:
    """Everything that must hold before the entries can be looked at; tells the kind.

    Raises:
        RefusedError: Not a message bundle, a resource that does not belong, an unknown kind.
    """
    if bundle.get("resourceType") != "Bundle" or bundle.get("type") != "message":
        raise refusal("not-a-message")
    for key, kind_of in _SHAPE.items():
        if not isinstance(bundle.get(key), kind_of):
            raise refusal("element-missing", f"Bundle.{key}")
    types = [_resource_type(entry, i) for i, entry in enumerate(bundle["entry"])]
    if types[:1] != ["MessageHeader"] or types.count("MessageHeader") != 1:
        raise refusal("not-a-message", "Bundle.entry[0].resource")
    header = bundle["entry"][0]["resource"]
    if not isinstance(header.get("eventCoding"), dict):
        raise refusal("kind-unknown", "Bundle.entry[0].resource.eventCoding")
    kind = read_kind(Node(header, "Bundle.entry[0].resource"))
    for i, name in enumerate(types):
        if name not in PROTOCOL[kind].resources:
            raise refusal("resource-not-allowed", f"Bundle.entry[{i}].resource")
    check_entries(types)
    return kind


def check_rules(bundle: Json, kind: Kind, pointers: list[set[str]]) -> None:
    """Everything else, on a bundle whose elements were checked.

    Args:
        bundle: The bundle.
        kind: Its kind.
        pointers: The addresses each entry refers to.
    """
    entries = [Node(entry["resource"], f"Bundle.entry[{i}].resource") for i, entry in enumerate(bundle["entry"])]
    _check_ids(bundle, entries)
    _check_addresses(bundle)
    _check_counts(entries, kind)
    for node in entries:
        _check_labels(node)
        _check_fixed(node)
    if has_task(kind):
        task = next(node for node in entries if node.value["resourceType"] == "Task")
        _check_task(task, kind)
        _check_patient(entries, read_referral_id(task, kind))
    _check_references(bundle, kind, pointers)


def _resource_type(entry: Any, i: int) -> str:
    resource = entry.get("resource") if isinstance(entry, dict) else None
    name = resource.get("resourceType") if isinstance(resource, dict) else None
    if not isinstance(name, str):
        raise refusal("element-missing", f"Bundle.entry[{i}].resource")
    return name


def _check_ids(bundle: Json, entries: list[Node]) -> None:
    """One message id: Bundle.identifier, MessageHeader.id and its address; one id per entry."""
    identifier = Node(bundle["identifier"], "Bundle.identifier")
    header_id = entries[0].plain("id")
    if identifier.value.get("system") != systems.URI or identifier.plain("value") != f"urn:uuid:{header_id}":
        raise refusal("id-contradicts", identifier.path)
    for entry, node in zip(bundle["entry"], entries, strict=True):
        if entry.get("fullUrl") != f"urn:uuid:{node.plain('id')}":
            raise refusal("id-contradicts", f"{node.path}.id")


def _check_addresses(bundle: Json) -> None:
    seen = set()
    for i, entry in enumerate(bundle["entry"]):
        address = entry["fullUrl"]
        if not _URN.fullmatch(address) or address in seen:
            raise refusal("full-url-invalid", f"Bundle.entry[{i}].fullUrl")
        seen.add(address)


def _check_counts(entries: list[Node], kind: Kind) -> None:
    types = [node.value["resourceType"] for node in entries]
    wanted = {"Task": 1 if has_task(kind) else 0} | _EXACT_COUNTS.get(kind, {})
    for name, count in wanted.items():
        if types.count(name) != count:
            raise refusal("entry-count", f"Bundle.entry.resource.ofType({name})")
    if "AuditEvent" not in types:
        raise refusal("entry-count", "Bundle.entry.resource.ofType(AuditEvent)")


def _check_labels(node: Node) -> None:
    meta = node.child("meta").value
    labels = {(label.get("system"), label.get("code")) for label in meta.get("security", [])}
    if not labels >= _LABELS:
        raise refusal("label-missing", f"{node.path}.meta.security")
    profile = _PROFILES.get(node.value["resourceType"])
    if profile is not None and profile not in meta.get("profile", []):
        raise refusal("profile-missing", f"{node.path}.meta.profile")


def _check_fixed(node: Node) -> None:
    """Values that never differ; an order that is not active or a document in error is no message."""
    for key, value in _FIXED.get(node.value["resourceType"], {}).items():
        if node.value.get(key) != value:
            raise refusal("status-contradicts", f"{node.path}.{key}")


def _check_patient(entries: list[Node], referral_id: str) -> None:
    """One employee: the Patient in the bundle, or the pseudonym that belongs to this referral."""
    found: list[Json] = []
    for node in entries:
        if node.value["resourceType"] == "Consent" and "patient" not in node.value:
            raise refusal("patient-missing", f"{node.path}.patient")
        if node.value["resourceType"] != "AuditEvent":
            found += [node.value[key] for key in ("for", "patient", "subject") if key in node.value]
    pseudonym = logical("Patient", systems.REFERRAL_SUBJECT, referral_id)
    if any(reference != found[0] for reference in found):
        raise refusal("patient-contradicts", "Bundle.entry.resource")
    if found and "reference" not in found[0] and found[0] != pseudonym:
        raise refusal("patient-contradicts", "Bundle.entry.resource")


def _check_task(task: Node, kind: Kind) -> None:
    """Status and business status are those of the row (protocol.md section 1)."""
    code = task.child("code").only("coding")
    if task.plain("status") not in statuses_of(kind) or code.value.get("system") != systems.TASK_CODE:
        raise refusal("status-contradicts", f"{task.path}.status")
    allowed = {status.value for status in business_statuses(kind)}
    found = task.optional("businessStatus")
    if found is None and not allowed:
        return
    coding = found.only("coding").value if found else {}
    if coding.get("system") != systems.BUSINESS_STATUS or coding.get("code") not in allowed:
        raise refusal("status-contradicts", f"{task.path}.businessStatus")


def _check_references(bundle: Json, kind: Kind, pointers: list[set[str]]) -> None:
    """Every reference resolves inside; every entry is reached from the header or is a Consent or an audit line."""
    addresses = {entry["fullUrl"]: entry["resource"] for entry in bundle["entry"]}
    targets = dict(zip(addresses, pointers, strict=True))
    for i, entry in enumerate(bundle["entry"]):
        if not targets[entry["fullUrl"]] <= addresses.keys():
            raise refusal("reference-unresolved", f"Bundle.entry[{i}].resource")
    focus = next((url for url, resource in addresses.items() if resource["resourceType"] == "Task"), None)
    if has_task(kind) and targets[bundle["entry"][0]["fullUrl"]] != {focus}:
        raise refusal("reference-unresolved", "Bundle.entry[0].resource.focus")
    reached = _reached(targets, [url for url, resource in addresses.items() if resource["resourceType"] in _ROOTS])
    for i, entry in enumerate(bundle["entry"]):
        if entry["fullUrl"] not in reached and entry["resource"]["resourceType"] != "AuditEvent":
            raise refusal("entry-unused", f"Bundle.entry[{i}].resource")


def _reached(targets: dict[str, set[str]], start: list[str]) -> set[str]:
    reached: set[str] = set()
    while start:
        address = start.pop()
        if address not in reached:
            reached.add(address)
            start.extend(targets[address])
    return reached
