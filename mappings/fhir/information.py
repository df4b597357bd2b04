"""Information asked separately, given or not (R29 to R32): sub-Tasks of the referral."""

from gateway.domain.messages import (
    InformationAnswer,
    InformationDeclineCode,
    InformationKind,
    InformationRefusal,
    InformationRequest,
)
from mappings.fhir.consent import read_consents, write_consents
from mappings.fhir.datatypes import concept, instant
from mappings.fhir.documents import read_document, write_document
from mappings.fhir.draft import Draft
from mappings.fhir.exact import Json
from mappings.fhir.refusals import refusal
from mappings.fhir.task import item, read_item, read_items, write_task
from mappings.fhir.view import View
from mappings.terminology.systems import INFORMATION_DECLINE, INFORMATION_KIND, REQUEST_ID


def write_request(draft: Draft, content: InformationRequest) -> None:
    """What is asked, and when the employee decided that it may be (R32)."""
    inputs = [item("asked", valueCodeableConcept=concept(INFORMATION_KIND, content.asked))]
    if content.employee_decided_at is not None:
        inputs.append(item("employee-decided-at", valueDateTime=instant(content.employee_decided_at)))
    write_consents(draft, content.consents)
    write_task(draft, request_id=content.request_id, input=inputs)


def read_request(view: View) -> InformationRequest:
    """The question again."""
    asked = read_item(view.task, "input", "asked")
    decided = read_item(view.task, "input", "employee-decided-at")
    if asked is None:
        raise refusal("element-missing", f"{view.task.path}.input")
    return InformationRequest(
        request_id=view.task.identifier(REQUEST_ID),
        asked=asked.child("valueCodeableConcept").code(INFORMATION_KIND, InformationKind),
        employee_decided_at=decided.instant("valueDateTime") if decided else None,
        consents=read_consents(view),
    )


def write_answer(draft: Draft, content: InformationAnswer) -> None:
    """The documents, as outputs."""
    documents = [write_document(draft, f"document-{i}", document) for i, document in enumerate(content.documents)]
    outputs = [item("document", valueReference=reference) for reference in documents]
    parts: Json = {"output": outputs} if outputs else {}
    write_task(draft, request_id=content.request_id, **parts)


def read_answer(view: View) -> InformationAnswer:
    """The documents again, in order."""
    outputs = read_items(view.task, "output").get("document", [])
    documents = (view.target(node.child("valueReference"), "DocumentReference") for node in outputs)
    return InformationAnswer(
        request_id=view.task.identifier(REQUEST_ID),
        documents=tuple(read_document(view, node) for node in documents),
    )


def write_refusal(draft: Draft, content: InformationRefusal) -> None:
    """A code and no content."""
    write_task(draft, request_id=content.request_id, statusReason=concept(INFORMATION_DECLINE, content.reason))


def read_refusal(view: View) -> InformationRefusal:
    """The refusal again."""
    return InformationRefusal(
        request_id=view.task.identifier(REQUEST_ID),
        reason=view.task.child("statusReason").code(INFORMATION_DECLINE, InformationDeclineCode),
    )
