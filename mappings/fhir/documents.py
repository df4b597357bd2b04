"""Documents: a DocumentReference that says what it is, and the text or the file, whole and unchanged (R12).

What fits travels as a Binary in the bundle. A larger file lies beside the message; then the attachment holds what its
reader needs to fetch, open and check it.
"""

import base64
import binascii

from gateway.domain.document_content import check_document
from gateway.domain.enclosure import BEGINNINGS, INLINE_BYTES, LARGEST_BYTES, TEXT, Claim, Enclosure
from gateway.domain.messages import Document, DocumentRole
from mappings.fhir.datatypes import concept, extension, from_urn, identifier, instant, urn
from mappings.fhir.draft import Draft
from mappings.fhir.exact import Json, encoded, put
from mappings.fhir.node import Node
from mappings.fhir.refusals import refusal
from mappings.fhir.view import View
from mappings.terminology.systems import CLAIM_DIGEST, CLAIM_KEY, CLAIM_OBJECT, DOCUMENT_ROLE, LOINC, URI

_REFERRAL_NOTE = "57147-1"
_CONSULT_NOTE = "34803-7"
_KEY_BYTES = _DIGEST_BYTES = 32
_LISTED = frozenset({TEXT, *BEGINNINGS})


def write_document(draft: Draft, name: str, document: Document) -> Json:
    """Add DocumentReference and, unless the file lies beside the message, Binary; returns a reference to the former.

    Raises:
        RefusedError: As ``check_document``: what the other side could not read does not leave.
    """
    is_report = document.role is DocumentRole.REPORT
    enclosure = document.enclosure
    is_inside = enclosure is None or enclosure.claim is None
    binary = _binary(document) if is_inside else None
    resource: Json = {
        "resourceType": "DocumentReference",
        "masterIdentifier": identifier(URI, urn(document.document_id, "DocumentReference.masterIdentifier")),
        "status": "current",
        "docStatus": "final",
        "type": concept(LOINC, _CONSULT_NOTE if is_report else _REFERRAL_NOTE),
        "category": [concept(DOCUMENT_ROLE, document.role)],
        "subject": draft.patient,
        "date": instant(document.created_at),
        "content": [{"attachment": _attachment(enclosure, draft.address(f"{name}-content"))}],
    }
    if document.author is not None:
        author: Json = {}
        put(author, "display", document.author)
        resource["author"] = [author]
    reference = draft.add(name, resource)
    if binary is not None:
        draft.add(f"{name}-content", binary)
    draft.documents.setdefault(document.role, []).append(reference)
    return reference


def _binary(document: Document) -> Json:
    enclosure = document.enclosure
    if enclosure is not None and isinstance(enclosure.content, str):
        data, media_type = _bytes(enclosure.content, "Binary.data"), enclosure.media_type
    else:
        data, media_type = encoded(document.text), TEXT
    if len(data) > INLINE_BYTES:
        raise refusal("document-too-large", "Binary.data")
    check_document((data,), declared=media_type, where=document.role.value)
    return {"resourceType": "Binary", "contentType": media_type, "data": base64.b64encode(data).decode("ascii")}


def _attachment(enclosure: Enclosure | None, address: str) -> Json:
    claim = enclosure.claim if enclosure else None
    if enclosure is None or claim is None:
        return {"contentType": enclosure.media_type if enclosure else TEXT, "url": address}
    return {
        "extension": [
            extension(CLAIM_OBJECT, valueUuid=urn(claim.object_id, "Attachment.extension")),
            extension(CLAIM_KEY, valueBase64Binary=claim.key),
            extension(CLAIM_DIGEST, valueBase64Binary=claim.sha256),
        ],
        "contentType": enclosure.media_type,
        "size": enclosure.size,
    }


def read_document(view: View, node: Node) -> Document:
    """The document behind a DocumentReference.

    Raises:
        RefusedError: As ``check_document``: what is inside is not what it says, or cannot be read.
    """
    attachment = node.only("content").child("attachment")
    authors = node.children("author")
    master = node.child("masterIdentifier")
    text, enclosure = _read_content(view, attachment)
    return Document(
        document_id=from_urn(master.text("value"), master.path),
        role=node.only("category").code(DOCUMENT_ROLE, DocumentRole),
        text=text,
        created_at=node.instant("date"),
        author=node.only("author").text("display") if authors else None,
        enclosure=enclosure,
    )


def _read_content(view: View, attachment: Node) -> tuple[str, Enclosure | None]:
    """Text, or the file; the attachment and what it leads to name one media type."""
    media_type = attachment.plain("contentType")
    if "url" not in attachment.value:
        return "", _read_claim(attachment, media_type)
    binary = view.at(attachment.plain("url"), "Binary", f"{attachment.path}.url")
    if binary.plain("contentType") != media_type or "extension" in attachment.value or "size" in attachment.value:
        raise refusal("value-invalid", f"{binary.path}.contentType")
    where = f"{binary.path}.data"
    content = binary.plain("data")
    data = _bytes(content, where)
    if media_type not in _LISTED or len(data) > INLINE_BYTES:
        raise refusal("value-invalid", where)
    check_document((data,), declared=media_type, where=where)
    if media_type == TEXT:
        return data.decode("utf-8"), None
    return "", Enclosure(media_type, len(data), content)


def _read_claim(attachment: Node, media_type: str) -> Enclosure:
    size = attachment.integer("size")
    if media_type not in _LISTED or not 0 < size <= LARGEST_BYTES:
        raise refusal("value-invalid", f"{attachment.path}.size")
    where = f"{attachment.path}.extension"
    claim = Claim(
        object_id=from_urn(_claimed(attachment, CLAIM_OBJECT).plain("valueUuid"), where),
        key=_claimed(attachment, CLAIM_KEY).plain("valueBase64Binary"),
        sha256=_claimed(attachment, CLAIM_DIGEST).plain("valueBase64Binary"),
    )
    if len(_bytes(claim.key, where)) != _KEY_BYTES or len(_bytes(claim.sha256, where)) != _DIGEST_BYTES:
        raise refusal("value-invalid", where)
    return Enclosure(media_type, size, claim)


def _claimed(attachment: Node, url: str) -> Node:
    found = attachment.extension(url)
    if found is None:
        raise attachment.missing("extension")
    return found


def _bytes(data: str, where: str) -> bytes:
    """What base64 says, in its one spelling: what is read is written again as it was."""
    try:
        read = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise refusal("value-invalid", where) from None
    if base64.b64encode(read).decode("ascii") != data:
        raise refusal("value-invalid", where)
    return read
