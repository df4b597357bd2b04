"""One bundle per kind as a file: a change of what travels is seen in review. SOGW_UPDATE_GOLDEN=1 writes them anew."""

import json
import os
from pathlib import Path

import pytest

from gateway.domain.messages import Kind
from mappings.fhir.mapper import FhirBundleMapper
from tests.support.messages import any_party, full

GOLDEN = Path(__file__).with_name("golden")


@pytest.mark.parametrize("kind", Kind)
def test_bundle_is_as_it_was(kind):
    file = GOLDEN / f"{kind}.json"
    bundle = json.loads(FhirBundleMapper(any_party).to_bundle(full(kind)))
    if os.environ.get("SOGW_UPDATE_GOLDEN"):
        file.write_text(json.dumps(bundle, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert json.loads(file.read_text(encoding="utf-8")) == bundle


def test_no_golden_file_is_left_over():
    assert {file.stem for file in GOLDEN.glob("*.json")} == set(Kind)
