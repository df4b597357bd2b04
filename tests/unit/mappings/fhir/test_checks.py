"""Each rule of a bundle, broken on purpose: refused with its code, and without a value of the input."""

import json
from base64 import b64encode
from dataclasses import replace
from uuid import UUID

import pytest

from gateway.domain.consent import OTHER_FORM, Choice, Purpose
from gateway.domain.errors import RefusedError
from gateway.domain.messages import Acknowledged, Document, DocumentRole, Kind, ReceiptVerdict
from gateway.domain.receipts import is_place
from mappings.fhir.mapper import FhirBundleMapper
from mappings.terminology import systems
from tests.support.messages import DECIDED, REFERRAL_ID, SAMPLES, any_party, document, full, sample_id

MAPPER = FhirBundleMapper(any_party)
SECRET = "Xaverius-Geheim-9991"


def bundle(name="referral-requested"):
    return json.loads(MAPPER.to_bundle(SAMPLES[name]))


def of(made, resource_type):
    return next(entry["resource"] for entry in made["entry"] if entry["resource"]["resourceType"] == resource_type)


def refused(made):
    payload = made if isinstance(made, bytes) else json.dumps(made).encode()
    with pytest.raises(RefusedError) as caught:
        MAPPER.from_bundle(payload)
    error = caught.value
    shown = f"{error} {error.code} {error.where} {error.args} {error.__cause__} {error.__context__ if not error.__suppress_context__ else ''}"
    assert SECRET not in shown
    assert error.code.startswith(("bundle-", "document-"))
    assert error.where.startswith("Bundle") or error.where == "MessageHeader"
    assert is_place(error.where)
    return error.code


def test_broken_copies_start_from_something_whole():
    assert MAPPER.from_bundle(json.dumps(bundle()).encode()) == SAMPLES["referral-requested"]


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff{}",
        b"\xef\xbb\xbf{}",
        b'{"a":1,"a":1}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":' + b"1" * 5000 + b"}",
        b'{"a":' * 201 + b"1" + b"}" * 201,
        b"[" * 100_000,
        b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b" " * (8 * 1024 * 1024 + 1),
    ],
    ids=lambda payload: payload[:12].decode("latin-1"),
)
def test_not_strict_json(payload):
    assert refused(payload) == "bundle-not-json"


@pytest.mark.parametrize("number", ["1e9", "1e400", "1" * 16, "0.1234567", "-1e-7"])
def test_number_that_a_reader_could_round(number):
    made = bundle("invoice-issued")
    of(made, "Invoice")["totalNet"]["value"] = 987654321
    assert refused(json.dumps(made).replace("987654321", number).encode()) == "bundle-invalid"


def test_deep_value():
    made = bundle()
    of(made, "Task")["note"] = deep = {}
    for _ in range(150):
        deep["a"] = deep = {}
    assert refused(made) == "bundle-element-not-allowed"


def test_many_superfluous_members_are_one_refusal():
    made = bundle()
    of(made, "Patient").update({f"{SECRET}{i}": i for i in range(20_000)})
    assert refused(made) == "bundle-element-not-allowed"


@pytest.mark.parametrize("change", [{"type": "transaction"}, {"resourceType": "Patient"}])
def test_not_a_message(change):
    assert refused(bundle() | change) == "bundle-not-a-message"


@pytest.mark.parametrize("key", ["identifier", "timestamp", "entry"])
def test_frame_is_complete(key):
    made = bundle()
    del made[key]
    assert refused(made) == "bundle-element-missing"


def test_header_comes_first():
    made = bundle()
    made["entry"].append(made["entry"].pop(0))
    assert refused(made) == "bundle-not-a-message"


@pytest.mark.parametrize("event", [{"code": SECRET}, {"system": "https://example.org"}, {"code": None}])
def test_unknown_kind(event):
    made = bundle()
    made["entry"][0]["resource"]["eventCoding"] |= event
    assert refused(made) in {"bundle-kind-unknown", "bundle-element-missing"}


def test_event_by_uri_is_no_kind():
    made = bundle()
    del made["entry"][0]["resource"]["eventCoding"]
    made["entry"][0]["resource"]["eventUri"] = "https://example.org"
    assert refused(made) == "bundle-kind-unknown"


