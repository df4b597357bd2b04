"""Files in bundles: what a partner may not make us take for a document is refused, each with its code."""

import json
from base64 import b64encode

import pytest

from gateway.domain.enclosure import INLINE_BYTES, LARGEST_BYTES
from mappings.terminology import systems
from tests.unit.mappings.fhir.test_checks import bundle, of, refused

INSIDE, BESIDE = "report-released-file", "report-released-beside"
MARK = b"%PDF-1.7 "


def attachment(made):
    return of(made, "DocumentReference")["content"][0]["attachment"]


def claim(made, url):
    return next(one for one in attachment(made)["extension"] if one["url"] == url)


def text(content: bytes) -> str:
    return b64encode(content).decode("ascii")


@pytest.mark.parametrize(
    "content",
    [b"MZ a program", b"<html>", b"%PD", MARK + bytes(INLINE_BYTES)],
    ids=["program", "page", "short", "too-large"],
)
def test_a_file_that_is_not_what_its_type_says_is_refused(content):
    made = bundle(INSIDE)
    of(made, "Binary")["data"] = text(content)
    assert refused(made) == "bundle-value-invalid"


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
    binary["data"] = text(MARK)
    assert refused(json.dumps(made).encode()) == "bundle-value-invalid"
