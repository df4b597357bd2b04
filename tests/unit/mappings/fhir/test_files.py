"""Files in bundles: what a partner may not make us take for a document is refused, each with its code."""

import json
from base64 import b64encode
from dataclasses import replace

import pytest

from gateway.domain.enclosure import INLINE_BYTES, LARGEST_BYTES, PDF, PNG
from gateway.domain.errors import RefusedError
from gateway.domain.messages import DocumentRole
from mappings.terminology import systems
from tests.support.messages import SAMPLES, document, filed, inside
from tests.unit.mappings.fhir.test_checks import MAPPER, bundle, of, refused

INSIDE, BESIDE = "report-released-file", "report-released-beside"
WHOLE = b"%PDF-1.7 %%EOF"


def attachment(made):
    return of(made, "DocumentReference")["content"][0]["attachment"]


def claim(made, url):
    return next(one for one in attachment(made)["extension"] if one["url"] == url)


def text(content: bytes) -> str:
    return b64encode(content).decode("ascii")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"MZ\x90\x00 a program", "document-other-kind"),
        (b"<html>", "document-type-contradicts"),
        (b"%PD", "document-type-contradicts"),
        (b"%PDF-1.7 it breaks off", "document-truncated"),
        (b"%PDF-1.7 <</Encrypt 5 0 R>> %%EOF", "document-encrypted"),
        (text(WHOLE).encode(), "document-base64"),
        (b"%PDF-1.7 " + bytes(INLINE_BYTES) + b"%%EOF", "bundle-value-invalid"),
    ],
    ids=["program", "page", "short", "truncated", "encrypted", "base64", "too-large"],
)
def test_a_file_that_is_not_what_its_type_says_is_refused(content, code):
    made = bundle(INSIDE)
    of(made, "Binary")["data"] = text(content)
    assert refused(made) == code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (WHOLE, "document-type-contradicts"),
        (b"naam\x00", "document-control-characters"),
        (b"na\xefve", "document-not-text"),
        ("Functie".encode("utf-16-le"), "document-utf-16"),
        ("\u200b\ufeff".encode(), "document-blank"),
        (rb"{\rtf1 Functie}", "document-rtf"),
    ],
    ids=["pdf", "nul", "latin-1", "utf-16", "blank", "rtf"],
)
def test_a_text_that_is_none_is_refused(content, code):
    made = bundle("report-released")
    of(made, "Binary")["data"] = text(content)
    assert refused(made) == code


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (document(DocumentRole.REPORT, "naam\x00"), "document-control-characters"),
        (document(DocumentRole.REPORT, ""), "document-blank"),
        (document(DocumentRole.REPORT, "%PDF-1.7 %%EOF"), "document-type-contradicts"),
        (filed(DocumentRole.REPORT, inside(PDF, b"%PDF-1.7 it breaks off")), "document-truncated"),
        (filed(DocumentRole.REPORT, inside(PNG, WHOLE)), "document-type-contradicts"),
    ],
    ids=["nul", "blank", "pdf-as-text", "truncated", "pdf-as-png"],
)
def test_what_the_other_side_could_not_read_does_not_leave(written, code):
    release = SAMPLES["report-released"]
    with pytest.raises(RefusedError) as caught:
        MAPPER.to_bundle(replace(release, content=replace(release.content, report=written)))
    assert (caught.value.code, caught.value.where) == (code, "report")


@pytest.mark.parametrize("media_type", ["text/html", "application/zip", "application/x-msdownload", "image/svg+xml"])
@pytest.mark.parametrize("name", [INSIDE, BESIDE])
def test_only_listed_kinds_of_file_are_taken(name, media_type):
    made = bundle(name)
    attachment(made)["contentType"] = media_type
    if name == INSIDE:
        of(made, "Binary")["contentType"] = media_type
    assert refused(made) == "bundle-value-invalid"


def test_attachment_and_binary_name_one_media_type():
    made = bundle(INSIDE)
    attachment(made)["contentType"] = "image/png"
    assert refused(made) == "bundle-value-invalid"


def test_an_empty_file_is_refused():
    made = bundle(INSIDE)
    del of(made, "Binary")["data"]
    assert refused(made) == "bundle-element-missing"


def test_a_file_is_inside_or_beside_never_both():
    both = bundle(INSIDE)
    attachment(both)["extension"] = attachment(bundle(BESIDE))["extension"]
    assert refused(both) == "bundle-value-invalid"


@pytest.mark.parametrize("size", [0, LARGEST_BYTES + 1, -1, 2**31])
def test_a_size_that_nobody_may_send_is_refused(size):
    made = bundle(BESIDE)
    attachment(made)["size"] = size
    assert refused(made) in {"bundle-value-invalid", "bundle-invalid"}


@pytest.mark.parametrize("url", [systems.CLAIM_OBJECT, systems.CLAIM_KEY, systems.CLAIM_DIGEST])
def test_a_claim_is_whole(url):
    made = bundle(BESIDE)
    attachment(made)["extension"].remove(claim(made, url))
    assert refused(made) == "bundle-element-missing"
    twice = bundle(BESIDE)
    attachment(twice)["extension"].append(claim(twice, url))
    assert refused(twice) == "bundle-entry-count"


@pytest.mark.parametrize("url", [systems.CLAIM_KEY, systems.CLAIM_DIGEST])
@pytest.mark.parametrize("content", [bytes(31), bytes(33), b"k"])
def test_a_key_and_a_digest_have_one_length(url, content):
    made = bundle(BESIDE)
    claim(made, url)["valueBase64Binary"] = text(content)
    assert refused(made) == "bundle-value-invalid"


@pytest.mark.parametrize("where", ["../../etc/passwd", "urn:uuid:../../x", "https://example.org/x", "urn:uuid:"])
def test_the_name_of_an_object_is_a_uuid_and_never_a_path(where):
    made = bundle(BESIDE)
    claim(made, systems.CLAIM_OBJECT)["valueUuid"] = where
    assert refused(made) == "bundle-invalid"


def test_the_question_is_a_text():
    made = bundle("referral-requested-long")
    reference = of(made, "ServiceRequest")["reasonReference"][0]["reference"]
    document = next(entry["resource"] for entry in made["entry"] if entry["fullUrl"] == reference)
    address = document["content"][0]["attachment"]["url"]
    binary = next(entry["resource"] for entry in made["entry"] if entry["fullUrl"] == address)
    binary["contentType"] = document["content"][0]["attachment"]["contentType"] = "application/pdf"
    binary["data"] = text(WHOLE)
    assert refused(json.dumps(made).encode()) == "bundle-value-invalid"