@pytest.mark.parametrize("resource_type", ["Coverage", "Observation", SECRET, "Invoice"])
def test_resource_outside_the_row(resource_type):
    made = bundle()
    made["entry"].append({"fullUrl": "urn:uuid:" + sample_id("x"), "resource": {"resourceType": resource_type}})
    assert refused(made) == "bundle-resource-not-allowed"


@pytest.mark.parametrize("name", ["report-withheld", "referral-declined", "information-declined", "milestone-reached"])
def test_no_documents_where_the_row_has_none(name):
    made = bundle(name)
    made["entry"] += [entry for entry in bundle()["entry"] if entry["resource"]["resourceType"] == "Binary"]
    assert refused(made) == "bundle-resource-not-allowed"


@pytest.mark.parametrize(
    ("resource_type", "extra"),
    [
        ("Patient", {"identifier": [{"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": "999990019"}]}),
        ("Patient", {"birthDate": "1980-01-01"}),
        ("Patient", {"text": {"status": "generated", "div": f"<div>{SECRET}</div>"}}),
        ("Patient", {"contained": [{"resourceType": "Patient"}]}),
        ("Patient", {SECRET: SECRET}),
        ("Patient", {"extension": [{"url": SECRET, "valueString": SECRET}]}),
        ("Patient", {"name": []}),
        ("Patient", {"name": {}}),
        ("Patient", {"name": SECRET}),
        ("Patient", {"active": None}),
        ("ServiceRequest", {"note": [{"text": SECRET}]}),
        ("ServiceRequest", {"insurance": [{"display": SECRET}]}),
        ("Task", {"description": SECRET}),
        ("Task", {"note": [{"text": SECRET}]}),
        ("Consent", {"sourceAttachment": {"title": SECRET}}),
    ],
)
def test_field_outside_the_closed_list(resource_type, extra):
    made = bundle()
    of(made, resource_type).update(extra)
    assert refused(made) == "bundle-element-not-allowed"


def test_field_outside_the_closed_list_of_the_frame():
    assert refused(bundle() | {"meta": {"tag": [{"display": SECRET}]}}) == "bundle-element-not-allowed"
    made = bundle()
    made["entry"][1]["search"] = {"mode": "match"}
    assert refused(made) == "bundle-element-not-allowed"


@pytest.mark.parametrize("reason", [{"text": SECRET}, {"coding": [{"system": systems.STOP, "code": "no-show"}]}])
def test_withheld_without_reason(reason):
    made = bundle("report-withheld")
    of(made, "Task")["statusReason"] = reason
    assert refused(made) == "bundle-element-not-allowed"


def test_display_is_no_place_for_text():
    made = bundle()
    of(made, "ServiceRequest")["code"]["coding"][0]["display"] = SECRET
    assert refused(made) == "bundle-coding-unknown"


def test_code_is_no_place_for_text():
    made = bundle()
    of(made, "ServiceRequest")["category"][0]["coding"][0]["code"] = SECRET
    assert refused(made) == "bundle-coding-unknown"


def test_model_errors_name_a_place_only():
    made = bundle()
    of(made, "ServiceRequest")["authoredOn"] = SECRET
    assert refused(made) == "bundle-invalid"


@pytest.mark.parametrize("where", ["identifier", "header", "entry"])
def test_one_message_id(where):
    made = bundle()
    other = sample_id("other")
    if where == "identifier":
        made["identifier"]["value"] = f"urn:uuid:{other}"
    elif where == "header":
        made["entry"][0]["resource"]["id"] = other
    else:
        made["entry"][3]["resource"]["id"] = other
    assert refused(made) == "bundle-id-contradicts"


def test_addresses_are_unique():
    made = bundle()
    made["entry"][3]["fullUrl"] = made["entry"][4]["fullUrl"]
    made["entry"][3]["resource"]["id"] = made["entry"][4]["resource"]["id"]
    assert refused(made) == "bundle-full-url-invalid"


def test_addresses_are_uuids():
    made = bundle()
    made["entry"][3]["resource"]["id"] = "a"
    made["entry"][3]["fullUrl"] = "urn:uuid:a"
    assert refused(made) == "bundle-full-url-invalid"


@pytest.mark.parametrize("resource_type", ["Task", "AuditEvent", "Patient", "ServiceRequest", "Organization"])
def test_entries_that_must_be_there(resource_type):
    made = bundle()
    made["entry"] = [entry for entry in made["entry"] if entry["resource"]["resourceType"] != resource_type]
    assert refused(made) == "bundle-entry-count"


