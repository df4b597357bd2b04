"""Receipts: what was accepted or refused, its digest, the place of a fault, and the receiver's newest checkpoint."""

import base64
import binascii
from uuid import UUID

from gateway.domain.errors import RefusedError
from gateway.domain.messages import Acknowledged, Receipt, ReceiptVerdict
from gateway.domain.notes import read_note
from gateway.domain.receipts import ACCEPTED, MOST_TOGETHER, is_place
from mappings.fhir.datatypes import canonical_uuid, concept, extension, instant, text_extensions
from mappings.fhir.draft import Draft
from mappings.fhir.exact import Json, decoded
from mappings.fhir.node import Node, known
from mappings.fhir.refusals import refusal
from mappings.fhir.view import View
from mappings.terminology.systems import ACKNOWLEDGED, CHECKPOINT_NOTE, RECEIPT_CODE, RECEIPT_DIGEST, RECEIVED_AT

_ID_BYTES = 16
_ENTRY_BYTES = _ID_BYTES + 32
_ISSUES = {
    ReceiptVerdict.OK: ("information", "informational"),
    ReceiptVerdict.TRANSIENT_ERROR: ("error", "transient"),
    ReceiptVerdict.FATAL_ERROR: ("fatal", "processing"),
}


def write_receipt(draft: Draft, content: Receipt) -> None:
    """Add the OperationOutcome and point the header's response to it."""
    severity, code = _ISSUES[content.verdict]
    extensions = [
        *text_extensions(RECEIPT_DIGEST, content.digest),
        extension(RECEIVED_AT, valueDateTime=instant(content.received_at)),
    ]
    if content.checkpoint is not None:
        note = base64.b64encode(content.checkpoint.encode("utf-8")).decode("ascii")
        extensions.append(extension(CHECKPOINT_NOTE, valueBase64Binary=note))
    if content.also:
        extensions.append(extension(ACKNOWLEDGED, valueBase64Binary=_packed(content)))
    issue: Json = {"severity": severity, "code": code, "details": concept(RECEIPT_CODE, content.code)}
    if content.where:
        issue["expression"] = [_checked(content.where, "OperationOutcome.issue.expression")]
    outcome: Json = {"resourceType": "OperationOutcome", "extension": extensions, "issue": [issue]}
    draft.entries[0]["resource"]["response"] = {
        "identifier": canonical_uuid(content.for_message_id, "MessageHeader.response.identifier"),
        "code": content.verdict,
        "details": draft.add("outcome", outcome),
    }


def read_receipt(view: View) -> Receipt:
    """The receipt again; severity and code must be those of the verdict."""
    response = view.header.child("response")
    outcome = view.target(response.child("details"), "OperationOutcome")
    issue = outcome.only("issue")
    verdict = known(response.plain("code"), ReceiptVerdict, f"{response.path}.code")
    if (issue.plain("severity"), issue.plain("code")) != _ISSUES[verdict]:
        raise refusal("status-contradicts", issue.path)
    details = issue.child("details").only("coding")
    if details.value.get("system") != RECEIPT_CODE:
        raise refusal("code-unknown", details.path)
    if (verdict is ReceiptVerdict.OK) != (details.plain("code") == ACCEPTED):
        raise refusal("status-contradicts", details.path)
    received = outcome.extension(RECEIVED_AT)
    if received is None:
        raise refusal("element-missing", f"{outcome.path}.extension")
    return Receipt(
        for_message_id=canonical_uuid(response.plain("identifier"), f"{response.path}.identifier"),
        digest=_needed(outcome, RECEIPT_DIGEST),
        verdict=verdict,
        code=details.plain("code"),
        received_at=received.instant("valueDateTime"),
        checkpoint=_checkpoint(outcome),
        where=_place(issue),
        also=_acknowledged(outcome, verdict, response.plain("identifier")),
    )


def _packed(content: Receipt) -> str:
    """Write the further messages as base64: the 16 bytes of each id, and the 32 of its digest."""
    where = "OperationOutcome.extension"
    if content.verdict is not ReceiptVerdict.OK or len(content.also) >= MOST_TOGETHER:
        raise refusal("value-invalid", where)
    ids = (UUID(canonical_uuid(one.message_id, where)).bytes for one in content.also)
    digests = (bytes.fromhex(one.digest) for one in content.also)
    return base64.b64encode(b"".join(part for pair in zip(ids, digests, strict=True) for part in pair)).decode("ascii")


def _acknowledged(outcome: Node, verdict: ReceiptVerdict, first: str) -> tuple[Acknowledged, ...]:
    """Read the further messages; each once, of an acceptance only."""
    found = outcome.extension(ACKNOWLEDGED)
    if found is None:
        return ()
    where = f"{found.path}.valueBase64Binary"
    packed = _bytes_of(found.plain("valueBase64Binary"), where)
    count, rest = divmod(len(packed), _ENTRY_BYTES)
    if verdict is not ReceiptVerdict.OK or rest or not 1 <= count < MOST_TOGETHER:
        raise refusal("value-invalid", where)
    entries = (packed[i : i + _ENTRY_BYTES] for i in range(0, len(packed), _ENTRY_BYTES))
    also = tuple(Acknowledged(str(UUID(bytes=e[:_ID_BYTES])), e[_ID_BYTES:].hex()) for e in entries)
    if len({first, *(one.message_id for one in also)}) != len(also) + 1:
        raise refusal("value-invalid", where)
    return also


def _bytes_of(text: str, where: str) -> bytes:
    try:
        made = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise refusal("value-invalid", where) from None
    if base64.b64encode(made).decode("ascii") != text:
        raise refusal("value-invalid", where)
    return made


def _place(issue: Node) -> str:
    """Read where the fault is; at most one place."""
    found = issue.value.get("expression", [])
    if len(found) > 1:
        raise refusal("entry-count", f"{issue.path}.expression")
    return _checked(found[0], f"{issue.path}.expression[0]") if found else ""


def _checked(place: str, where: str) -> str:
    if not is_place(place):
        raise refusal("value-invalid", where)
    return place


def _needed(outcome: Node, url: str) -> str:
    text = outcome.extension_text(url)
    if text is None:
        raise refusal("element-missing", f"{outcome.path}.extension")
    return text


def _checkpoint(outcome: Node) -> str | None:
    """The signed note, well-formed; whether it is true, the witness says (``gateway.application.witness_journal``)."""
    found = outcome.extension(CHECKPOINT_NOTE)
    if found is None:
        return None
    where = f"{found.path}.valueBase64Binary"
    note = decoded(found.plain("valueBase64Binary"), where, bom=False)
    try:
        read_note(note)
    except RefusedError:
        raise refusal("value-invalid", where) from None
    return note
