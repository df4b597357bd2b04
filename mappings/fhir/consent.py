"""Consents: one Consent per decision (R25 to R27, protocol.md section 2).

Status says how it stands when the message is made: given is ``active``, refused ``rejected``, withdrawn or expired
``inactive``. What is weighed are choice and times; a status that contradicts them is refused. R4 does not insist on
a patient; the bundle check does. The recipient is an identifier and not a
resource, so that ``arbo-verhagen/G4`` names person G4 and nobody else. How it was given is a word of a closed list.
"""

from datetime import datetime

from gateway.domain.consent import Choice, Consent, Purpose, form_of
from gateway.domain.messages import DocumentRole
from mappings.fhir.datatypes import coding, concept, extension, identifier, instant, logical, text_extensions
from mappings.fhir.draft import Draft, party_reference
from mappings.fhir.exact import Json
from mappings.fhir.node import Node, known
from mappings.fhir.refusals import refusal
from mappings.fhir.view import View
from mappings.terminology.systems import (
    ACT_CODE,
    CONSENT_FORM,
    CONSENT_ID,
    CONSENT_PURPOSE,
    CONSENT_SCOPE,
    CONSENT_WITHDRAWN_AT,
    PARTICIPATION,
    RECIPIENT_ID,
)

_COVERED = {
    Purpose.FEEDBACK_TO_SO: (DocumentRole.CONTESTED_FEEDBACK,),
    Purpose.MEDICAL_TO_SO: (DocumentRole.MEDICAL_DATA, DocumentRole.REASONING),
    Purpose.OUTCOME_TO_FIRST: (DocumentRole.REPORT,),
}
_NOT_THE_EMPLOYEE = "RelatedPerson"


def write_consents(draft: Draft, consents: tuple[Consent, ...]) -> None:
    """Add one Consent per decision, in order; documents must have been added before."""
    for i, consent in enumerate(consents):
        reference = draft.add(f"consent-{i}", _resource(draft, consent))
        draft.consents.setdefault(consent.consent_id, reference)


def read_consents(view: View) -> tuple[Consent, ...]:
    """The decisions, in the order of the bundle."""
    return tuple(_read(view, node) for node in view.every("Consent"))


def write_withdrawal(draft: Draft, consent_id: str, purpose: Purpose, withdrawn_at: datetime) -> None:
    """Add an inactive Consent that names id and purpose only (R27)."""
    resource = _frame(draft, consent_id, "inactive", withdrawn_at)
    resource["provision"] = {"type": "permit", "purpose": [coding(CONSENT_PURPOSE, purpose)]}
    draft.consents[consent_id] = draft.add("consent-0", resource)


def read_purpose(consent: Node) -> Purpose:
    """What a Consent is for."""
    provision = consent.child("provision")
    purpose = provision.only("purpose")
    if provision.plain("type") != "permit":
        raise refusal("value-invalid", f"{provision.path}.type")
    if purpose.value.get("system") != CONSENT_PURPOSE:
        raise refusal("code-unknown", purpose.path)
    return known(purpose.plain("code"), Purpose, purpose.path)


def _frame(draft: Draft, consent_id: str, status: str, moment: datetime) -> Json:
    return {
        "resourceType": "Consent",
        "identifier": [identifier(CONSENT_ID, consent_id)],
        "status": status,
        "scope": concept(CONSENT_SCOPE, "patient-privacy"),
        "category": [concept(ACT_CODE, "IDSCL")],
        "patient": draft.patient,
        "dateTime": instant(moment),
        "organization": [party_reference(draft.sender)],
        "policyRule": concept(ACT_CODE, "OPTIN"),
    }


def _resource(draft: Draft, consent: Consent) -> Json:
    resource = _frame(draft, consent.consent_id, _status(consent, draft.message.sent_at), consent.decided_at)
    resource["performer"] = [draft.patient if consent.given_by_employee else {"type": _NOT_THE_EMPLOYEE}]
    extensions = text_extensions(CONSENT_FORM, form_of(consent.form))
    if consent.withdrawn_at is not None:
        extensions.append(extension(CONSENT_WITHDRAWN_AT, valueDateTime=instant(consent.withdrawn_at)))
    if extensions:
        resource["extension"] = extensions
    resource["provision"] = _provision(draft, consent)
    return resource


def _status(consent: Consent, at: datetime) -> str:
    if consent.choice is Choice.REFUSED:
        return "rejected"
    is_over = consent.withdrawn_at is not None or (consent.expires_at is not None and consent.expires_at <= at)
    return "inactive" if is_over else "active"


def _provision(draft: Draft, consent: Consent) -> Json:
    provision: Json = {"type": "permit"}
    period = _period(consent)
    if period:
        provision["period"] = period
    recipient = logical(
        "PractitionerRole" if "/" in consent.recipient else "Organization", RECIPIENT_ID, consent.recipient
    )
    provision["actor"] = [{"role": concept(PARTICIPATION, "IRCP"), "reference": recipient}]
    provision["purpose"] = [coding(CONSENT_PURPOSE, consent.purpose)]
    if covered := _covered(draft, consent.purpose):
        provision["data"] = [{"meaning": "instance", "reference": reference} for reference in covered]
    return provision


def _period(consent: Consent) -> Json:
    """Start and first instant at which it no longer counts; no start when that would put the end before it."""
    if consent.expires_at is None:
        return {"start": instant(consent.decided_at)}
    end = {"end": instant(consent.expires_at)}
    return {"start": instant(consent.decided_at)} | end if consent.decided_at <= consent.expires_at else end


def _covered(draft: Draft, purpose: Purpose) -> list[Json]:
    """The resources a consent covers: contact data, or the documents of its roles."""
    if purpose is Purpose.CONTACT_TO_SO:
        return [draft.patient] if "reference" in draft.patient else []
    return [ref for role in _COVERED.get(purpose, ()) for ref in draft.documents.get(role, ())]


def _read(view: View, node: Node) -> Consent:
    provision = node.child("provision")
    period = provision.optional("period")
    withdrawn = node.extension(CONSENT_WITHDRAWN_AT)
    consent = Consent(
        consent_id=node.identifier(CONSENT_ID),
        purpose=read_purpose(node),
        choice=Choice.REFUSED if node.plain("status") == "rejected" else Choice.GIVEN,
        recipient=provision.only("actor").child("reference").target_identifier(RECIPIENT_ID),
        decided_at=node.instant("dateTime"),
        form=form_of(node.extension_text(CONSENT_FORM)),
        expires_at=period.instant_or_none("end") if period else None,
        withdrawn_at=withdrawn.instant("valueDateTime") if withdrawn else None,
        given_by_employee=_is_given_by_employee(node),
    )
    if node.plain("status") != _status(consent, view.sent_at):
        raise refusal("status-contradicts", f"{node.path}.status")
    return consent


def _is_given_by_employee(node: Node) -> bool:
    """Who decided: the patient, or another; any other answer is none."""
    performer = node.only("performer")
    if performer.value == node.child("patient").value:
        return True
    if performer.value == {"type": _NOT_THE_EMPLOYEE}:
        return False
    raise refusal("value-invalid", performer.path)
