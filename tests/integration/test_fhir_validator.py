"""Every kind of bundle before an independent judge: HL7's definitions, nl-core and BALP profiles, terminology.

The judge is a program outside this repository that needs node; where it is missing this is skipped, loudly.
``FHIR_VALIDATOR`` names another place for it.
"""

import json

import pytest

from gateway.domain.messages import Kind
from gateway.ports.bundles import AuditOutcome, AuditRecord, AuditWhat
from mappings.fhir.mapper import FhirBundleMapper
from tests.support.fhir_judge import judged, needs_judge
from tests.support.messages import DECIDED, OHS, SAMPLES, any_party

MAPPER = FhirBundleMapper(any_party)

pytestmark = needs_judge


def audit_lines(message_id: str) -> list[AuditRecord]:
    return [
        AuditRecord(what, outcome, DECIDED, "secretariaat", OHS.party_id, message_id, "B. Alders", "dr. J. Terpstra")
        for what in AuditWhat
        for outcome in AuditOutcome
    ]


def test_every_bundle_is_valid_to_others(tmp_path):
    files = []
    for name, message in SAMPLES.items():
        for suffix, audit in (("", []), ("-audited", audit_lines(message.message_id))):
            files.append(tmp_path / f"{name}{suffix}.json")
            files[-1].write_bytes(MAPPER.to_bundle(message, audit=audit))
    assert {message.kind for message in SAMPLES.values()} == set(Kind)
    done = judged(*files)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("0 errors, 0 warnings") == len(files), done.stdout


@pytest.mark.parametrize(
    ("resource_type", "change"),
    [
        ("Task", {"intent": "ordre"}),
        ("Patient", {"name": [{"use": "official", "family": "X", "given": ["Y"]}]}),
        ("AuditEvent", {"entity": []}),
        ("ServiceRequest", {"subject": {"reference": "urn:uuid:00000000-0000-4000-8000-000000000000"}}),
    ],
)
def test_the_judge_can_say_no(tmp_path, resource_type, change):
    bundle = json.loads(MAPPER.to_bundle(SAMPLES["referral-requested"]))
    next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == resource_type).update(change)
    file = tmp_path / "broken.json"
    file.write_text(json.dumps(bundle), encoding="utf-8")
    done = judged(file)
    assert done.returncode == 1, done.stdout
    assert "FAIL" in done.stdout
