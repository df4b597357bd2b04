"""Our code systems: code and display. Displays are for people; nothing reads them."""

import re

from mappings.terminology import systems

CODE_SYSTEMS: dict[str, dict[str, str]] = {
    systems.MESSAGE_KIND: {
        "availability-asked": "Availability asked",
        "availability-answered": "Availability answered",
        "referral-requested": "Referral requested",
        "contact-corrected": "Contact data corrected",
        "referral-accepted": "Referral accepted",
        "referral-declined": "Referral declined",
        "milestone-reached": "Milestone reached",
        "information-requested": "Information requested",
        "information-provided": "Information provided",
        "information-declined": "Information declined",
        "report-released": "Report released",
        "report-withheld": "Finished without report",
        "referral-withdrawn": "Referral withdrawn",
        "referral-stopped": "Referral stopped",
        "consent-withdrawn": "Consent withdrawn",
        "erasure-requested": "Erasure requested",
        "erasure-confirmed": "Erasure confirmed",
        "invoice-issued": "Invoice issued",
        "receipt": "Receipt",
    },
    systems.BUSINESS_STATUS: {
        "availability-asked": "Availability asked",
        "available": "Available",
        "not-available": "Not available",
        "referred": "Referred",
        "so-accepted": "Second opinion accepted",
        "so-declined": "Second opinion declined",
        "appointment-planned": "Appointment planned",
        "so-started": "Second opinion started",
        "draft-with-employee": "Draft with the employee",
        "released": "Report released",
        "finished-without-report": "Finished without report",
        "withdrawn": "Withdrawn by the employee",
        "stopped": "Stopped",
    },
    systems.DECLINE: {
        "not-available": "Not available",
        "conflict-of-interest": "Conflict of interest",
        "outside-expertise": "Outside expertise",
        "out-of-region": "Out of region",
        "incomplete": "Incomplete",
        "not-covered": "Not covered",
    },
    systems.STOP: {
        "no-show": "No show",
        "physician-unavailable": "Physician unavailable",
    },
    systems.ERASURE_GROUND: {
        "complaint-open": "A complaint is open",
        "right-at-stake": "A request of the employee waits, or forbids it",
        "withdrawal-under-way": "A withdrawal is under way",
        "messages-under-way": "Messages of the case are under way",
    },
    systems.INFORMATION_DECLINE: {
        "not-permitted": "Not permitted",
        "not-available": "Not available",
    },
    systems.INFORMATION_KIND: {
        "medical-data": "Medical data",
        "reasoning": "Reasoning of the first physician",
        "work-circumstances": "Circumstances at work",
    },
    systems.CONSENT_PURPOSE: {
        "CONTACT-TO-SO": "Contact data to the second physician",
        "FEEDBACK-TO-SO": "Contested feedback to the second physician",
        "MEDICAL-TO-SO": "Medical data from the first to the second physician",
        "TREATING-INFO": "Information from treating physicians",
        "OUTCOME-TO-FIRST": "Outcome to the first physician",
        "DOSSIER-TO-COLLEAGUE": "File to a colleague",
        "EMPLOYER-AWARE": "Existence of the request to the employer",
        "SO-CONTACT-EMPLOYER": "Second physician contacts the employer",
    },
    systems.ADVICE_KIND: {
        "absence-guidance": "Absence guidance",
        "health-examination": "Periodic health examination",
        "work-health-consultation": "Work-health consultation",
        "occupational-disease": "Occupational disease",
        "pre-employment-examination": "Pre-employment examination",
    },
    systems.DOCUMENT_ROLE: {
        "contested-feedback": "Contested feedback to the employer",
        "referral-question": "Referral question",
        "medical-data": "Medical data",
        "reasoning": "Reasoning of the first physician",
        "work-circumstances": "Circumstances at work",
        "report": "Report of the second opinion",
    },
    systems.TASK_DATA: {
        "region": "Region",
        "specialism": "Specialism",
        "language": "Language",
        "earliest-on": "Available from",
        "asked": "Information asked",
        "employee-decided-at": "Employee decided at",
        "document": "Document",
        "draft-discussed-at": "Draft discussed with the employee at",
    },
    systems.AUDIT_DETAIL: {
        "message-id": "Message id",
        "rule": "Rule",
        "on-behalf-of": "On behalf of",
    },
}
"""Every code system of our own that is a closed list. Receipt codes are open: they are the error codes."""

VOCABULARY: dict[str, dict[str, str]] = CODE_SYSTEMS | {
    systems.SNOMED: {
        "77406008": "Confirmatory medical consultation",
        "3457005": "Patient referral",
        "429577009": "Patient advocate",
    },
    systems.LOINC: {
        "57147-1": "Occupational medicine Referral note",
        "34803-7": "Occupational medicine Consult note",
    },
    systems.UZI_ROLE: {"01.008": ""},
    systems.IDENTIFIER_TYPE: {"PLAC": "Placer Identifier", "FILL": "Filler Identifier"},
    systems.REFERRAL_REASON: {"S": "Second Opinion"},
    systems.ACT_CODE: {
        "EMP": "employee information sensitivity",
        "NOAUTH": "no disclosure without subject authorization",
        "IDSCL": "information disclosure",
        "OPTIN": "opt-in",
    },
    systems.CARE_PROVIDER_KIND: {"7400": ""},
    systems.CONSENT_SCOPE: {"patient-privacy": "Privacy Consent"},
    systems.TASK_CODE: {"fulfill": "Fulfill the focal request"},
    systems.PARTICIPATION: {"IRCP": "information recipient", "RESP": "responsible party"},
    systems.ROLE_CLASS: {"PROV": "healthcare provider"},
    systems.ACT_REASON: {"PATRQT": "patient requested", "HPAYMT": "healthcare payment"},
    systems.DICOM: {
        "110106": "Export",
        "110107": "Import",
        "110113": "Security Alert",
        "110150": "Application",
        "110152": "Destination Role ID",
        "110153": "Source Role ID",
    },
    systems.AUTHZ_SUBTYPE: {"AuthZ-Consent": "Consent Authorization Decision"},
    systems.RECORD_LIFECYCLE: {"disclose": "Disclose Record Lifecycle Event"},
    systems.AUDIT_ENTITY_TYPE: {"1": "Person", "2": "System Object"},
    systems.OBJECT_ROLE: {"1": "Patient", "3": "Report", "4": "Domain Resource"},
    systems.AUDIT_SOURCE_TYPE: {"4": "Application Server"},
    systems.SECURITY_ROLE: {"humanuser": "human user", "authserver": "authorization server"},
    systems.RESOURCE_TYPE: {"Consent": "Consent"},
}
"""Every coding a bundle may hold, with its display (none where nobody verified it); others could carry anything."""

OPEN_SYSTEMS = {
    systems.RECEIPT_CODE: re.compile(r"[a-z0-9-]{1,100}"),
    systems.COUNTRY: re.compile(r"[A-Z]{2}"),
    systems.LANGUAGE: re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?"),
    systems.LANGUAGE_OF_ZIB: re.compile(r"[a-z]{2}"),
}
"""Systems whose codes are not listed here, and how a code of each looks: our error codes, countries, languages."""