def test_one_task_only():
    made = bundle()
    task = json.loads(json.dumps(of(made, "Task"))) | {"id": sample_id("second")}
    made["entry"].append({"fullUrl": "urn:uuid:" + sample_id("second"), "resource": task})
    assert refused(made) == "bundle-entry-count"


@pytest.mark.parametrize("name", SAMPLES)
def test_labels_on_every_entry(name):
    for i in range(len(bundle(name)["entry"])):
        made = bundle(name)
        made["entry"][i]["resource"]["meta"]["security"].pop()
        assert refused(made) == "bundle-label-missing"


@pytest.mark.parametrize("resource_type", ["Patient", "Organization", "Practitioner", "PractitionerRole"])
def test_profiles_are_claimed(resource_type):
    made = bundle()
    del of(made, resource_type)["meta"]["profile"]
    assert refused(made) == "bundle-profile-missing"


def test_references_resolve():
    made = bundle()
    of(made, "ServiceRequest")["requester"]["reference"] = "urn:uuid:" + sample_id("nowhere")
    assert refused(made) == "bundle-reference-unresolved"


def test_binaries_resolve():
    made = bundle()
    of(made, "DocumentReference")["content"][0]["attachment"]["url"] = "https://example.org/" + SECRET
    assert refused(made) == "bundle-reference-unresolved"


def test_focus_is_the_task():
    made = bundle()
    made["entry"][0]["resource"]["focus"] = [of(made, "Task")["focus"]]
    assert refused(made) == "bundle-reference-unresolved"


def test_nothing_stands_unused():
    made = bundle()
    del of(made, "ServiceRequest")["supportingInfo"]
    of(made, "Consent")["provision"].pop("data", None)
    for entry in made["entry"]:
        if entry["resource"]["resourceType"] == "Consent":
            entry["resource"]["provision"].pop("data", None)
    assert refused(made) == "bundle-entry-unused"


def test_a_consent_has_a_patient():
    made = bundle()
    del of(made, "Consent")["patient"]
    assert refused(made) == "bundle-patient-missing"


@pytest.mark.parametrize("name", ["report-released", "information-requested", "consent-withdrawn"])
def test_a_consent_is_about_this_employee(name):
    made = bundle(name)
    of(made, "Consent")["patient"]["identifier"]["value"] = sample_id("somebody-else")
    assert refused(made) == "bundle-patient-contradicts"


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("report-withheld", {"status": "failed"}),
        ("report-withheld", {"intent": "proposal"}),
        ("referral-requested", {"status": "accepted"}),
        ("information-requested", {"status": "completed"}),
    ],
)
def test_task_status_is_that_of_the_row(name, change):
    made = bundle(name)
    of(made, "Task").update(change)
    assert refused(made) == "bundle-status-contradicts"


@pytest.mark.parametrize("code", ["released", "withdrawn"])
def test_business_status_is_that_of_the_row(code):
    made = bundle("report-withheld")
    coding = of(made, "Task")["businessStatus"]["coding"][0]
    coding["code"] = code
    del coding["display"]
    assert refused(made) == "bundle-status-contradicts"


def test_business_status_must_be_there():
    made = bundle("report-withheld")
    del of(made, "Task")["businessStatus"]
    assert refused(made) == "bundle-status-contradicts"


@pytest.mark.parametrize("status", ["revoked", "draft", "entered-in-error"])
def test_the_request_is_active(status):
    made = bundle()
    of(made, "ServiceRequest")["status"] = status
    assert refused(made) == "bundle-status-contradicts"


@pytest.mark.parametrize("status", ["inactive", "rejected", "proposed", "entered-in-error"])
def test_a_consent_that_counts_says_so_in_every_way(status):
    made = bundle()
    of(made, "Consent")["status"] = status
    if status == "rejected":
        assert MAPPER.from_bundle(json.dumps(made).encode()).content.consents[0].choice is Choice.REFUSED
    else:
        assert refused(made) == "bundle-status-contradicts"


def test_a_consent_permits():
    made = bundle()
    of(made, "Consent")["provision"]["type"] = "deny"
    assert refused(made) == "bundle-value-invalid"


