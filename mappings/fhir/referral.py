"""The referral: a ServiceRequest with all that R28 allows, and the acceptance of it."""

from uuid import UUID, uuid5

from gateway.domain.advice import AdviceKind
from gateway.domain.messages import Acceptance, Document, DocumentRole, Referral
from mappings.fhir.consent import read_consents, write_consents
from mappings.fhir.datatypes import concept, instant, logical
from mappings.fhir.documents import read_document, write_document
from mappings.fhir.draft import Draft
from mappings.fhir.exact import Json, put
from mappings.fhir.node import Node
from mappings.fhir.organisation import read_organisation, write_organisation
from mappings.fhir.patient import read_patient, write_patient
from mappings.fhir.practitioner import read_physician, write_physician
from mappings.fhir.refusals import refusal
from mappings.fhir.task import write_task
from mappings.fhir.view import View
from mappings.terminology.systems import ADVICE_KIND, RECIPIENT_ID, REFERRAL_REASON, SNOMED

LONGEST_QUESTION = 4000
"""Characters of a question that fits in the request; a longer one becomes a document, never truncated (R12)."""

_SECOND_OPINION = "77406008"
_REFERRAL = "3457005"


def write_referral(draft: Draft, content: Referral) -> None:
    """Add everything about a referral; the Task refers to the request, the request to the rest."""
    patient = write_patient(draft, content.patient)
    ohs = write_organisation(draft, "requester-organisation", content.requester_organisation, is_ohs=True)
    pool = write_organisation(draft, "performer-organisation", content.performer_organisation)
    request: Json = {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "category": [concept(SNOMED, _REFERRAL), concept(ADVICE_KIND, content.advice_kind)],
        "code": concept(SNOMED, _SECOND_OPINION),
        "subject": patient,
        "authoredOn": instant(content.authored_at),
        "requester": write_physician(draft, "requester", content.requester),
        "performer": [pool],
    }
    if content.performer is not None:
        request["performer"].append(write_physician(draft, "performer", content.performer))
    request |= _reason(draft, content)
    documents = [write_document(draft, f"document-{i}", document) for i, document in enumerate(content.documents)]
    if documents:
        request["supportingInfo"] = documents
    write_consents(draft, content.consents)
    write_task(
        draft,
        focus=draft.add("request", request),
        requester=ohs,
        owner=pool,
        restriction={"recipient": [logical(_recipient_type(content.recipient), RECIPIENT_ID, content.recipient)]},
    )


def read_referral(view: View) -> Referral:
    """The referral again."""
    request = view.target(view.task.child("focus"), "ServiceRequest")
    performers = request.children("performer")
    if len(performers) not in {1, 2}:
        raise refusal("entry-count", f"{request.path}.performer")
    return Referral(
        authored_at=request.instant("authoredOn"),
        advice_kind=_advice_kind(request),
        requester=read_physician(view, request.child("requester")),
        requester_organisation=read_organisation(view.target(view.task.child("requester"), "Organization")),
        performer_organisation=read_organisation(view.target(performers[0], "Organization")),
        recipient=view.task.child("restriction").only("recipient").target_identifier(RECIPIENT_ID),
        patient=read_patient(view),
        consents=read_consents(view),
        performer=read_physician(view, performers[1]) if len(performers) > 1 else None,
        question=_question(view, request),
        documents=tuple(
            read_document(view, view.target(node, "DocumentReference")) for node in request.children("supportingInfo")
        ),
    )


def write_acceptance(draft: Draft, content: Acceptance) -> None:
    """The physician who will do it owns the Task."""
    write_task(draft, owner=write_physician(draft, "owner", content.physician))


def read_acceptance(view: View) -> Acceptance:
    """The acceptance again."""
    return Acceptance(read_physician(view, view.task.child("owner")))


def _recipient_type(recipient: str) -> str:
    return "PractitionerRole" if "/" in recipient else "Organization"


def _advice_kind(request: Node) -> AdviceKind:
    ours = [node for node in request.children("category") if node.only("coding").value.get("system") == ADVICE_KIND]
    if len(ours) != 1:
        raise refusal("element-missing", f"{request.path}.category")
    return ours[0].code(ADVICE_KIND, AdviceKind)


def _reason(draft: Draft, content: Referral) -> Json:
    """The question, in the request or as a document; absent when it is settled with the second physician (R31)."""
    if content.question is None:
        return {}
    reason = concept(REFERRAL_REASON, "S")
    if len(content.question) <= LONGEST_QUESTION:
        put(reason, "text", content.question)
        return {"reasonCode": [reason]}
    document_id = str(uuid5(UUID(draft.message.message_id), "question"))
    document = Document(document_id, DocumentRole.REFERRAL_QUESTION, content.question, content.authored_at)
    return {"reasonCode": [reason], "reasonReference": [write_document(draft, "question", document)]}


def _question(view: View, request: Node) -> str | None:
    if "reasonReference" in request.value:
        node = view.target(request.only("reasonReference"), "DocumentReference")
        found = read_document(view, node)
        if found.enclosure is not None:
            raise refusal("value-invalid", node.path)  # a question is a text
        return found.text
    return request.only("reasonCode").text_or_none("text") if "reasonCode" in request.value else None
