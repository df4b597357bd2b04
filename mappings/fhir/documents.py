"""Documents: a DocumentReference that says what it is and a Binary with the text, whole and unchanged (R12)."""

import base64

from gateway.domain.messages import Document, DocumentRole
from mappings.fhir.datatypes import concept, from_urn, identifier, instant, urn
from mappings.fhir.draft import Draft
from mappings.fhir.exact import Json, decoded, encoded, put
from mappings.fhir.node import Node
from mappings.fhir.refusals import refusal
from mappings.fhir.view import View
from mappings.terminology.systems import DOCUMENT_ROLE, LOINC, URI

MAX_BYTES = 1_048_576
"""UTF-8 bytes of the largest document that travels inside a bundle."""

_CONTENT_TYPE = "text/plain;charset=utf-8"
_REFERRAL_NOTE = "57147-1"
_CONSULT_NOTE = "34803-7"


def write_document(draft: Draft, name: str, document: Document) -> Json:
    """Add DocumentReference and Binary; returns a reference to the former."""
    data = encoded(document.text)
    if len(data) > MAX_BYTES:
        raise refusal("document-too-large", "Binary.data")
    binary: Json = {"resourceType": "Binary", "contentType": _CONTENT_TYPE}
    if data:
        binary["data"] = base64.b64encode(data).decode("ascii")
    is_report = document.role is DocumentRole.REPORT
    resource: Json = {
        "resourceType": "DocumentReference",
        "masterIdentifier": identifier(URI, urn(document.document_id, "DocumentReference.masterIdentifier")),
        "status": "current",
        "docStatus": "final",
        "type": concept(LOINC, _CONSULT_NOTE if is_report else _REFERRAL_NOTE),
        "category": [concept(DOCUMENT_ROLE, document.role)],
        "subject": draft.patient,
        "date": instant(document.created_at),
        "content": [{"attachment": {"contentType": _CONTENT_TYPE, "url": draft.address(f"{name}-content")}}],
    }
    if document.author is not None:
        author: Json = {}
        put(author, "display", document.author)
        resource["author"] = [author]
    reference = draft.add(name, resource)
    draft.add(f"{name}-content", binary)
    draft.documents.setdefault(document.role, []).append(reference)
    return reference


def read_document(view: View, node: Node) -> Document:
    """The document behind a DocumentReference."""
    attachment = node.only("content").child("attachment")
    binary = view.at(attachment.plain("url"), "Binary", f"{attachment.path}.url")
    authors = node.children("author")
    master = node.child("masterIdentifier")
    return Document(
        document_id=from_urn(master.text("value"), master.path),
        role=node.only("category").code(DOCUMENT_ROLE, DocumentRole),
        text=_text(binary),
        created_at=node.instant("date"),
        author=node.only("author").text("display") if authors else None,
    )


def _text(binary: Node) -> str:
    if binary.plain("contentType") != _CONTENT_TYPE:
        raise refusal("value-invalid", f"{binary.path}.contentType")
    return decoded(binary.plain("data"), f"{binary.path}.data") if "data" in binary.value else ""