def test_a_consent_has_one_signer():
    made = bundle()
    of(made, "Consent")["performer"] = [of(made, "ServiceRequest")["requester"]]
    assert refused(made) == "bundle-value-invalid"


def test_a_withdrawn_consent_is_inactive():
    made = bundle("consent-withdrawn")
    of(made, "Consent")["status"] = "active"
    assert refused(made) == "bundle-status-contradicts"


def test_what_is_shown_follows_from_the_parts():
    made = bundle()
    of(made, "Patient")["name"][0]["family"] = SECRET
    assert refused(made) == "bundle-text-contradicts"
    made = bundle()
    of(made, "Patient")["name"][0]["text"] = SECRET
    assert refused(made) == "bundle-text-contradicts"
    made = bundle()
    of(made, "Patient")["address"][0]["line"] = [SECRET]
    assert refused(made) == "bundle-text-contradicts"
    made = bundle("referral-requested-strange")
    of(made, "Patient")["address"][0]["postalCode"] = SECRET
    assert refused(made) == "bundle-text-contradicts"


def test_conversation_where_the_kind_has_one():
    made = bundle("report-withheld")
    del made["entry"][0]["resource"]["extension"]
    assert refused(made) == "bundle-conversation-contradicts"


def test_an_invoice_follows_from_its_lines():
    made = bundle("invoice-issued")
    of(made, "Invoice")["totalNet"]["value"] = 1
    assert refused(made) == "bundle-total-contradicts"


@pytest.mark.parametrize(
    "extra", [{"subject": {"display": SECRET}}, {"account": {"display": SECRET}}, {"note": [{"text": SECRET}]}]
)
def test_an_invoice_has_no_subject(extra):
    made = bundle("invoice-issued")
    of(made, "Invoice").update(extra)
    assert refused(made) == "bundle-element-not-allowed"


@pytest.mark.parametrize(
    ("kind", "changes", "code"),
    [
        (Kind.REPORT_WITHHELD, {"referral_id": None}, "bundle-conversation-contradicts"),
        (Kind.REPORT_WITHHELD, {"sequence": None}, "bundle-conversation-contradicts"),
        (Kind.REPORT_WITHHELD, {"sequence": 0}, "bundle-value-invalid"),
        (Kind.REPORT_WITHHELD, {"referral_id": SECRET}, "bundle-value-invalid"),
        (Kind.REPORT_WITHHELD, {"message_id": SECRET}, "bundle-value-invalid"),
        (Kind.REPORT_WITHHELD, {"sent_at": DECIDED.replace(tzinfo=None)}, "bundle-time-without-zone"),
        (Kind.INVOICE_ISSUED, {"referral_id": REFERRAL_ID}, "bundle-conversation-contradicts"),
        (Kind.INVOICE_ISSUED, {"sequence": 1}, "bundle-conversation-contradicts"),
        (Kind.RECEIPT, {"referral_id": REFERRAL_ID, "sequence": 1}, "bundle-conversation-contradicts"),
    ],
)
def test_what_cannot_be_said_is_not_written(kind, changes, code):
    with pytest.raises(RefusedError) as caught:
        MAPPER.to_bundle(replace(full(kind), **changes))
    assert caught.value.code == code
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "code"),
    [("x" * (1_048_576 + 1), "bundle-document-too-large"), (SECRET + "\ud800", "bundle-text-not-unicode")],
    ids=["too-large", "surrogate"],
)
def test_documents_that_cannot_travel(text, code):
    release = full(Kind.REPORT_RELEASED)
    made = Document(sample_id("d"), DocumentRole.REPORT, text, DECIDED)
    with pytest.raises(RefusedError) as caught:
        MAPPER.to_bundle(replace(release, content=replace(release.content, report=made)))
    assert caught.value.code == code
    assert SECRET not in str(caught.value)


def test_the_largest_document_travels():
    release = full(Kind.REPORT_RELEASED)
    message = replace(release, content=replace(release.content, report=document(DocumentRole.REPORT, "x" * 1_048_576)))
    assert MAPPER.from_bundle(MAPPER.to_bundle(message)) == message


def test_a_person_in_a_consent_comes_back():
    consents = {
        consent.purpose: consent for consent in MAPPER.from_bundle(json.dumps(bundle()).encode()).content.consents
    }
    assert consents[Purpose.FEEDBACK_TO_SO].recipient == "praktijk-mulkens/G4"


