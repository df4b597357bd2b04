"""The closed list is exactly what the samples need; SOGW_UPDATE_GOLDEN=1 writes it anew for review."""

import json
import os
from pathlib import Path

import pytest

import mappings.fhir.mapper
from gateway.domain.consent import Purpose
from gateway.domain.messages import Kind
from gateway.ports.bundles import AuditOutcome, AuditRecord, AuditWhat
from mappings.fhir import closed_list
from mappings.fhir.closed_list import EVERY_KIND, listed
from mappings.fhir.mapper import FhirBundleMapper
from mappings.terminology.systems import EXACT_TEXT
from tests.support.closed_list import is_allowed, leaves, paths
from tests.support.messages import DECIDED, OHS, SAMPLES, any_party, full

FILE = Path(closed_list.__file__).with_name("elements.json")
SHARED = ("AuditEvent", "Bundle")


def audit_lines():
    return [
        AuditRecord(
            what,
            outcome,
            DECIDED,
            "bedrijfsarts",
            OHS.party_id,
            SAMPLES["receipt"].message_id,
            "J. Terpstra",
            "K. D.",
            Purpose.CONTACT_TO_SO,
            "T1",
            ("R25",),
        )
        for what in AuditWhat
        for outcome in AuditOutcome
    ]


def table(monkeypatch):
    """The leaves of all samples, with all kinds of audit lines."""
    monkeypatch.setattr(mappings.fhir.mapper, "check", lambda _: None)
    mapper = FhirBundleMapper(any_party)
    found: dict[str, dict[str, set[str]]] = {}
    for message in SAMPLES.values():
        bundle = mapper.draft(message, audit=audit_lines())
        frame = bundle | {"entry": [{"fullUrl": entry["fullUrl"]} for entry in bundle["entry"]]}
        for resource in [frame, *(entry["resource"] for entry in bundle["entry"])]:
            name = resource["resourceType"]
            kind = EVERY_KIND if name in SHARED else str(message.kind)
            found.setdefault(kind, {}).setdefault(name, set()).update(
                leaf for leaf in leaves(resource) if EXACT_TEXT not in leaf
            )
    return {
        kind: {name: sorted(paths) for name, paths in sorted(types.items())} for kind, types in sorted(found.items())
    }


def test_the_list_is_what_the_samples_need(monkeypatch):
    wanted = table(monkeypatch)
    if os.environ.get("SOGW_UPDATE_GOLDEN"):
        FILE.write_text(json.dumps(wanted, indent=1) + "\n", encoding="utf-8")
        listed.cache_clear()
    assert json.loads(FILE.read_text(encoding="utf-8")) == wanted


def test_every_kind_has_its_list():
    assert listed().keys() == {EVERY_KIND, *Kind}


@pytest.mark.parametrize(
    "leaf",
    [
        "identifier[].value:string",
        "birthDate:string",
        "gender:string",
        "contact[].name.text:string",
        "communication[].language.text:string",
        "text.div:string",
        "extension[](https://example.org/extra).valueString:string",
        "generalPractitioner[].display:string",
        "contained[].id:string",
    ],
)
def test_a_patient_has_name_address_and_contact_data_only(leaf):
    assert not is_allowed(leaf, paths(Kind.REFERRAL_REQUESTED, "Patient"))


@pytest.mark.parametrize("kind", [Kind.REPORT_WITHHELD, Kind.REFERRAL_WITHDRAWN])
def test_no_reason_and_no_hint(kind):
    assert not any("statusReason" in leaf or "output" in leaf for leaf in paths(kind, "Task"))


def test_exact_text_is_allowed_where_its_string_is():
    listed_leaves = frozenset({"name[].given[]:string", "city:string"})
    assert is_allowed(f"_city.extension[]({EXACT_TEXT}).url:string", listed_leaves)
    assert is_allowed(f"name[]._given[].extension[]({EXACT_TEXT}).valueBase64Binary:string", listed_leaves)
    assert not is_allowed(f"_district.extension[]({EXACT_TEXT}).url:string", listed_leaves)
    assert not is_allowed(f"_city.extension[]({EXACT_TEXT}).valueString:string", listed_leaves)


def test_full_samples_exist_for_every_kind():
    assert {full(kind).kind for kind in Kind} == set(Kind)
