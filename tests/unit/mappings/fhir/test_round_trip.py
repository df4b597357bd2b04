"""Nothing is lost: from_bundle(to_bundle(m)) == m, for every kind and any text."""

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.domain.errors import RefusedError
from gateway.domain.messages import Kind, Referral
from gateway.domain.protocol import PROTOCOL
from mappings.fhir.contents import FORMS
from mappings.fhir.exact import MAX_CHARACTERS
from mappings.fhir.mapper import FhirBundleMapper
from tests.support.messages import HOSTILE, LONG, SAMPLES, any_party, full, messages

MAPPER = FhirBundleMapper(any_party)
ANY = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def test_every_kind_of_the_protocol_has_a_form():
    assert FORMS.keys() == PROTOCOL.keys() == set(Kind)


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_comes_back(name):
    assert MAPPER.from_bundle(MAPPER.to_bundle(SAMPLES[name])) == SAMPLES[name]


@pytest.mark.parametrize("kind", Kind)
@given(data=st.data())
@ANY
def test_any_message_comes_back(kind, data):
    message = data.draw(messages(kind))
    assert MAPPER.from_bundle(MAPPER.to_bundle(message)) == message


@pytest.mark.parametrize("kind", Kind)
def test_same_message_same_bytes(kind):
    assert MAPPER.to_bundle(full(kind)) == MAPPER.to_bundle(full(kind))


def test_padding_is_allowed():
    payload = MAPPER.to_bundle(full(Kind.REPORT_WITHHELD))
    assert MAPPER.from_bundle(payload + b" " * 4096) == full(Kind.REPORT_WITHHELD)


def test_hostile_text_is_the_same_to_the_byte():
    back = MAPPER.from_bundle(MAPPER.to_bundle(SAMPLES["referral-requested-strange"])).content
    assert isinstance(back, Referral)
    assert back.patient.name.family.encode() == HOSTILE.encode()
    assert back.documents[0].text.encode() == HOSTILE.replace("\x00", "").encode()


def test_long_texts_are_never_truncated():
    back = MAPPER.from_bundle(MAPPER.to_bundle(SAMPLES["referral-requested-long"])).content
    assert isinstance(back, Referral)
    assert back.documents[0].text == LONG[:33159]
    assert len(back.documents[0].text) == 33159
    assert back.question == LONG[:23331]


@pytest.mark.parametrize(("length", "is_document"), [(4000, False), (4001, True)])
def test_a_question_becomes_a_document_only_when_it_must(length, is_document):
    message = full(Kind.REFERRAL_REQUESTED)
    message = replace(message, content=replace(message.content, question="v" * length, documents=()))
    bundle = json.loads(MAPPER.to_bundle(message))
    types = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    assert ("Binary" in types) is is_document
    assert MAPPER.from_bundle(MAPPER.to_bundle(message)) == message


def test_a_text_longer_than_a_fhir_string_is_refused_and_not_cut():
    message = full(Kind.AVAILABILITY_ASKED)
    longest = replace(message, content=replace(message.content, specialism="v" * MAX_CHARACTERS))
    assert MAPPER.from_bundle(MAPPER.to_bundle(longest)) == longest
    with pytest.raises(RefusedError) as caught:
        MAPPER.to_bundle(replace(message, content=replace(message.content, specialism="v" * (MAX_CHARACTERS + 1))))
    assert caught.value.code == "bundle-text-too-long"
    assert "correct and send" in caught.value.remedy