@pytest.mark.parametrize(
    ("places", "code"),
    [
        ([SECRET + " is ziek"], "bundle-value-invalid"),
        ([f"Bundle.name = '{SECRET}'"], "bundle-value-invalid"),
        (["Bundle.entry[0]", "Bundle.entry[1]"], "bundle-entry-count"),
        ([""], "bundle-invalid"),
    ],
)
def test_the_place_in_a_receipt_is_one_path_and_holds_no_value(places, code):
    made = bundle("receipt-refused-at")
    of(made, "OperationOutcome")["issue"][0]["expression"] = places
    assert refused(made) == code


@pytest.mark.parametrize(
    "form", ["telefonisch", "op papier. Bel 06-12345678", "papier\x1b[2J", "z" * 100_000, "\u202e"]
)
def test_r28_how_a_consent_was_given_travels_as_a_word_of_the_list(form: str):
    message = SAMPLES["referral-requested"]
    consents = tuple(replace(consent, form=form) for consent in message.content.consents)
    written = MAPPER.to_bundle(replace(message, content=replace(message.content, consents=consents)))
    assert form[:20].encode() not in written
    made = bundle()
    for entry in made["entry"]:
        for extension in entry["resource"].get("extension", ()):
            if extension["url"] == systems.CONSENT_FORM:
                extension["valueString"] = f"plak {form}".replace("\x1b", " ")
    read = MAPPER.from_bundle(json.dumps(made).encode()).content.consents
    assert {consent.form for consent in read} <= {None, OTHER_FORM}
    assert any(consent.form for consent in read)


def test_no_receipt_is_written_with_a_place_that_is_no_path():
    message = SAMPLES["receipt-refused-at"]
    with pytest.raises(RefusedError) as caught:
        MAPPER.to_bundle(replace(message, content=replace(message.content, where=f"{SECRET} is ziek")))
    assert (caught.value.code, caught.value.where) == (
        "bundle-value-invalid",
        "OperationOutcome.issue.expression",
    )


def _packed(*entries: bytes) -> str:
    return b64encode(b"".join(entries)).decode()


ENTRY = bytes(range(48))


@pytest.mark.parametrize(
    "value",
    [
        _packed(ENTRY[:-1]),
        _packed(ENTRY, b"x"),
        _packed(ENTRY, ENTRY),
        _packed(*(bytes([n]) * 48 for n in range(32))),
        _packed(UUID(sample_id("answered")).bytes + bytes(32)),
        _packed(ENTRY) + "=",
        "!" + _packed(ENTRY)[1:],
    ],
)
def test_what_a_receipt_also_acknowledges_is_whole_and_names_each_message_once(value):
    made = bundle("receipt-shared")
    _acknowledged(made)["valueBase64Binary"] = value
    assert refused(made) in {"bundle-value-invalid", "bundle-invalid"}


def test_a_refusal_is_of_one_message():
    made = bundle("receipt-shared")
    of(made, "MessageHeader")["response"]["code"] = "fatal-error"
    issue = of(made, "OperationOutcome")["issue"][0]
    issue |= {"severity": "fatal", "code": "processing"}
    issue["details"]["coding"][0]["code"] = "wrong-state"
    assert refused(made) == "bundle-value-invalid"
    message = SAMPLES["receipt-shared"]
    with pytest.raises(RefusedError):
        MAPPER.to_bundle(replace(message, content=replace(message.content, verdict=ReceiptVerdict.FATAL_ERROR)))


@pytest.mark.parametrize(("name", "code"), [("receipt-shared", "wrong-state"), ("receipt-refused", "accepted")])
def test_the_code_of_a_receipt_says_what_its_verdict_says(name: str, code: str):
    made = bundle(name)
    of(made, "OperationOutcome")["issue"][0]["details"]["coding"][0]["code"] = code
    assert refused(made) == "bundle-status-contradicts"


def test_no_receipt_acknowledges_more_than_thirty_two():
    message = SAMPLES["receipt-shared"]
    more = (*message.content.also, Acknowledged(sample_id("one more"), "ab" * 32))
    with pytest.raises(RefusedError):
        MAPPER.to_bundle(replace(message, content=replace(message.content, also=more)))


def _acknowledged(made):
    extensions = of(made, "OperationOutcome")["extension"]
    return next(one for one in extensions if one["url"] == systems.ACKNOWLEDGED)
