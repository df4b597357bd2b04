"""The place in a receipt is a path of names and indices, and never holds a value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.receipts import LONGEST_PLACE, is_place, place_of, place_of_refusal
from gateway.domain.rules.refusal import CATALOGUE


@pytest.mark.parametrize(
    "place",
    [
        "Bundle",
        "MessageHeader",
        "Bundle.entry[12].resource.name[0].given[1]",
        "Bundle.entry.resource.ofType(AuditEvent)",
        "Bundle.entry[0].resource.name[0]._family.extension[0]",
        "a" * LONGEST_PLACE,
    ],
)
def test_a_path_of_element_names_is_a_place(place: str):
    assert place_of(place) == place


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Kolkmeijer, J.P.",
        "Bundle.entry[?]",
        "Bundle.entry[1234567]",
        "Bundle.name = 'x'",
        "Bundle..entry",
        "Bundle.",
        "Bundle.ofType(A B)",
        "Bundle.naam\n",
        "Bundle.entry[0].resource.where(name='x')",
        "Bundle.é",
        "a" * (LONGEST_PLACE + 1),
    ],
)
def test_anything_else_is_none(text: str):
    assert not is_place(text)
    assert place_of(text) == ""


@given(st.text())
def test_a_place_has_no_blank_no_quote_and_no_sign(text: str):
    said = place_of(text)
    assert not set(said) - set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.[]()")


@pytest.mark.parametrize("code", [*CATALOGUE, "sequence-used", "bundle-mismatch"])
def test_every_rules_refusal_has_a_place(code: str):
    assert is_place(place_of_refusal(code))


@pytest.mark.parametrize(
    ("code", "place"),
    [
        ("consent-missing", "Bundle.entry.resource.ofType(Consent)"),
        ("outcome-consent-withdrawn", "Bundle.entry.resource.ofType(Consent)"),
        ("medical-not-permitted", "Bundle.entry.resource.ofType(Consent)"),
        ("wrong-role", "Bundle.entry[0].resource.source"),
        ("file-missing", "Bundle.entry[0].resource.focus[0]"),
        ("recipient-not-chosen", "Bundle.entry[0].resource.focus[0]"),
    ],
)
def test_a_refusal_about_consents_leads_to_them_and_another_to_what_the_message_is_about(code: str, place: str):
    assert place_of_refusal(code) == place
