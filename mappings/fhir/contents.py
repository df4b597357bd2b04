"""Which kind is written and read by what: one row per kind."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gateway.domain.messages import Content, Kind
from mappings.fhir import availability, contact, course, information, invoice, notices, receipt, referral
from mappings.fhir.draft import Draft
from mappings.fhir.view import View


@dataclass(frozen=True, slots=True)
class Form:
    """How the content of a kind is written, and the reader that undoes it."""

    write: Callable[[Draft, Any], None]
    read: Callable[[View], Content]


FORMS: dict[Kind, Form] = {
    Kind.AVAILABILITY_ASKED: Form(availability.write_query, availability.read_query),
    Kind.AVAILABILITY_ANSWERED: Form(availability.write_answer, availability.read_answer),
    Kind.REFERRAL_REQUESTED: Form(referral.write_referral, referral.read_referral),
    Kind.CONTACT_CORRECTED: Form(contact.write_correction, contact.read_correction),
    Kind.REFERRAL_ACCEPTED: Form(referral.write_acceptance, referral.read_acceptance),
    Kind.REFERRAL_DECLINED: Form(course.write_declination, course.read_declination),
    Kind.MILESTONE_REACHED: Form(course.write_milestone, course.read_milestone),
    Kind.INFORMATION_REQUESTED: Form(information.write_request, information.read_request),
    Kind.INFORMATION_PROVIDED: Form(information.write_answer, information.read_answer),
    Kind.INFORMATION_DECLINED: Form(information.write_refusal, information.read_refusal),
    Kind.REPORT_RELEASED: Form(course.write_release, course.read_release),
    Kind.REPORT_WITHHELD: Form(course.write_state, course.read_withholding),
    Kind.REFERRAL_WITHDRAWN: Form(course.write_state, course.read_withdrawal),
    Kind.REFERRAL_STOPPED: Form(course.write_stop, course.read_stop),
    Kind.CONSENT_WITHDRAWN: Form(notices.write_consent_withdrawal, notices.read_consent_withdrawal),
    Kind.ERASURE_REQUESTED: Form(notices.write_erasure_request, notices.read_erasure_request),
    Kind.ERASURE_CONFIRMED: Form(notices.write_erasure_confirmation, notices.read_erasure_confirmation),
    Kind.INVOICE_ISSUED: Form(invoice.write_invoice, invoice.read_invoice),
    Kind.RECEIPT: Form(receipt.write_receipt, receipt.read_receipt),
}
"""Every kind of the protocol; a test holds this table and the protocol to each other."""
